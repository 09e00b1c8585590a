package conformance

import (
	"time"

	"github.com/deltatick/deltatick/protocol"
)

func resumeCases() []Case {
	return []Case{
		{"resume/a lost connection is taken up again", 0, func(t *T) {
			p := t.guest()
			p.wire.cut()
			q := t.resume(p)
			t.check(q.welcome.Session == p.welcome.Session && q.welcome.User == p.welcome.User, "as somebody else")
			t.check(q.welcome.Token != p.welcome.Token, "with the same token")
			t.check(q.welcome.Lost == 0, "%d events were lost of none", q.welcome.Lost)
		}},
		{"resume/a name is kept, whatever the credentials say now", 0, func(t *T) {
			p := t.guest()
			p.wire.cut()
			q := t.dial()
			h := q.helloWith(p.welcome.Token, 0)
			h.Auth = []string{"guest", "somebody else"}
			q.send(h)
			q.welcomed()
			t.check(q.welcome.Name == p.welcome.Name, "name %q", q.welcome.Name)
		}},
		{"resume/a second connection displaces the first, with a code of its own", 0, func(t *T) {
			p := t.guest()
			q := t.resume(p)
			p.closed(protocol.CloseDisplaced)
			q.lives()
		}},
		{"resume/a token that was used, and whose successor was confirmed, is refused", 0, func(t *T) {
			p := t.guest()
			q := t.resume(p)
			q.lives()
			r := t.dial()
			r.send(r.helloWith(p.welcome.Token, 0))
			r.closed(protocol.CloseResumeRefused)
			q.lives()
		}},
		{"resume/a token works until its successor is confirmed", 0, func(t *T) {
			p := t.guest()
			q := t.resume(p) // and says nothing more
			q.wire.cut()
			t.resume(p)
		}},
		{"resume/a token of nobody is refused", 0, func(t *T) {
			p := t.dial()
			p.send(p.helloWith("nobody gave this out", 0))
			p.closed(protocol.CloseResumeRefused)
		}},
		{"resume/an empty token is refused", 0, func(t *T) {
			p := t.dial()
			p.send(p.helloWith("", 0))
			p.closed(protocol.CloseResumeRefused)
		}},
		{"resume/a token with a character changed is refused, wherever it is", 0, func(t *T) {
			token := t.guest().welcome.Token
			for _, at := range []int{0, len(token) / 3, len(token) / 2, len(token) - 2} {
				forged := []byte(token)
				forged[at] ^= 1
				p := t.dial()
				p.send(p.helloWith(string(forged), 0))
				p.closed(protocol.CloseResumeRefused)
			}
		}},
		{"resume/half a token is refused", 0, func(t *T) {
			token := t.guest().welcome.Token
			p := t.dial()
			p.send(p.helloWith(token[:len(token)/2], 0))
			p.closed(protocol.CloseResumeRefused)
		}},
		{"resume/it works when nothing was received before the drop", 0, func(t *T) {
			p, other := t.guest(), t.guest()
			p.wire.cut()
			other.lives()
			q := t.resume(p)
			q.got(protocol.ChannelLobby, "games", nil)
		}},
		{"resume/it works any number of times", 0, func(t *T) {
			p := t.guest()
			session := p.welcome.Session
			for range 12 {
				p.wire.cut()
				p = t.resume(p)
				p.lives()
				t.check(p.welcome.Session == session, "session %q became %q", session, p.welcome.Session)
			}
		}},
		{"resume/events that were missed come again, in order, each once", 0, func(t *T) {
			host := t.guest()
			host.create(object{})
			host.wire.cut()
			host.t.wait(50 * time.Millisecond)
			back := t.resume(host)
			back.event(protocol.ChannelLobby, "state")
		}},
		{"resume/events that were missed while away come, then the lobby as it is", 0, func(t *T) {
			host, guest := t.guest(), t.guest()
			lobby := host.create(object{})
			guest.join(lobby)
			guest.wire.cut()
			for i := range 5 {
				host.got(protocol.ChannelLobby, "settings", object{"name": []string{"a", "b", "c", "d", "e"}[i]})
			}
			back := t.resume(guest)
			back.eventThat(protocol.ChannelLobby, "state", func(state object) bool { return state["name"] == "e" })
		}},
		{"resume/what was handled does not come again", 0, func(t *T) {
			host := t.guest()
			host.create(object{})
			host.event(protocol.ChannelLobby, "state")
			for range 3 {
				host.wire.cut()
				host = t.resume(host) // counts the numbers
				host.event(protocol.ChannelLobby, "state")
			}
		}},
		{"resume/members of a lobby see who is away and who is back", 0, func(t *T) {
			host, guest := t.guest(), t.guest()
			guest.join(host.create(object{}))
			guest.wire.cut()
			host.sees(guest, func(m object) bool { return m["away"] == true })
			t.resume(guest)
			host.sees(guest, func(m object) bool { return m["away"] == false })
		}},
		{"resume/one that comes twice at once leaves one connection", 0, func(t *T) {
			p := t.guest()
			p.wire.cut()
			a, b := t.dial(), t.dial()
			a.send(a.helloWith(p.welcome.Token, 0))
			b.send(b.helloWith(p.welcome.Token, 0))
			alive := 0
			for _, q := range []*peer{a, b} {
				first, came := q.next(t.cfg.Patience)
				t.check(came, "one was not answered")
				if first.err != nil {
					continue
				}
				q.try(&protocol.Ping{Kind: protocol.KindPing, Time: 1})
				if second, came := q.next(t.cfg.Patience); came && second.err == nil {
					alive++
				}
			}
			t.check(alive == 1, "%d connections have the session", alive)
		}},
	}
}
