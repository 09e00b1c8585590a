package conformance

import "github.com/deltatick/deltatick/protocol"

// moderationCases are about who may say something in a lobby, how often, and who may come in.
func moderationCases() []Case {
	const lobby, chat = protocol.ChannelLobby, protocol.ChannelChat
	return []Case{
		{"chat/too many messages are refused as that, and nothing else is lost", 0, func(t *T) {
			const n = 30
			in := t.company(2)
			in[0].burst(n, func(int) any { return in[0].request(chat, "say", object{"text": "spam"}) })
			limited := 0
			for i := range uint32(n) {
				if _, refusal := in[0].reply(in[0].asked - n + 1 + i); refusal != nil {
					t.check(refusal.Code == protocol.CodeRateLimited, "refused with %v", refusal)
					limited++
				}
			}
			t.check(limited > 0 && limited < n, "%d of %d messages at once were refused", limited, n)
			for range n - limited {
				in[1].hears("spam")
			}
			in[0].lives()
		}},
		{"chat/leaving and coming back is no way round the limit", 0, func(t *T) {
			host, p := t.guest(), t.guest()
			state := host.create(object{})
			said := 0
			for range 3 {
				p.join(state)
				for range 5 {
					_, refusal := p.ask(chat, "say", object{"text": "spam"})
					if refusal == nil {
						said++
					}
				}
				p.got(lobby, "leave", nil)
			}
			t.check(said < 15, "none of %d messages was refused", said)
		}},
		{"chat/only the host mutes", 0, func(t *T) {
			in := t.company(2)
			in[1].refused(chat, "mute", object{"user": in[0].welcome.User, "on": true}, protocol.CodeForbidden, "")
		}},
		{"chat/the host mutes nobody who is not there, and not themselves", 0, func(t *T) {
			host := t.company(1)[0]
			host.refused(chat, "mute", object{"user": "nobody-knows", "on": true}, protocol.CodeNotFound, "")
			host.refused(chat, "mute", object{"user": host.welcome.User, "on": true}, protocol.CodeForbidden, "")
		}},
		{"chat/who is muted says nothing, until they are not", 0, func(t *T) {
			in := t.company(2)
			in[0].got(chat, "mute", object{"user": in[1].welcome.User, "on": true})
			in[1].sees(in[1], func(m object) bool { return m["muted"] == true })
			in[1].refused(chat, "say", object{"text": "hello"}, protocol.CodeForbidden, "")
			in[1].refused(chat, "typing", object{"on": true}, protocol.CodeForbidden, "")
			in[1].history(nil)
			in[0].got(chat, "mute", object{"user": in[1].welcome.User, "on": false})
			in[1].sees(in[1], func(m object) bool { return m["muted"] == false })
			in[1].tell("hello")
			in[0].hears("hello")
		}},
		{"chat/coming back does not end a mute", 0, func(t *T) {
			host, p := t.guest(), t.guest()
			state := host.create(object{})
			p.join(state)
			host.got(chat, "mute", object{"user": p.welcome.User, "on": true})
			p.got(lobby, "leave", nil)
			again := p.join(state)
			t.check(members(again)[p.welcome.User]["muted"] == true, "members %v", again["members"])
			p.refused(chat, "say", object{"text": "hello"}, protocol.CodeForbidden, "")
		}},
		{"chat/who was kicked does not come back at once", 0, func(t *T) {
			host, p := t.guest(), t.guest()
			state := host.create(object{})
			p.join(state)
			host.got(lobby, "kick", object{"user": p.welcome.User})
			p.refused(lobby, "join", object{"code": state["code"]}, protocol.CodeForbidden, "")
			p.refused(lobby, "join", object{"code": state["code"], "spectate": true}, protocol.CodeForbidden, "")
			p.create(object{}) // elsewhere they may
		}},
		{"chat/who was kicked and comes back in a resume is still kept out", 0, func(t *T) {
			host, p := t.guest(), t.guest()
			state := host.create(object{})
			p.join(state)
			host.got(lobby, "kick", object{"user": p.welcome.User})
			p.wire.cut()
			t.resume(p).refused(lobby, "join", object{"code": state["code"]}, protocol.CodeForbidden, "")
		}},
	}
}
