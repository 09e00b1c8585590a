package conformance

import (
	"fmt"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// presenceGrace is for how long a session that lost its socket, or is over, counts as it last was.
const presenceGrace = 3 * time.Second

// present is a guest of whom everyone is told: the welcome may come before that.
func (t *T) present() *peer {
	p := t.guest()
	p.lives()
	return p
}

// watch watches users and returns how they are, by user.
func (p *peer) watch(users ...string) map[string]object {
	return byUser(p.got(protocol.ChannelPresence, "watch", object{"users": users}))
}

// byUser reads the presences of a reply.
func byUser(reply object) map[string]object {
	list, _ := reply["users"].([]any)
	by := map[string]object{}
	for _, one := range list {
		presence, _ := one.(object)
		user, _ := presence["user"].(string)
		by[user] = presence
	}
	return by
}

// becomes expects the next change that is told to be that of a user to a state. So whatever should not have been told shows at the next change.
func (p *peer) becomes(user, state string) object { return p.becomesWithin(user, state, 0) }

// becomesWithin is becomes for a change that the server takes its time for.
func (p *peer) becomesWithin(user, state string, wait time.Duration) object {
	p.t.wait(wait)
	told := p.event(protocol.ChannelPresence, "presence")
	p.t.check(told["user"] == user && told["state"] == state, "presence %v, want %q of %q", told, state, user)
	return told
}

// away says that one is, or is back.
func (p *peer) away(on bool) object {
	return p.got(protocol.ChannelPresence, "set", object{"away": on})
}

// presenceCases are about who is there.
func presenceCases() []Case {
	const lobby, presence = protocol.ChannelLobby, protocol.ChannelPresence
	return []Case{
		{"presence/somebody of whom nothing is known is offline", 0, func(t *T) {
			is := t.present().watch("nobody-knows")["nobody-knows"]
			t.check(is["state"] == "offline" && number(is["since"]) == 0, "presence %v", is)
		}},
		{"presence/somebody who is connected is online", 0, func(t *T) {
			p, q := t.present(), t.present()
			is := p.watch(q.welcome.User)[q.welcome.User]
			t.check(is["state"] == "online" && number(is["since"]) > 0, "presence %v", is)
		}},
		{"presence/a lobby, a match and away are told, each once", 0, func(t *T) {
			p, q := t.present(), t.present()
			user := q.welcome.User
			p.watch(user)
			q.play(object{})
			p.becomes(user, "lobby")
			p.becomes(user, "match")
			q.got(lobby, "leave", nil)
			for told := p.event(presence, "presence"); told["state"] != "online"; told = p.event(presence, "presence") {
				t.check(told["state"] == "lobby", "presence %v", told) // if one is out of the match before one is out of the lobby
			}
			q.away(true)
			p.becomes(user, "away")
			q.away(false)
			p.becomes(user, "online")
		}},
		{"presence/who says that they are away is told so", 0, func(t *T) {
			p := t.present()
			for on, state := range map[bool]string{true: "away", false: "online"} {
				is := byUser(p.away(on))[p.welcome.User]
				t.check(is["state"] == state, "presence %v, want %q", is, state)
			}
		}},
		{"presence/to say again what was said is told once", 0, func(t *T) {
			p, q := t.present(), t.present()
			p.watch(q.welcome.User)
			q.away(true)
			q.away(true)
			q.away(false)
			p.becomes(q.welcome.User, "away")
			p.becomes(q.welcome.User, "online")
		}},
		{"presence/it grows with every change", 0, func(t *T) {
			p, q := t.present(), t.present()
			since := number(p.watch(q.welcome.User)[q.welcome.User]["since"])
			for _, on := range []bool{true, false, true} {
				q.away(on)
				next := number(p.event(presence, "presence")["since"])
				t.check(next > since, "%d follows %d", next, since)
				since = next
			}
		}},
		{"presence/who is not watched any more is not told of", 0, func(t *T) {
			p, a, b := t.present(), t.present(), t.present()
			p.watch(a.welcome.User, b.welcome.User)
			reply := p.got(presence, "unwatch", object{"users": []string{a.welcome.User}})
			t.check(reply["users"] != nil, "reply %v", reply)
			a.away(true)
			b.away(true)
			p.becomes(b.welcome.User, "away")
			p.got(presence, "unwatch", nil)
			b.away(false)
			p.lives()
			t.check(len(p.kept) == 0, "something was told that nobody watches")
		}},
		{"presence/to watch again watches in addition", 0, func(t *T) {
			p, a, b := t.present(), t.present(), t.present()
			p.watch(a.welcome.User)
			p.watch(b.welcome.User)
			a.away(true)
			p.becomes(a.welcome.User, "away")
			b.away(true)
			p.becomes(b.welcome.User, "away")
		}},
		{"presence/everyone else in one's lobby can be watched, whoever comes", 0, func(t *T) {
			host, p := t.present(), t.present()
			state := host.create(object{})
			reply := byUser(host.got(presence, "watch", object{"lobby": true}))
			t.check(len(reply) == 0, "presences %v", reply)
			p.join(state)
			host.becomes(p.welcome.User, "lobby")
			p.got(lobby, "leave", nil)
			p.away(true) // which is not the lobby's affair any more
			p.away(false)
			p.join(state)
			host.becomes(p.welcome.User, "lobby")
		}},
		{"presence/who is in one's lobby already is in the reply", 0, func(t *T) {
			in := t.company(3)
			reply := byUser(in[1].got(presence, "watch", object{"lobby": true}))
			t.check(len(reply) == 2, "presences %v", reply)
			for _, p := range []*peer{in[0], in[2]} {
				t.check(reply[p.welcome.User]["state"] == "lobby", "presences %v", reply)
			}
		}},
		{"presence/who is in the lobby that one comes into is told", 0, func(t *T) {
			host, p := t.present(), t.present()
			p.got(presence, "watch", object{"lobby": true})
			p.join(host.create(object{}))
			p.becomes(host.welcome.User, "lobby")
		}},
		{"presence/who is watched in two ways is told of once", 0, func(t *T) {
			in := t.company(2)
			user := in[1].welcome.User
			reply, _ := in[0].got(presence, "watch", object{"users": []string{user}, "lobby": true})["users"].([]any)
			t.check(len(reply) >= 1, "reply %v", reply)
			in[0].got(lobby, "start", nil)
			in[0].becomes(user, "match")
			in[1].got(lobby, "leave", nil)
			for in[0].event(presence, "presence")["state"] != "online" {
			}
			in[1].away(true)
			in[0].becomes(user, "away")
		}},
		{"presence/a reload is told to nobody", 0, func(t *T) {
			p, q := t.present(), t.present()
			user := q.welcome.User
			p.watch(user)
			for round := range 3 {
				began := time.Now()
				q.wire.cut()
				q = t.resume(q)
				q.lives() // everyone would have been told by now
				if time.Since(began) >= presenceGrace {
					t.skip("this machine takes longer for a reload than the server has patience")
				}
				q.away(round%2 == 0)
				p.becomes(user, []string{"away", "online"}[round%2])
			}
		}},
		{"presence/who lost the connection is offline after the grace, and back with a resume", needsSlowness, func(t *T) {
			p, q := t.present(), t.present()
			p.watch(q.welcome.User)
			q.wire.cut()
			p.becomesWithin(q.welcome.User, "offline", presenceGrace)
			t.resume(q)
			p.becomes(q.welcome.User, "online")
		}},
		{"presence/who said bye is offline after the grace", needsSlowness, func(t *T) {
			p, q := t.present(), t.present()
			p.watch(q.welcome.User)
			q.send(&protocol.Bye{Kind: protocol.KindBye})
			q.closed(protocol.CloseNormal)
			is := p.watch(q.welcome.User)[q.welcome.User]
			t.check(is["state"] == "online" || is["state"] == "offline", "presence %v", is)
			p.becomesWithin(q.welcome.User, "offline", presenceGrace)
		}},
		{"presence/what is watched is still watched after a resume, and what was missed comes", 0, func(t *T) {
			p, q := t.present(), t.present()
			p.watch(q.welcome.User)
			p.wire.cut()
			q.away(true)
			p = t.resume(p)
			p.becomes(q.welcome.User, "away")
			q.away(false)
			p.becomes(q.welcome.User, "online")
		}},
		{"presence/three connections of a user are online once", needsKeys, func(t *T) {
			p, claims := t.present(), t.claims()
			user, _ := claims["sub"].(string)
			is := p.watch(user)[user]
			t.check(is["state"] == "offline", "presence %v", is)
			a, b, c := t.user(claims), t.user(claims), t.user(claims)
			p.becomes(user, "online")
			b.create(object{})
			p.becomes(user, "lobby")
			b.got(lobby, "leave", nil)
			p.becomes(user, "online")
			a.away(true)
			b.away(true) // and c is not
			c.away(true)
			p.becomes(user, "away")
			b.away(false)
			p.becomes(user, "online")
		}},
		{"presence/one connection of three that ends changes nothing", needsKeys | needsSlowness, func(t *T) {
			p, claims := t.present(), t.claims()
			user, _ := claims["sub"].(string)
			a, b, c := t.user(claims), t.user(claims), t.user(claims)
			p.watch(user)
			a.send(&protocol.Bye{Kind: protocol.KindBye})
			a.closed(protocol.CloseNormal)
			b.wire.cut()
			t.wait(presenceGrace + time.Second)
			c.away(true)
			p.becomes(user, "away")
		}},
		{"presence/more than 100 users are too many to watch", 0, func(t *T) {
			users := make([]string, 101)
			for i := range users {
				users[i] = fmt.Sprint("nobody-", i)
			}
			p := t.present()
			p.refused(presence, "watch", object{"users": users}, protocol.CodeFull, "")
			is := p.watch(users[:100]...)
			t.check(len(is) == 100, "%d presences", len(is))
			p.refused(presence, "watch", object{"users": users[100:]}, protocol.CodeFull, "")
			p.got(presence, "unwatch", object{"users": users[:1]})
			p.watch(users[100])
		}},
		{"presence/too many changes of away are refused as that", 0, func(t *T) {
			p, limited := t.present(), 0
			for i := range 20 {
				if _, refusal := p.ask(presence, "set", object{"away": i%2 == 0}); refusal != nil {
					t.check(refusal.Code == protocol.CodeRateLimited, "refused with %v", refusal)
					limited++
				}
			}
			t.check(limited > 0, "none of 20 changes was refused")
			p.lives()
		}},
		{"presence/what is no payload is refused, by field", 0, func(t *T) {
			p := t.present()
			p.refused(presence, "watch", object{"users": "everyone"}, protocol.CodeBadPayload, "users")
			p.refused(presence, "watch", object{"users": []any{"a", 7}}, protocol.CodeBadPayload, "") // users, or the place in it
			p.refused(presence, "watch", object{"lobby": "mine"}, protocol.CodeBadPayload, "lobby")
			p.refused(presence, "set", object{}, protocol.CodeBadPayload, "away")
			p.refused(presence, "nobody-knows", nil, protocol.CodeUnknownRequest, "")
		}},
	}
}
