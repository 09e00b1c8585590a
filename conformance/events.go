package conformance

import (
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// emit has the server send so many events to a peer.
func (p *peer) emit(n int, to *peer) {
	what := object{"n": n}
	if to != p {
		what["user"] = to.welcome.User
	}
	reply := p.got(testChannel, "emit", what)
	p.t.check(number(reply["sessions"]) == 1, "%v sessions were sent to", reply["sessions"])
}

// emitted expects events with the numbers first to last, in that order; that each comes once is known by their sequence numbers.
func (p *peer) emitted(first, last int) {
	for n := first; n <= last; n++ {
		got := number(p.event(testChannel, "emitted")["n"])
		p.t.check(got == int64(n), "event %d came, want %d", got, n)
	}
}

func eventCases() []Case {
	return []Case{
		{"event/they are numbered from 1, without a gap", 0, func(t *T) {
			p := t.guest()
			p.create(object{})
			for _, name := range []string{"a", "b", "c", "d"} {
				p.got(protocol.ChannelLobby, "settings", object{"name": name})
				p.eventThat(protocol.ChannelLobby, "state", func(state object) bool { return state["name"] == name })
			}
			t.check(p.seq >= 4, "%d events came", p.seq) // and count has checked their numbers
		}},
		{"event/outside a match they belong to tick 0", 0, func(t *T) {
			p := t.guest()
			p.create(object{})
			p.await("event", func(a arrival) bool {
				if a.kind != protocol.KindEvent {
					return false
				}
				e, err := p.decoder().Event(a.frame)
				t.must(err, "event")
				t.check(e.Tick == 0, "tick %d", e.Tick)
				return true
			})
		}},
		{"event/many at once come in order", 0, func(t *T) {
			p := t.tester()
			p.emit(500, p)
			p.emitted(1, 500)
		}},
		{"event/those that were missed while away come after the resume, in order, each once", 0, func(t *T) {
			p, other := t.tester(), t.tester()
			p.wire.cut()
			other.emit(20, p)
			q := t.resume(p)
			t.check(q.welcome.Lost == 0, "%d were lost", q.welcome.Lost)
			q.emitted(1, 20)
			q.lives()
			t.check(len(q.kept) == 0, "and a %v", q.kindOfKept())
		}},
		{"event/those after the number in the resume come, and none before it", 0, func(t *T) {
			p := t.tester()
			p.emit(10, p)
			p.emitted(1, 10)
			p.wire.cut()
			q := t.resumeFrom(p, p.seq-4)
			t.check(q.welcome.Lost == 0, "%d were lost", q.welcome.Lost)
			q.emitted(7, 10)
			q.lives()
			t.check(len(q.kept) == 0, "and a %v", q.kindOfKept())
		}},
		{"event/over many resumes in a row each comes once", 0, func(t *T) {
			p, other := t.tester(), t.tester()
			for range 12 {
				p.wire.cut()
				other.emit(3, p)
				p = t.resume(p)
				p.emitted(1, 3)
			}
		}},
		{"event/over many resumes in which nothing is read, none is lost", 0, func(t *T) {
			p, other := t.tester(), t.tester()
			p.wire.cut()
			for range 8 {
				other.emit(2, p)
				q := t.resume(p)
				q.wire.cut()
				q.seq = p.seq // as one that was never told
				p = q
			}
			q := t.resume(p)
			for range 8 {
				q.emitted(1, 2)
			}
		}},
		{"event/on a link that was quiet it comes by itself", 0, func(t *T) {
			p, other := t.tester(), t.tester()
			t.wait(1500 * time.Millisecond)
			other.emit(1, p)
			p.emitted(1, 1)
			t.wait(500 * time.Millisecond)
			p.wire.cut()
			q := t.resume(p)
			other.emit(1, q)
			q.emitted(1, 1)
		}},
		{"event/what a ping has acknowledged does not come again", 0, func(t *T) {
			p := t.tester()
			p.emit(5, p)
			p.emitted(1, 5)
			p.lives() // with the number
			p.wire.cut()
			q := t.resume(p)
			q.lives()
			t.check(len(q.kept) == 0, "a %v came", q.kindOfKept())
		}},
		{"event/of more than the server holds, it is told how many are lost, and the rest comes", 0, func(t *T) {
			const n = 700
			p, other := t.tester(), t.tester()
			p.wire.cut()
			other.emit(n, p)
			q := t.resume(p)
			lost := int(q.welcome.Lost)
			t.check(lost < n, "%d of %d are lost", lost, n)
			q.emitted(lost+1, n)
		}},
	}
}
