package redis_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/clustertest"
	"github.com/deltatick/deltatick/cluster/redis"
)

const leaseTTL = time.Second

// span is a time in which a node took itself for an owner, by the one clock of the test's process: it was seen to at both ends.
type span struct{ from, to time.Time }

// owner is a node that holds matches, takes over whatever it may, and writes down when it takes itself for the owner of what.
type owner struct {
	t      *testing.T
	name   string
	engine *redis.Engine
	keeper *cluster.Keeper

	mu    sync.Mutex
	holds map[string]*cluster.Held
	spans map[string][]span
	reads int // of what has expired, that it took for true
}

func startOwner(t *testing.T, cfg redis.Config, name string) *owner {
	t.Helper()
	e, err := redis.Dial(cfg)
	must(t, err)
	t.Cleanup(e.Close)
	o := &owner{t: t, name: name, engine: e, holds: map[string]*cluster.Held{}, spans: map[string][]span{}}
	o.keeper, _ = clustertest.Keep(t, cluster.KeeperConfig{Engine: e, TTL: leaseTTL})
	_, err = o.keeper.Acquire(t.Context(), cluster.KindNode, name, name)
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { o.record(ctx) })
	running.Go(func() { o.takeOver(ctx) })
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
	return o
}

// hold acquires matches.
func (o *owner) hold(n int) {
	o.t.Helper()
	for i := range n {
		id := fmt.Sprint("match ", i, " of ", o.name)
		held, err := o.keeper.Acquire(o.t.Context(), cluster.KindMatch, id, o.name)
		must(o.t, err)
		o.own(id, held)
	}
}

func (o *owner) own(id string, h *cluster.Held) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.holds[id] = h
}

// record looks at all leases every millisecond, as the matches' ticks would.
func (o *owner) record(ctx context.Context) {
	open := map[*cluster.Held]int{} // span of one that is valid
	for ctx.Err() == nil {
		o.mu.Lock()
		for id, h := range o.holds {
			now := time.Now()
			i, was := open[h]
			switch valid := h.Valid(); {
			case !valid:
				delete(open, h)
			case was:
				o.spans[id][i].to = now
			default:
				open[h] = len(o.spans[id])
				o.spans[id] = append(o.spans[id], span{now, now})
			}
		}
		o.mu.Unlock()
		time.Sleep(time.Millisecond)
	}
}

// takeOver takes over whatever it may.
func (o *owner) takeOver(ctx context.Context) {
	for ctx.Err() == nil {
		expired, err := o.keeper.Expired(ctx, cluster.KindMatch)
		if err == nil {
			o.mu.Lock()
			o.reads++
			o.mu.Unlock()
		}
		for _, l := range expired {
			if held, err := o.keeper.TakeOver(ctx, l, o.name); err == nil {
				o.own(l.ID, held)
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// steady waits until the node has looked around with a steady view.
func (o *owner) steady() {
	o.t.Helper()
	reads := func() int {
		o.mu.Lock()
		defer o.mu.Unlock()
		return o.reads
	}
	before := reads()
	eventually(o.t, o.name+" has a steady view", func() bool { return reads() > before+3 })
}

// valid is how many matches of a node's the owner may act for.
func (o *owner) valid(of string) (n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for id, h := range o.holds {
		var i int
		var by string
		if _, err := fmt.Sscanf(id, "match %d of %s", &i, &by); err == nil && by == of && h.Valid() {
			n++
		}
	}
	return n
}

// neverTwo says that no match had two owners at any moment, and that whoever came later came with a higher epoch.
func neverTwo(t *testing.T, a, b *owner) {
	t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	b.mu.Lock()
	defer b.mu.Unlock()
	for id, spans := range a.spans {
		for _, x := range spans {
			for _, y := range b.spans[id] {
				if x.from.Before(y.to) && y.from.Before(x.to) {
					t.Errorf("%s had two owners: %s for %v, %s from %v after that began, for %v", id, a.name, x.to.Sub(x.from), b.name, y.from.Sub(x.from), y.to.Sub(y.from))
				}
			}
		}
	}
}

// The network between one node and the store fails in every way there is. The node stops acting in time, the other takes over only then,
// and the node that comes back is fenced. A fault that is shorter than a lease changes no owner.
func TestANodeThatIsCutOffStopsBeforeAnotherTakesOver(t *testing.T) {
	t.Parallel()
	s := startServer(t, false)
	const matches = 20
	for name, test := range map[string]struct {
		fault    fault
		lasts    time.Duration // 0: until everything was taken over
		tookOver bool
	}{
		"cut":            {fault{cut: true}, 0, true},
		"half open":      {fault{swallow: true}, 0, true},
		"held":           {fault{hold: true}, 0, true}, // what was under way arrives when it is over
		"very slow":      {fault{delay: 700 * time.Millisecond}, 0, true},
		"slow":           {fault{delay: 60 * time.Millisecond}, 2 * leaseTTL, false},
		"held for short": {fault{hold: true}, leaseTTL * 3 / 10, false},
		"cut for short":  {fault{cut: true}, leaseTTL * 3 / 10, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			prefix := fmt.Sprint("test", services.Add(1))
			p := startProxy(t, s)
			away := startOwner(t, redis.Config{URL: p.url(), Prefix: prefix}, "away")
			other := startOwner(t, redis.Config{URL: s.url(), Prefix: prefix}, "other")
			away.hold(matches)
			other.hold(matches)
			away.steady()
			other.steady()

			p.set(test.fault)
			began := time.Now()
			if test.lasts > 0 {
				time.Sleep(test.lasts) // the fault itself takes time
			} else {
				// Calls end in time meanwhile. The bound is far above the engine's 400 ms, for machines that are busy.
				if _, err := away.engine.Nodes(t.Context()); cluster.OutcomeOf(err) != cluster.OutcomeUnavailable {
					t.Errorf("a call says %v, want %v", err, cluster.ErrUnavailable)
				}
				if took := time.Since(began); took > 5*time.Second {
					t.Errorf("a call took %v", took)
				}
				eventually(t, "the other takes over", func() bool { return other.valid("away") == matches })
				if n := away.valid("away"); n > 0 {
					t.Errorf("the node that is cut off still acts for %d matches", n)
				}
			}
			p.set(fault{})

			if test.tookOver {
				eventually(t, "the node learns what it lost", func() bool { return away.lost() == matches })
			} else {
				eventually(t, "the node has all it had", func() bool { return away.valid("away") == matches })
			}
			away.steady() // it takes part again
			if n := other.valid("other"); n != matches {
				t.Errorf("the other has %d of its own matches", n)
			}
			if n := other.valid("away"); n > 0 != test.tookOver {
				t.Errorf("the other has %d of those that are not its own", n)
			}
			neverTwo(t, away, other)
			t.Logf("from fault to being steady again: %v", time.Since(began))
		})
	}
}

// lost is how many leases the node was told that it has not any more.
func (o *owner) lost() (n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, h := range o.holds {
		select {
		case <-h.Lost():
			n++
		default:
		}
	}
	return n
}

// When the store stalls for long all leases end at once, and whoever reads first finds everybody dead. For short, some renewals are late.
func TestAStallOfTheStoreChangesNoOwner(t *testing.T) {
	t.Parallel()
	s := startServer(t, false)
	const matches = 20
	a := startOwner(t, redis.Config{URL: s.url()}, "a")
	b := startOwner(t, redis.Config{URL: s.url()}, "b")
	a.hold(matches)
	b.hold(matches)
	for _, stall := range []time.Duration{600 * time.Millisecond, 3 * time.Second} {
		a.steady()
		b.steady()
		s.pause()
		time.Sleep(stall) // the fault itself takes time
		s.resume()
		eventually(t, "both have all they had", func() bool { return a.valid("a") == matches && b.valid("b") == matches })
		a.steady()
		b.steady()
		if a.valid("b") > 0 || b.valid("a") > 0 || a.lost() > 0 || b.lost() > 0 {
			t.Errorf("after %v: a has %d of b's and lost %d, b has %d of a's and lost %d", stall, a.valid("b"), a.lost(), b.valid("a"), b.lost())
		}
	}
	neverTwo(t, a, b)
}
