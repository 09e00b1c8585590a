package conformance

import (
	"time"

	"github.com/deltatick/deltatick/protocol"
)

func requestCases() []Case {
	return []Case{
		{"request/it is answered once, with its id", 0, func(t *T) {
			p := t.guest()
			p.send(&protocol.Request{Kind: protocol.KindRequest, ID: 4711, Channel: protocol.ChannelLobby, Name: "games", Payload: encoded(nil)})
			reply, refusal := p.reply(4711)
			t.check(refusal == nil && reply["games"] != nil, "reply %v, %v", reply, refusal)
			p.lives()
			t.check(len(p.kept) == 0, "more than one reply came")
		}},
		{"request/with id 0 it is not answered", 0, func(t *T) {
			p := t.guest()
			p.send(&protocol.Request{Kind: protocol.KindRequest, Channel: protocol.ChannelLobby, Name: "games", Payload: encoded(nil)})
			p.got(protocol.ChannelLobby, "games", nil)
			t.check(len(p.kept) == 0, "a reply came")
		}},
		{"request/many are answered in the order in which they were asked", 0, func(t *T) {
			p := t.guest()
			for id := uint32(1); id <= 10; id++ {
				p.send(&protocol.Request{Kind: protocol.KindRequest, ID: id, Channel: protocol.ChannelLobby, Name: "games", Payload: encoded(nil)})
			}
			for id := uint32(1); id <= 10; id++ {
				a, came := p.next(t.cfg.Patience)
				t.check(came && a.kind == protocol.KindReply, "a %v came", a.kind)
				r, err := p.decoder().Reply(a.frame)
				t.must(err, "reply")
				t.check(r.ID == id, "reply %d came when %d was due", r.ID, id)
			}
		}},
		{"request/an unknown name is refused, and the connection lives", 0, func(t *T) {
			p := t.guest()
			p.refused(protocol.ChannelLobby, "nobody-knows", nil, protocol.CodeUnknownRequest, "")
			p.lives()
		}},
		{"request/an unknown channel is refused, and the connection lives", 0, func(t *T) {
			p := t.guest()
			p.refused("nobody-knows", "x", nil, protocol.CodeUnknownRequest, "")
			p.lives()
		}},
		{"request/names of JavaScript's own are names like others", 0, func(t *T) {
			p := t.guest()
			p.refused("constructor", "prototype", nil, protocol.CodeUnknownRequest, "")
			p.lives()
		}},
		{"request/a missing field is named", 0, func(t *T) {
			t.guest().refused(protocol.ChannelLobby, "create", object{}, protocol.CodeBadPayload, "game")
		}},
		{"request/a field of another type is named", 0, func(t *T) {
			t.guest().refused(protocol.ChannelLobby, "create", object{"game": 7}, protocol.CodeBadPayload, "game")
		}},
		{"request/a payload of another type is refused", 0, func(t *T) {
			p := t.guest()
			p.refused(protocol.ChannelLobby, "create", "a string", protocol.CodeBadPayload, "")
			p.lives()
		}},
		{"request/unknown keys are skipped", 0, func(t *T) {
			t.guest().got(protocol.ChannelLobby, "watch", object{"on": false, "of": "a later version"})
		}},
		{"ping/it is answered with its time and the server's", 0, func(t *T) {
			p := t.guest()
			p.send(&protocol.Ping{Kind: protocol.KindPing, Time: 12345})
			p.await("pong", func(a arrival) bool {
				if a.kind != protocol.KindPong {
					return false
				}
				pong, err := p.decoder().Pong(a.frame)
				t.must(err, "pong")
				t.check(pong.Time == 12345, "time %d", pong.Time)
				t.check(pong.Now > uint64(time.Now().Add(-24*time.Hour).UnixMilli()), "the server's time is %d", pong.Now)
				return true
			})
		}},
		{"ping/the server's time goes on", 0, func(t *T) {
			p := t.guest()
			var before uint64
			for range 3 {
				p.send(&protocol.Ping{Kind: protocol.KindPing, Time: 1})
				p.await("pong", func(a arrival) bool {
					if a.kind != protocol.KindPong {
						return false
					}
					pong, err := p.decoder().Pong(a.frame)
					t.must(err, "pong")
					t.check(pong.Now > before, "%d follows %d", pong.Now, before)
					before = pong.Now
					return true
				})
				t.wait(20 * time.Millisecond)
			}
		}},
		{"bye/it is answered with a close", 0, func(t *T) {
			p := t.guest()
			p.send(&protocol.Bye{Kind: protocol.KindBye})
			p.closed(protocol.CloseNormal)
		}},
		{"bye/it ends the session", 0, func(t *T) {
			p := t.guest()
			p.send(&protocol.Bye{Kind: protocol.KindBye})
			p.closed(protocol.CloseNormal)
			again := t.dial()
			again.send(again.helloWith(p.welcome.Token, 0))
			again.closed(protocol.CloseResumeExpired)
		}},
	}
}
