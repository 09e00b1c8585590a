package outage_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/memory"
	"github.com/deltatick/deltatick/cluster/outage"
	"github.com/deltatick/deltatick/cluster/peer"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// far is an engine that cannot reach its store for a while.
type far struct {
	cluster.Engine
	away atomic.Bool
}

func (f *far) Renew(ctx context.Context, leases ...cluster.Lease) []cluster.Renewal {
	if !f.away.Load() {
		return f.Engine.Renew(ctx, leases...)
	}
	time.Sleep(300 * time.Millisecond) // its timeout
	renewals := make([]cluster.Renewal, len(leases))
	for i := range leases {
		renewals[i] = cluster.Renewal{Lease: leases[i], Err: cluster.ErrUnavailable}
	}
	return renewals
}

func (f *far) Expired(ctx context.Context, kind cluster.Kind) ([]cluster.Lease, error) {
	if f.away.Load() {
		return nil, cluster.ErrUnavailable
	}
	return f.Engine.Expired(ctx, kind)
}

// line is what a node has of the others.
type line struct {
	node  string
	lines map[string]*line
	h     peer.Handler
	cut   atomic.Bool
}

func (l *line) Node() string                          { return l.node }
func (l *line) Handle(_ string, handler peer.Handler) { l.h = handler }

func (l *line) Call(ctx context.Context, node, _ string, payload []byte) ([]byte, error) {
	if l.cut.Load() || l.lines[node].cut.Load() {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return l.lines[node].h(ctx, l.node, payload)
}

// node has one lease of its own, and takes over what it can.
type node struct {
	engine *far
	line   *line
	keeper *cluster.Keeper
	held   *cluster.Held
	taken  atomic.Int64
	cut    atomic.Bool // as it was told
	cuts   atomic.Int64
	stop   func()
}

// inService runs a test with nodes a, b and c, each of which scans for what it could take over.
func inService(t *testing.T, test func(nodes map[string]*node)) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.NewStore(memory.Config{})
		nodes, lines := map[string]*node{}, map[string]*line{}
		var entries []cluster.Node
		for _, id := range []string{"a", "b", "c"} {
			entries = append(entries, cluster.Node{ID: id, Lobbies: id != "c"})
		}
		for _, id := range []string{"a", "b", "c"} {
			n := &node{engine: &far{Engine: store.Open()}, line: &line{node: id, lines: lines}}
			lines[id], nodes[id] = n.line, n
			var err error
			if n.keeper, err = cluster.NewKeeper(cluster.KeeperConfig{Engine: n.engine}); err != nil {
				t.Fatal(err)
			}
			watch, err := outage.New(outage.Config{Keeper: n.keeper, Peers: n.line, Nodes: func() []cluster.Node { return entries }, CutOff: func(cut bool) {
				n.cut.Store(cut)
				n.cuts.Add(1)
			}})
			if err != nil {
				t.Fatal(err)
			}
			if n.held, err = n.keeper.Acquire(t.Context(), cluster.KindMatch, "match of "+id, id); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			var running sync.WaitGroup
			running.Go(func() { _ = n.keeper.Run(ctx) })
			running.Go(func() { _ = watch.Run(ctx) })
			running.Go(func() { n.scan(ctx) })
			n.stop = func() { cancel(); running.Wait() }
		}
		time.Sleep(5 * time.Second) // steady
		test(nodes)
		for _, n := range nodes {
			n.stop()
			n.engine.Engine.Close()
		}
	})
}

func (n *node) scan(ctx context.Context) {
	for ctx.Err() == nil {
		expired, err := n.keeper.Expired(ctx, cluster.KindMatch)
		for _, lease := range expired {
			if _, err := n.keeper.TakeOver(ctx, lease, n.line.node); err == nil {
				n.taken.Add(1)
			} else if errors.Is(err, cluster.ErrFenced) {
				return
			}
		}
		_ = err // unsteady, or away: again
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// watched says for how long in the time to come a lease does not hold.
func watched(n *node, d time.Duration) (broken time.Duration) {
	const step = 10 * time.Millisecond
	for range d / step {
		time.Sleep(step)
		if !n.held.Valid() {
			broken += step
		}
	}
	return broken
}

func TestWhatRunsGoesOnWhileTheStoreIsAwayForEverybody(t *testing.T) {
	inService(t, func(nodes map[string]*node) {
		epoch := nodes["a"].held.Lease().Epoch
		for _, n := range nodes {
			n.engine.away.Store(true)
		}
		if broken := watched(nodes["a"], 30*time.Second); broken > 0 {
			t.Errorf("it stood still for %v", broken)
		}
		for _, n := range nodes {
			n.engine.away.Store(false)
		}
		if broken := watched(nodes["a"], 10*time.Second); broken > 0 || nodes["a"].held.Lease().Epoch != epoch {
			t.Errorf("when the store was back, it stood still for %v, with epoch %d after %d", broken, nodes["a"].held.Lease().Epoch, epoch)
		}
		for id, n := range nodes {
			if n.taken.Load() > 0 {
				t.Errorf("%s has taken something over", id)
			}
		}
	})
}

func TestWhoIsCutOffFromTheStoreAloneStandsStillBeforeOthersTakeOver(t *testing.T) {
	inService(t, func(nodes map[string]*node) {
		a := nodes["a"]
		a.engine.away.Store(true)
		for a.held.Valid() {
			time.Sleep(time.Millisecond)
		}
		if taken := nodes["b"].taken.Load() + nodes["c"].taken.Load(); taken > 0 {
			t.Error("others took it over before it stood still")
		}
		if broken := watched(a, 5*time.Second); broken < 5*time.Second {
			t.Errorf("it went on for %v", 5*time.Second-broken)
		}
		if taken := nodes["b"].taken.Load() + nodes["c"].taken.Load(); taken != 1 {
			t.Errorf("it was taken over %d times", taken)
		}
	})
}

func TestWhoIsCutOffFromEverythingStandsStill(t *testing.T) {
	inService(t, func(nodes map[string]*node) {
		for _, n := range nodes {
			n.engine.away.Store(true)
		}
		nodes["a"].line.cut.Store(true) // which is why the others stand still as well: it might have the store
		time.Sleep(2 * time.Second)
		for id, n := range nodes {
			if n.held.Valid() {
				t.Errorf("%s goes on", id)
			}
		}
	})
}

func TestWhatHasEndedDoesNotComeBackToLife(t *testing.T) {
	inService(t, func(nodes map[string]*node) {
		for _, n := range nodes {
			n.engine.away.Store(true)
		}
		nodes["b"].line.cut.Store(true)
		time.Sleep(3 * time.Second)
		nodes["b"].line.cut.Store(false) // now all could say that they are away
		time.Sleep(time.Second)
		for id, n := range nodes {
			if n.held.Valid() {
				t.Errorf("%s goes on with a lease that had ended", id)
			}
		}
	})
}

func TestOnlyWhoIsCutOffWhileOthersWithLobbiesAreNotIsToldSo(t *testing.T) {
	for away, want := range map[string]string{"a": "a", "c": "c", "ac": "ac", "abc": "", "ab": ""} { // c has no lobbies
		inService(t, func(nodes map[string]*node) {
			for id, n := range nodes { // its own lease, which nobody else takes
				if _, err := n.keeper.Acquire(t.Context(), cluster.KindNode, id, id); err != nil {
					t.Fatal(err)
				}
			}
			time.Sleep(time.Second)
			for id, n := range nodes {
				n.engine.away.Store(strings.Contains(away, id))
			}
			time.Sleep(3 * time.Second)
			for id, n := range nodes {
				if got := n.cut.Load(); got != strings.Contains(want, id) {
					t.Errorf("%s away: %s is told that it is cut off: %v", away, id, got)
				}
				n.engine.away.Store(false)
			}
			time.Sleep(time.Second)
			for id, n := range nodes {
				if n.cut.Load() || n.cuts.Load() > 2 {
					t.Errorf("%s away, and back: %s is told %d times, cut off at last: %v", away, id, n.cuts.Load(), n.cut.Load())
				}
			}
		})
	}
}

func TestAQuestionThatComesTooRarelyIsRefused(t *testing.T) {
	engine := memory.New(memory.Config{})
	defer engine.Close()
	keeper, err := cluster.NewKeeper(cluster.KeeperConfig{Engine: engine})
	if err != nil {
		t.Fatal(err)
	}
	nodes := func() []cluster.Node { return nil }
	for what, cfg := range map[string]outage.Config{
		"too rarely": {Keeper: keeper, Peers: &line{}, Nodes: nodes, Every: time.Second}, "no keeper": {Peers: &line{}, Nodes: nodes}, "no nodes": {Keeper: keeper, Peers: &line{}},
	} {
		if _, err := outage.New(cfg); err == nil {
			t.Errorf("%s is taken", what)
		}
	}
}
