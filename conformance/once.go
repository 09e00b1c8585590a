package conformance

import (
	"strings"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// echo asks for something that counts how often it has run.
func (p *peer) echo(id uint32, text string, once bool) {
	p.asked = max(p.asked, id)
	p.send(&protocol.Request{
		Kind: protocol.KindRequest, ID: id, Channel: testChannel, Name: "echo", Payload: encoded(object{"text": text}), Once: once,
	})
}

// ran expects the reply to an echo, and that it was the echo's run number so many.
func (p *peer) ran(id uint32, runs int64) {
	reply, refusal := p.reply(id)
	p.t.check(refusal == nil, "request %d was refused: %v", id, refusal)
	p.t.check(number(reply["runs"]) == runs, "request %d was answered as run %v, want %d", id, reply["runs"], runs)
}

// tooLate expects that the reply to a request is kept no more.
func (p *peer) tooLate(id uint32) {
	_, refusal := p.reply(id)
	p.t.check(refusal != nil && refusal.Code == protocol.CodeTooLate, "request %d: %v, want %q", id, refusal, protocol.CodeTooLate)
}

// onceCases are about requests that run once, and about for how long a request is of use.
func onceCases() []Case {
	return []Case{
		{"once/a request that comes again is answered as before, and not run again", 0, func(t *T) {
			p := t.tester()
			p.echo(10, "a", true)
			p.ran(10, 1)
			p.echo(10, "a", true)
			p.ran(10, 1)
			p.echo(11, "b", true)
			p.ran(11, 2)
		}},
		{"once/a request that comes again after a resume is answered from the kept reply", 0, func(t *T) {
			p := t.tester()
			p.echo(10, "a", true)
			p.ran(10, 1)
			p.wire.cut()
			q := t.resume(p)
			q.echo(10, "a", true)
			q.ran(10, 1)
			q.echo(11, "a", true)
			q.ran(11, 2)
		}},
		{"once/a request whose reply was lost runs once, over many resumes", 0, func(t *T) {
			p := t.tester()
			for id := uint32(10); id < 18; id++ {
				p.echo(id, "a", true)
				p.wire.cut()
				p = t.resume(p)
				p.echo(id, "a", true)
				p.ran(id, int64(id)-9)
			}
		}},
		{"once/without it, a request that comes again runs again", 0, func(t *T) {
			p := t.tester()
			p.echo(10, "a", false)
			p.ran(10, 1)
			p.echo(10, "a", false)
			p.ran(10, 2)
		}},
		{"once/a refusal is kept like any reply", 0, func(t *T) {
			p := t.tester()
			p.send(&protocol.Request{Kind: protocol.KindRequest, ID: 10, Channel: testChannel, Name: "echo", Payload: encoded(object{"text": 1}), Once: true})
			_, refusal := p.reply(10)
			t.check(refusal != nil && refusal.Code == protocol.CodeBadPayload, "refused with %v", refusal)
			p.wire.cut()
			q := t.resume(p)
			q.echo(10, "a", true)
			_, again := q.reply(10)
			t.check(again != nil && *again == *refusal, "refused with %v, then with %v", refusal, again)
			q.echo(11, "a", true)
			q.ran(11, 1)
		}},
		{"once/of a request with id 0 it is ignored", 0, func(t *T) {
			p := t.tester()
			p.echo(0, "a", true)
			p.echo(0, "a", true)
			p.echo(10, "a", true)
			p.ran(10, 3)
			t.check(len(p.kept) == 0, "a request with id 0 was answered")
		}},
		{"once/another session's replies are not given", 0, func(t *T) {
			p, q := t.tester(), t.tester()
			p.echo(10, "of p", true)
			p.ran(10, 1)
			q.echo(10, "of q", true)
			reply, refusal := q.reply(10)
			t.check(refusal == nil && reply["text"] == "of q", "reply %v, %v", reply, refusal)
		}},
		{"once/beyond 64 KiB of replies the oldest are given up, and too late", 0, func(t *T) {
			p := t.tester()
			long := strings.Repeat("x", 15_000)
			for i := range uint32(6) {
				p.echo(10*(i+1), long, true)
				p.ran(10*(i+1), int64(i+1))
			}
			p.echo(10, "a", true)
			p.tooLate(10)
			p.echo(5, "whether it has run or not", true)
			p.tooLate(5)
			p.echo(60, long, true)
			p.ran(60, 6)
			p.wire.cut()
			q := t.resume(p)
			q.echo(10, "a", true)
			q.tooLate(10)
		}},
		{"once/beyond 64 replies the oldest are given up, and too late", needsSlowness, func(t *T) {
			p := t.tester()
			for id := uint32(1001); id <= 1070; id++ {
				for limited := true; limited; {
					p.echo(id, "a", true)
					_, refusal := p.reply(id)
					limited = refusal != nil && refusal.Code == protocol.CodeRateLimited
					t.check(refusal == nil || limited, "request %d: %v", id, refusal)
					if limited {
						t.wait(200 * time.Millisecond)
					}
				}
			}
			t.wait(500 * time.Millisecond)
			p.echo(1001, "a", true)
			p.tooLate(1001)
			p.echo(1070, "a", true)
			p.ran(1070, 70)
		}},
		{"within/a handler has the time that is said", 0, func(t *T) {
			p := t.tester()
			q := p.request(testChannel, "time", nil)
			q.Within = 700
			p.send(q)
			reply, refusal := p.reply(q.ID)
			t.check(refusal == nil && number(reply["left"]) <= 700, "reply %v, %v", reply, refusal)
		}},
		{"within/a handler has 5 s, whatever longer time is said", 0, func(t *T) {
			p := t.tester()
			for _, within := range []uint32{0, 3_600_000} {
				q := p.request(testChannel, "time", nil)
				q.Within = within
				p.send(q)
				reply, refusal := p.reply(q.ID)
				t.check(refusal == nil && number(reply["left"]) <= 5000, "reply %v, %v", reply, refusal)
			}
		}},
		{"within/a request that says neither once nor within in so many words is as one without", 0, func(t *T) {
			p := t.guest()
			p.send([]any{protocol.KindRequest, 7, protocol.ChannelLobby, "games", nil, false, 0, "of a later version"})
			reply, refusal := p.reply(7)
			t.check(refusal == nil && reply["games"] != nil, "reply %v, %v", reply, refusal)
		}},
		{"within/a time that is no number is malformed", 0, func(t *T) {
			t.guest().breaks([]any{protocol.KindRequest, 7, protocol.ChannelLobby, "games", nil, false, "soon"})
		}},
		{"once/something else than true or false is malformed", 0, func(t *T) {
			t.guest().breaks([]any{protocol.KindRequest, 7, protocol.ChannelLobby, "games", nil, "yes"})
		}},
	}
}
