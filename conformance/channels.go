package conformance

import "github.com/deltatick/deltatick/protocol"

// open and close ask for a channel to be opened and closed.
func (p *peer) open(channel string) {
	p.got(protocol.ChannelSession, "open", object{"channel": channel})
}
func (p *peer) close(channel string) {
	p.got(protocol.ChannelSession, "close", object{"channel": channel})
}

// channelCases are about opening and closing.
func channelCases() []Case {
	const session, lobby, chat = protocol.ChannelSession, protocol.ChannelLobby, protocol.ChannelChat
	return []Case{
		{"channel/one that there is not is not found", 0, func(t *T) {
			p := t.guest()
			p.refused(session, "open", object{"channel": "nobody-knows"}, protocol.CodeNotFound, "")
			p.lives()
		}},
		{"channel/one that there is not cannot be closed, either", 0, func(t *T) {
			t.guest().refused(session, "close", object{"channel": "nobody-knows"}, protocol.CodeNotFound, "")
		}},
		{"channel/an open that names none is refused, by field", 0, func(t *T) {
			t.guest().refused(session, "open", object{}, protocol.CodeBadPayload, "channel")
		}},
		{"channel/an open that names something else than a name is refused, by field", 0, func(t *T) {
			t.guest().refused(session, "open", object{"channel": 7}, protocol.CodeBadPayload, "channel")
		}},
		{"channel/the server's own are open from the start", 0, func(t *T) {
			p := t.guest()
			p.got(lobby, "games", nil)
			p.refused(chat, "say", object{"text": "to nobody"}, protocol.CodeNotFound, "")
			p.got(protocol.ChannelPresence, "unwatch", nil)
		}},
		{"channel/to open one that is open does nothing", 0, func(t *T) {
			p := t.guest()
			p.create(object{})
			p.open(lobby)
			p.open(session)
			p.got(lobby, "ready", object{"ready": true})
		}},
		{"channel/to close one that is closed does nothing", 0, func(t *T) {
			p := t.guest()
			p.close(chat)
			p.close(chat)
			p.lives()
		}},
		{"channel/a request on a closed one is forbidden", 0, func(t *T) {
			p := t.guest()
			p.close(chat)
			p.refused(chat, "say", object{"text": "hello"}, protocol.CodeForbidden, "")
			p.lives()
		}},
		{"channel/an unknown request on a closed one is forbidden, too", 0, func(t *T) {
			p := t.guest()
			p.close(chat)
			p.refused(chat, "nobody-knows", nil, protocol.CodeForbidden, "")
		}},
		{"channel/closing one leaves the others up", 0, func(t *T) {
			p := t.guest()
			p.create(object{})
			p.close(protocol.ChannelPresence)
			p.got(chat, "say", object{"text": "still here"})
			p.got(lobby, "ready", object{"ready": true})
			p.close(chat)
			p.got(lobby, "ready", object{"ready": false})
		}},
		{"channel/closing one leaves it open to everyone else", 0, func(t *T) {
			p, q := t.guest(), t.guest()
			q.create(object{})
			p.close(chat)
			q.got(chat, "say", object{"text": "hello"})
		}},
		{"channel/one that was closed can be opened again", 0, func(t *T) {
			p := t.guest()
			p.create(object{})
			p.close(chat)
			p.open(chat)
			p.got(chat, "say", object{"text": "hello"})
		}},
		{"channel/the session's own cannot be closed", 0, func(t *T) {
			p := t.guest()
			p.refused(session, "close", object{"channel": session}, protocol.CodeForbidden, "")
			p.close(chat)
			p.open(chat)
		}},
		{"channel/closing that of lobbies leaves the lobby", 0, func(t *T) {
			host, p := t.guest(), t.guest()
			p.join(host.create(object{}))
			host.sees(p, func(object) bool { return true })
			p.close(lobby)
			host.eventThat(lobby, "state", func(state object) bool { return len(members(state)) == 1 })
			p.refused(lobby, "games", nil, protocol.CodeForbidden, "")
			p.open(lobby)
			p.create(object{})
		}},
		{"channel/closing that of lobbies ends one's place in the match", 0, func(t *T) {
			s, _ := t.guest().play(object{})
			s.close(lobby)
			exit := s.event(protocol.ChannelMatch, "exit")
			t.check(exit["match"] == s.enter.Match && exit["reason"] == "left", "exit %v", exit)
		}},
		{"channel/a resume changes nothing about what is open", 0, func(t *T) {
			p := t.guest()
			p.create(object{})
			p.close(chat)
			p.wire.cut()
			q := t.resume(p)
			q.refused(chat, "say", object{"text": "hello"}, protocol.CodeForbidden, "")
			q.open(chat)
			q.wire.cut()
			r := t.resume(q)
			r.got(chat, "say", object{"text": "hello"})
		}},
		{"channel/in a new session everything is as it was at first", 0, func(t *T) {
			p := t.guest()
			p.close(lobby)
			p.send(&protocol.Bye{Kind: protocol.KindBye})
			p.closed(protocol.CloseNormal)
			t.guest().got(lobby, "games", nil)
		}},
		{"channel/that of administrators is not for guests", 0, func(t *T) {
			p := t.guest()
			p.refused(session, "open", object{"channel": protocol.ChannelAdmin}, protocol.CodeForbidden, "")
			p.refused(protocol.ChannelAdmin, "sessions", nil, protocol.CodeForbidden, "")
			p.lives()
		}},
		{"channel/one of a game's is open to who asks, and until they close it", 0, func(t *T) {
			p := t.tester()
			p.got(testChannel, "echo", object{"text": "a"})
			p.close(testChannel)
			p.refused(testChannel, "echo", object{"text": "a"}, protocol.CodeForbidden, "")
			p.open(testChannel)
			p.got(testChannel, "echo", object{"text": "a"})
		}},
		{"channel/one that has to be opened is closed until then", 0, func(t *T) {
			t.tester() // there is one
			t.guest().refused(testChannel, "echo", object{"text": "a"}, protocol.CodeForbidden, "")
		}},
		{"channel/who has it closed hears nothing of it", 0, func(t *T) {
			p, q := t.tester(), t.tester()
			p.close(testChannel)
			q.got(testChannel, "emit", object{"n": 3, "user": p.welcome.User})
			p.open(testChannel)
			q.got(testChannel, "emit", object{"n": 1, "user": p.welcome.User})
			p.event(testChannel, "emitted")
			p.lives()
			t.check(len(p.kept) == 0, "what was said while it was closed has come")
		}},
	}
}
