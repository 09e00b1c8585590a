package conformance

import (
	"slices"
	"strings"

	"github.com/deltatick/deltatick/protocol"
)

// adminCases are about those who look after a running server.
func adminCases() []Case {
	const admin = protocol.ChannelAdmin
	return []Case{
		{"admin/without the role it is closed", needsKeys, func(t *T) {
			p := t.user(t.claims())
			for _, name := range []string{"sessions", "lobbies", "announce", "kick", "status", "stop", "close"} {
				p.refused(admin, name, nil, protocol.CodeForbidden, "")
			}
			p.refused(protocol.ChannelSession, "open", object{"channel": admin}, protocol.CodeForbidden, "")
		}},
		{"admin/a role of another name is none", needsKeys, func(t *T) {
			claims := t.claims()
			claims["roles"] = []string{"Admin", "administrator", " admin", "admin,"}
			t.user(claims).refused(admin, "sessions", nil, protocol.CodeForbidden, "")
		}},
		{"admin/with the role it is open by itself", needsKeys, func(t *T) {
			t.admin().got(admin, "lobbies", nil)
		}},
		{"admin/sessions are listed with user, name, roles and channels", needsKeys, func(t *T) {
			p := t.admin()
			me := p.inSessions()
			t.check(me != nil, "one's own session is not in the list")
			t.check(me["user"] == p.welcome.User && me["name"] == p.welcome.Name, "session %v", me)
			t.check(slices.Contains(texts(me["roles"]), "admin"), "roles %v", me["roles"])
			channels := texts(me["channels"])
			for _, want := range []string{protocol.ChannelSession, protocol.ChannelLobby, admin} {
				t.check(slices.Contains(channels, want), "channels %v", channels)
			}
		}},
		{"admin/a session is listed with the channels that it has open", needsKeys, func(t *T) {
			p := t.admin()
			p.close(protocol.ChannelChat)
			me := p.inSessions()
			t.check(me != nil && !slices.Contains(texts(me["channels"]), protocol.ChannelChat), "session %v", me)
		}},
		{"admin/sessions come in pages, in the order of their ids", needsKeys, func(t *T) {
			p := t.admin()
			t.admin()
			first := p.got(admin, "sessions", object{"limit": 1})
			page, _ := first["sessions"].([]any)
			t.check(len(page) == 1 && first["more"] == true && number(first["count"]) >= 2, "the first page is %v", first)
			before := idOf(page[0])
			page, _ = p.got(admin, "sessions", object{"limit": 1, "after": before})["sessions"].([]any)
			t.check(len(page) == 1 && idOf(page[0]) > before, "after %q comes %v", before, page)
			page, _ = p.got(admin, "sessions", object{"after": strings.Repeat("\u007f", 100)})["sessions"].([]any)
			t.check(len(page) == 0, "after the last comes %v", page)
		}},
		{"admin/pages of none or too many are refused, by field", needsKeys, func(t *T) {
			p := t.admin()
			for _, limit := range []any{0, -1, 101, "all"} {
				p.refused(admin, "sessions", object{"limit": limit}, protocol.CodeBadPayload, "limit")
			}
		}},
		{"admin/public lobbies are listed, and private ones are not", needsKeys, func(t *T) {
			p, q, host := t.admin(), t.guest(), t.guest()
			public, private := q.create(object{"private": false}), host.create(object{})
			list := p.got(admin, "lobbies", nil)
			t.check(inUpdate(list, "lobbies", public["id"]), "the public one is missing in %v", list)
			t.check(!inUpdate(list, "lobbies", private["id"]), "the private one is in %v", list)
		}},
		{"admin/the status lists private lobbies, too, and says so", needsKeys, func(t *T) {
			p, host := t.admin(), t.guest()
			id := host.create(object{})["id"]
			status := p.got(admin, "status", nil)
			t.check(status["draining"] == false && number(status["sessions"]) >= 2, "the status is %v", status)
			lobbies, _ := status["lobbies"].([]any)
			t.check(slices.ContainsFunc(lobbies, func(l any) bool {
				lobby, _ := l.(object)
				return lobby["id"] == id && lobby["private"] == true
			}), "lobby %v is not among %v", id, lobbies)
		}},
		{"admin/a match is stopped, and its lobby stays", needsKeys, func(t *T) {
			p, host := t.admin(), t.guest()
			ask := object{"lobby": host.create(object{})["id"]}
			p.refused(admin, "stop", ask, protocol.CodeWrongPhase, "")
			host.got(protocol.ChannelLobby, "start", nil)
			p.got(admin, "stop", ask)
			host.eventThat(protocol.ChannelLobby, "state", func(state object) bool {
				result, _ := state["result"].(object)
				return state["phase"] == "open" && result["reason"] == "shutdown"
			})
		}},
		{"admin/a lobby is closed under its members", needsKeys, func(t *T) {
			p, host := t.admin(), t.guest()
			ask := object{"lobby": host.create(object{})["id"]}
			p.got(admin, "close", ask)
			host.eventThat(protocol.ChannelLobby, "closed", func(closed object) bool { return closed["reason"] == "shutdown" })
			for _, name := range []string{"stop", "close"} {
				p.refused(admin, name, ask, protocol.CodeNotFound, "")
			}
		}},
		{"admin/a kick ends all sessions of a user, with a code of its own", needsKeys, func(t *T) {
			p, claims := t.admin(), t.claims()
			a, b, other := t.user(claims), t.user(claims), t.user(t.claims())
			reply := p.got(admin, "kick", object{"user": claims["sub"]})
			t.check(number(reply["sessions"]) == 2, "reply %v", reply)
			a.closed(protocol.CloseKicked)
			b.closed(protocol.CloseKicked)
			other.lives()
			t.keptOut(a, protocol.CloseResumeExpired, a.auth...)
		}},
		{"admin/a kick ends a session that is away", needsKeys, func(t *T) {
			p, host, q := t.admin(), t.guest(), t.guest()
			q.join(host.create(object{}))
			q.wire.cut()
			host.sees(q, func(m object) bool { return m["away"] == true })
			p.got(admin, "kick", object{"user": q.welcome.User})
			host.eventThat(protocol.ChannelLobby, "state", func(state object) bool { return len(members(state)) == 1 })
		}},
		{"admin/a kick of nobody is not found", needsKeys, func(t *T) {
			p := t.admin()
			p.refused(admin, "kick", object{"user": "nobody-knows"}, protocol.CodeNotFound, "")
			p.refused(admin, "kick", object{}, protocol.CodeBadPayload, "user")
		}},
		{"admin/an announcement without a text, or with too much of it, is refused, by field", needsKeys, func(t *T) {
			p := t.admin()
			for _, message := range []string{"", strings.Repeat("x", 501)} {
				p.refused(admin, "announce", object{"message": message}, protocol.CodeBadPayload, "message")
			}
		}},
		{"admin/an announcement comes to everyone, once", needsKeys | needsQuiet, func(t *T) {
			p, q, away := t.admin(), t.present(), t.present()
			away.wire.cut()
			const message = "this is a test of the announcements"
			reply := p.got(admin, "announce", object{"message": message})
			t.check(number(reply["sessions"]) >= 3, "reply %v", reply)
			for _, who := range []*peer{p, q, t.resume(away)} {
				notice := who.event(protocol.ChannelSession, "notice")
				t.check(notice["code"] == "announcement" && notice["message"] == message, "notice %v", notice)
				who.lives()
				t.check(len(who.kept) == 0, "more came of it")
			}
		}},
	}
}

// inSessions finds one's own session in the list, in its first 3,000.
func (p *peer) inSessions() object {
	after := ""
	for range 30 {
		reply := p.got(protocol.ChannelAdmin, "sessions", object{"after": after, "limit": 100})
		page, _ := reply["sessions"].([]any)
		for _, s := range page {
			id := idOf(s)
			p.t.check(id > after, "session %q comes after %q", id, after)
			if after = id; id == p.welcome.Session {
				return s.(object)
			}
		}
		if reply["more"] != true {
			break
		}
	}
	return nil
}

// idOf is the id of a session in the list.
func idOf(session any) string {
	info, _ := session.(object)
	id, _ := info["session"].(string)
	return id
}

// texts reads a list of strings.
func texts(v any) (list []string) {
	items, _ := v.([]any)
	for _, item := range items {
		text, _ := item.(string)
		list = append(list, text)
	}
	return list
}
