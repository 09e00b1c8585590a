package conformance

import (
	"math"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// sendCases are about events of the client.
func sendCases() []Case {
	return []Case{
		{"send/each is handled once, in order", 0, func(t *T) {
			p := t.tester()
			p.marks(1, 20)
			p.heard(20)
		}},
		{"send/what is handled is told in the next pong", 0, func(t *T) {
			p := t.tester()
			p.taken(0)
			p.marks(1, 3)
			p.taken(3)
			p.marks(4, 4)
			p.taken(4)
		}},
		{"send/what is handled is told in the welcome", 0, func(t *T) {
			p := t.tester()
			t.check(p.welcome.Taken == 0, "a new session has taken %d", p.welcome.Taken)
			p.marks(1, 5)
			p.taken(5)
			p.wire.cut()
			q := t.resume(p)
			t.check(q.welcome.Taken == 5, "taken %d, want 5", q.welcome.Taken)
		}},
		{"send/what is sent again on a connection is dropped", 0, func(t *T) {
			p := t.tester()
			p.marks(1, 3)
			p.marks(1, 4)
			p.heard(4)
		}},
		{"send/what is sent again after a resume is dropped", 0, func(t *T) {
			p := t.tester()
			p.marks(1, 5)
			p.taken(5)
			p.wire.cut()
			q := t.resume(p)
			q.marks(3, 8)
			q.heard(8)
		}},
		{"send/who does not know what arrived sends all of it again, and it is handled once", 0, func(t *T) {
			p := t.tester()
			for round := range uint32(6) {
				last := 5 * (round + 1)
				p.marks(5*round+1, last)
				p.wire.cut()
				p = t.resume(p)
				t.check(p.welcome.Taken <= last, "taken %d of %d", p.welcome.Taken, last)
				p.marks(5*round+1, last)
				p.heard(last)
			}
		}},
		{"send/what is above the number in the welcome is all that is missing", 0, func(t *T) {
			p := t.tester()
			for round := range uint32(6) {
				last := 5 * (round + 1)
				p.marks(5*round+1, last)
				p.wire.cut()
				p = t.resume(p)
				p.marks(p.welcome.Taken+1, last)
				p.heard(last)
			}
		}},
		{"send/many resumes in a row cost no event and double none", 0, func(t *T) {
			p := t.tester()
			p.marks(1, 2)
			for n := uint32(3); n < 30; n++ {
				p.wire.cut()
				p = t.resume(p)
				p.marks(max(1, p.welcome.Taken), n) // the first of which is no news, if any is
			}
			p.heard(29)
		}},
		{"send/a connection that displaces another goes on where that one was", 0, func(t *T) {
			p := t.tester()
			p.marks(1, 10)
			q := t.resume(p)
			p.closed(protocol.CloseDisplaced)
			q.marks(q.welcome.Taken+1, 12)
			q.heard(12)
		}},
		{"send/on a link that was quiet it is handled as ever", 0, func(t *T) {
			p := t.tester()
			p.marks(1, 1)
			t.wait(1500 * time.Millisecond)
			p.marks(2, 2)
			p.wire.cut()
			t.wait(500 * time.Millisecond)
			q := t.resume(p)
			q.marks(q.welcome.Taken+1, 3)
			q.heard(3)
		}},
		{"send/a page that was reloaded goes on after what is taken", 0, func(t *T) {
			p := t.tester()
			p.marks(1, 7)
			p.taken(7)
			p.wire.cut()
			q := t.resume(p) // and knows nothing but the token
			q.marks(q.welcome.Taken+1, q.welcome.Taken+1)
			q.heard(8)
		}},
		{"send/in a new session numbers begin with 1 again", 0, func(t *T) {
			p := t.tester()
			p.marks(1, 3)
			p.taken(3)
			p.send(&protocol.Bye{Kind: protocol.KindBye})
			p.closed(protocol.CloseNormal)
			q := t.tester()
			t.check(q.welcome.Taken == 0, "a new session has taken %d", q.welcome.Taken)
			q.marks(1, 2)
			q.heard(2)
		}},
		{"send/a number that leaves others out is malformed", 0, func(t *T) {
			p := t.guest()
			p.send(mark(2))
			p.closed(protocol.CloseMalformed)
		}},
		{"send/a number that leaves others out after a resume is malformed", 0, func(t *T) {
			p := t.tester()
			p.marks(1, 3)
			p.taken(3)
			p.wire.cut()
			q := t.resume(p)
			q.send(mark(5))
			q.closed(protocol.CloseMalformed)
		}},
		{"send/one on an unknown channel is refused by a notice, and counts", 0, func(t *T) {
			p := t.guest()
			p.say("nobody-knows", "x", nil)
			p.notice(protocol.CodeUnknownEvent, "nobody-knows", "x", "")
			p.taken(1)
		}},
		{"send/one of an unknown name is refused by a notice, and the next is handled", 0, func(t *T) {
			p := t.tester()
			p.say(testChannel, "nobody-knows", nil)
			p.notice(protocol.CodeUnknownEvent, testChannel, "nobody-knows", "")
			p.marks(2, 2)
			numbers := p.marked()
			t.check(len(numbers) == 1 && numbers[0] == 2, "handled: %v", numbers)
			p.taken(2)
		}},
		{"send/one with a field missing is refused by a notice that names it", 0, func(t *T) {
			p := t.tester()
			p.say(testChannel, "mark", object{})
			p.notice(protocol.CodeBadPayload, testChannel, "mark", "n")
		}},
		{"send/one with a field of another type is refused by a notice that names it", 0, func(t *T) {
			p := t.tester()
			p.say(testChannel, "mark", object{"n": "one"})
			p.notice(protocol.CodeBadPayload, testChannel, "mark", "n")
		}},
		{"send/one on a channel that is not open is refused by a notice", 0, func(t *T) {
			p := t.tester()
			p.got(protocol.ChannelSession, "close", object{"channel": testChannel})
			p.marks(1, 1)
			p.notice(protocol.CodeForbidden, testChannel, "mark", "")
		}},
		{"send/one that was refused is not told again when it is sent again", 0, func(t *T) {
			p := t.guest()
			p.say("nobody-knows", "x", nil)
			p.notice(protocol.CodeUnknownEvent, "nobody-knows", "x", "")
			p.send(numbered(1, "nobody-knows", "x", nil))
			p.lives()
			t.check(len(p.kept) == 0, "it was told twice")
		}},
		{"send/a request's name is no event's", 0, func(t *T) {
			p := t.guest()
			p.say(protocol.ChannelLobby, "leave", nil)
			p.notice(protocol.CodeUnknownEvent, protocol.ChannelLobby, "leave", "")
		}},
		{"send/those beyond the rate are dropped and told, and count", 0, func(t *T) {
			const n = 400
			p := t.tester()
			p.burst(n, func(i int) any { return mark(uint32(i + 1)) })
			p.notice(protocol.CodeRateLimited, testChannel, "mark", "")
			p.taken(n)
			numbers, last := p.marked(), int64(0)
			t.check(len(numbers) > 0 && len(numbers) < n, "%d of %d at once were handled", len(numbers), n)
			for _, number := range numbers {
				t.check(number > last, "%d was handled after %d", number, last)
				last = number
			}
		}},
		{"send/256 at once, as a client brings that was away, are all handled", 0, func(t *T) {
			p := t.tester()
			p.wire.cut()
			q := t.resume(p)
			q.burst(256, func(i int) any { return mark(uint32(i + 1)) })
			q.heard(256)
		}},
		{"send/those beyond all measure close as flooding", 0, func(t *T) {
			p := t.guest()
			p.burst(1500, func(i int) any { return mark(uint32(i + 1)) })
			p.closed(protocol.CloseFlooding)
		}},
		{"send/the same again and again closes as flooding", 0, func(t *T) {
			p := t.guest()
			p.burst(600, func(int) any { return mark(1) })
			p.closed(protocol.CloseFlooding)
		}},
		{"send/without its payload it is malformed", 0, func(t *T) { t.guest().breaks([]any{protocol.KindSend, 1, "x", "y"}) }},
		{"send/with a number below 0 it is malformed", 0, func(t *T) { t.guest().breaks([]any{protocol.KindSend, -1, "x", "y", nil}) }},
		{"send/with a number over 32 bits it is malformed", 0, func(t *T) {
			t.guest().breaks([]any{protocol.KindSend, uint64(math.MaxUint32) + 1, "x", "y", nil})
		}},
		{"send/on a channel with spaces it is malformed", 0, func(t *T) { t.guest().breaks([]any{protocol.KindSend, 1, "a b", "y", nil}) }},
	}
}

// breaks sends a frame that costs the connection.
func (p *peer) breaks(frame any) {
	p.send(frame)
	p.closed(protocol.CloseMalformed)
}
