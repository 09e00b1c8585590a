package match_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// road is a link's way to a client that carries one snapshot in some ticks and lets the rest queue.
type road struct {
	t     *testing.T
	seat  *match.Seat
	view  *view
	queue []uint32 // ticks of snapshots under way
	read  int
	every int // ticks for one snapshot
	clock int
}

// run lets ticks pass and returns how many snapshots were sent in them.
func (r *road) run(n int) int {
	r.t.Helper()
	before := len(r.view.heads)
	for range n {
		ticks(1)
		r.clock++
		r.view.read()
		for ; r.read < len(r.view.heads); r.read++ {
			r.queue = append(r.queue, r.view.heads[r.read].Tick)
		}
		if r.clock%r.every == 0 && len(r.queue) > 0 {
			ack := protocol.MustEncode(&protocol.Ack{Kind: protocol.KindAck, Epoch: r.view.enter.Epoch, Tick: r.queue[0]})
			if err := r.seat.Ack(time.Now(), protocol.NewReader(), ack); err != nil {
				r.t.Fatal(err)
			}
			r.queue = r.queue[1:]
		}
	}
	return len(r.view.heads) - before
}

// paces is how many connections there are of each pace.
func paces(c *match.Counters) (all [4]int64) {
	for i := range all {
		all[i] = c.Pace[i].Load()
	}
	return all
}

func TestTheRateFallsToWhatALinkCarriesAndRisesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		counters := new(match.Counters)
		m, _, _ := start(t, match.Config{Counters: counters})
		seat, view, _ := join(t, m, "ada")
		r := &road{t: t, seat: seat, view: view, every: 1}
		if n := r.run(600); n < 598 || paces(counters) != [4]int64{1} {
			t.Fatalf("%d snapshots in 600 ticks over a free way, paces %v", n, paces(counters))
		}
		r.every = 4 // 15 a second
		r.run(60)
		if p := paces(counters); p[0] != 0 {
			t.Errorf("a second after the way got narrow the paces are %v", p)
		}
		r.run(1200)
		full := counters.Drops[match.DropSnapshotFlight].Load()
		if n := r.run(600); n < 90 || n > 170 {
			t.Errorf("%d snapshots in 600 ticks over a way that carries 150", n)
		}
		if n := counters.Drops[match.DropSnapshotFlight].Load() - full; n > 150 {
			t.Errorf("the way was full in %d of 600 ticks", n)
		}
		if counters.Drops[match.DropSnapshotRate].Load() == 0 || counters.Falls.Load() < 2 {
			t.Error("nothing was counted")
		}
		r.every = 1
		r.run(60 * 60)
		if n := r.run(600); n < 598 || paces(counters) != [4]int64{1} {
			t.Errorf("%d snapshots in 600 ticks a minute after the way is free again, paces %v", n, paces(counters))
		}
		seat.Detach(view.link)
		ticks(2)
		if paces(counters) != [4]int64{} {
			t.Errorf("without a connection the paces are %v", paces(counters))
		}
	})
}

func TestALinkThatStallsGetsTheNewestStateAtOnceAfterIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		counters := new(match.Counters)
		m, _, _ := start(t, match.Config{Counters: counters})
		seat, view, _ := join(t, m, "ada")
		r := &road{t: t, seat: seat, view: view, every: 1}
		r.run(60)
		view.link.setStuck(true)
		r.run(185)
		view.link.setStuck(false)
		if n := r.run(1); n != 1 {
			t.Errorf("%d snapshots in the first tick after a stall", n)
		}
		if view.head.Base != 0 {
			t.Errorf("a stall of 185 ticks is answered with a delta from %d, which the ring does not hold any more", view.head.Base)
		}
	})
}

func TestHashesReachWhoIsNotSentEveryTick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, _, _ := start(t, match.Config{HashEvery: 20})
		seat, view, _ := join(t, m, "ada")
		r := &road{t: t, seat: seat, view: view, every: 4}
		r.run(900)
		marks, hashes, before := 0, 0, uint32(0)
		for _, h := range view.heads {
			if h.Tick/20 != before/20 {
				marks++
				if h.HasHash {
					hashes++
				}
			} else if h.HasHash && h.Base != 0 {
				t.Errorf("a hash at %d, the one before was at %d", h.Tick, before)
			}
			before = h.Tick
		}
		if hashes != marks || marks < 40 {
			t.Errorf("%d hashes for %d marks", hashes, marks)
		}
	})
}

func TestWithADivisorOfOneTheRateIsSteady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		counters := new(match.Counters)
		m, _, _ := start(t, match.Config{Counters: counters, MaxDivisor: 1})
		seat, view, _ := join(t, m, "ada")
		r := &road{t: t, seat: seat, view: view, every: 4}
		r.run(900)
		if counters.Drops[match.DropSnapshotRate].Load() != 0 || paces(counters) != [4]int64{1} {
			t.Errorf("paces %v", paces(counters))
		}
	})
	if _, err := match.New(match.Config{Kind: walkKind(nil), MaxDivisor: 4}); err == nil {
		t.Error("a snapshot in 4 ticks was accepted")
	}
}
