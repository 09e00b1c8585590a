package match_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// way is a link with a round trip, which carries one snapshot in some ticks, and now and then holds back everything and then lets it through at
// once, as TCP does with what stands behind a lost packet.
type way struct {
	t     *testing.T
	seat  *match.Seat
	view  *view
	trip  int // ticks there and back
	every int // ticks for one snapshot; 0: it carries all
	held  int // ticks for which everything is held back

	clock, read int
	free        int // tick in which the next one has been carried
	under       []passing
	oldest      int // ticks that the newest acknowledged was old, at worst
}

type passing struct {
	tick uint32
	sent int
	at   int // when its acknowledgement comes back
}

// run lets ticks pass and returns how many snapshots were sent in them.
func (w *way) run(n int) int {
	w.t.Helper()
	before := len(w.view.heads)
	for range n {
		ticks(1)
		w.clock++
		w.view.read()
		for ; w.read < len(w.view.heads); w.read++ {
			w.free = max(w.free+w.every, w.clock)
			w.under = append(w.under, passing{w.view.heads[w.read].Tick, w.clock, w.free + w.trip})
		}
		if w.held > 0 {
			w.held--
			continue
		}
		newest := uint32(0)
		for len(w.under) > 0 && w.under[0].at <= w.clock {
			newest = w.under[0].tick
			w.oldest = max(w.oldest, w.clock-w.under[0].sent)
			w.under = w.under[1:]
		}
		if newest == 0 {
			continue
		}
		ack := protocol.MustEncode(&protocol.Ack{Kind: protocol.KindAck, Epoch: w.view.enter.Epoch, Tick: newest})
		if err := w.seat.Ack(time.Now(), protocol.NewReader(), ack); err != nil {
			w.t.Fatal(err)
		}
	}
	return len(w.view.heads) - before
}

// overA plays a match with one player over a way with a round trip of so many ticks.
func overA(t *testing.T, trip int, play func(w *way, c *match.Counters)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		counters := new(match.Counters)
		m, _, _ := start(t, match.Config{Counters: counters})
		seat, view, _ := join(t, m, "ada")
		w := &way{t: t, seat: seat, view: view, trip: trip}
		w.run(180)
		play(w, counters)
	})
}

func TestLostPacketsDoNotSlowSnapshotsDownHoweverLongTheWay(t *testing.T) {
	for _, trip := range []int{1, 6, 18, 36, 55} {
		overA(t, trip, func(w *way, _ *match.Counters) {
			sent := 0
			for i := range 40 {
				sent += w.run(70 + i*37%60) // from one lost packet to the next
				w.held = trip*5/4 + 1
				sent += w.run(w.held)
			}
			if n := sent * 60 / (w.clock - 180); n < 57 {
				t.Errorf("%d snapshots/s over a way of %d ticks that loses a packet now and then", n, trip)
			}
		})
	}
}

func TestAfterAnOutageTheRateIsWhatItWasAtOnce(t *testing.T) {
	for _, trip := range []int{1, 6, 36} {
		overA(t, trip, func(w *way, c *match.Counters) {
			w.held = 300
			w.run(300 + 2*trip + 2)
			if n := w.run(300); n < 298 || c.Falls.Load() != 0 {
				t.Errorf("%d snapshots in 300 ticks after an outage of as long, on a way of %d ticks; %d falls", n, trip, c.Falls.Load())
			}
		})
	}
}

func TestAThinLinkGetsWhatItCarriesAndStateThatIsNeverOld(t *testing.T) {
	for _, trip := range []int{1, 6, 18, 36} {
		for _, every := range []int{2, 3, 4, 6, 9} {
			overA(t, trip, func(w *way, _ *match.Counters) {
				w.every = every
				w.run(20 * 60)
				w.oldest = 0
				sent := w.run(60 * 60)
				if least, most := 3600*3/(every*5), 3600*11/(every*10); sent < least || sent > most {
					t.Errorf("trip %d: %d snapshots in a minute over a way that carries %d", trip, sent, 3600/every)
				}
				// The round trip, 5/4 of it that may be a stall, 250 ms, and what a rise adds until it is noticed.
				if most := trip + trip*5/4 + 15 + 30; w.oldest > most {
					t.Errorf("trip %d, a snapshot in %d ticks: one was %d ticks under way, want %d at most", trip, every, w.oldest, most)
				}
			})
		}
	}
}

func TestALinkThatWidensIsNoticed(t *testing.T) {
	for _, trip := range []int{1, 6, 36} {
		for _, thin := range []int{3, 60} { // seconds
			overA(t, trip, func(w *way, c *match.Counters) {
				w.every = 5
				w.run(thin * 60)
				if paces(c)[0] != 0 {
					t.Errorf("trip %d: after %d s over a thin way the paces are %v", trip, thin, paces(c))
				}
				w.every = 0
				waited := 0
				for ; paces(c)[0] == 0 && waited < 60*60; waited += 6 {
					w.run(6)
				}
				if most := map[int]int{3: 12, 60: 24}[thin] * 60; waited > most {
					t.Errorf("trip %d: %d ticks after the way got free the rate is not yet what it was", trip, waited)
				}
				if n := w.run(300); n < 295 {
					t.Errorf("%d snapshots in 300 ticks after the rate has risen to its most", n)
				}
			})
		}
	}
}

func TestAWayThatGetsLongerIsNoThinLink(t *testing.T) {
	overA(t, 3, func(w *way, c *match.Counters) {
		w.trip = 20
		w.run(20 * 60)
		if n := w.run(600); n < 570 || paces(c) != [4]int64{1} {
			t.Errorf("%d snapshots in 600 ticks, paces %v", n, paces(c))
		}
	})
}
