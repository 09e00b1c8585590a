package roster_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/memory"
	"github.com/deltatick/deltatick/cluster/roster"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// node is one with a keeper and a roster that run until the test ends, or stop does.
type node struct {
	*roster.Roster
	stop func()
}

func start(t *testing.T, store *memory.Store, n cluster.Node, load func() (int, time.Duration)) node {
	t.Helper()
	engine := store.Open()
	keeper, err := cluster.NewKeeper(cluster.KeeperConfig{Engine: engine})
	if err != nil {
		t.Fatal(err)
	}
	n.Owner = n.ID + "/" + t.Name()
	r, err := roster.New(roster.Config{Engine: engine, Keeper: keeper, Node: n, Load: load})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{}, 2)
	go func() { _ = keeper.Run(ctx); done <- struct{}{} }()
	go func() { _ = r.Run(ctx); done <- struct{}{} }()
	stopped := false
	stop := func() {
		if !stopped {
			stopped = true
			cancel()
			<-done
			<-done
			engine.Close()
		}
	}
	t.Cleanup(stop)
	return node{r, stop}
}

func ids(nodes []cluster.Node) (all []string) {
	for _, n := range nodes {
		all = append(all, n.ID)
	}
	return all
}

func TestNodesSeeEachOtherAndMissWhoDies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.NewStore(memory.Config{})
		var load atomic.Int64
		a := start(t, store, cluster.Node{ID: "a", Address: "ws://a", Internal: "ws://inner-a", Capacity: 9}, func() (int, time.Duration) { return int(load.Load()), 0 })
		b := start(t, store, cluster.Node{ID: "b", Address: "ws://b"}, nil)
		load.Store(4)
		time.Sleep(2 * time.Second)
		for _, r := range []node{a, b} {
			if got := fmt.Sprint(ids(r.Nodes())); got != "[a b]" {
				t.Errorf("nodes: %s", got)
			}
			for id, want := range map[string]string{"a": "ws://inner-a", "b": "ws://b"} {
				if got, err := r.Address(t.Context(), id); err != nil || got != want {
					t.Errorf("%s is at %s, %v", id, got, err)
				}
			}
		}
		if n, err := b.Node(t.Context(), "a"); err != nil || n.Load != 4 {
			t.Errorf("a as b sees it: %+v, %v", n, err)
		}
		a.stop()
		time.Sleep(3 * time.Second)
		if got := fmt.Sprint(ids(b.Nodes())); got != "[b]" {
			t.Errorf("after the end of a: %s", got)
		}
		if _, err := b.Node(t.Context(), "a"); !errors.Is(err, roster.ErrUnknown) {
			t.Errorf("a: %v", err)
		}
	})
}

func TestASecondProcessWithTheSameIDWaitsForTheEndOfTheFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.NewStore(memory.Config{})
		first := start(t, store, cluster.Node{ID: "a"}, nil)
		engine := store.Open()
		defer engine.Close()
		keeper, err := cluster.NewKeeper(cluster.KeeperConfig{Engine: engine})
		if err != nil {
			t.Fatal(err)
		}
		second, err := roster.New(roster.Config{Engine: engine, Keeper: keeper, Node: cluster.Node{ID: "a", Owner: "a/second"}})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if err := second.Open(ctx); !errors.Is(err, cluster.ErrHeld) {
			t.Errorf("beside the first: %v", err)
		}
		first.stop()
		if err := second.Open(t.Context()); err != nil {
			t.Errorf("after the first: %v", err)
		}
	})
}

func TestPickTakesNodesWithRoomOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.NewStore(memory.Config{})
		late := func(n int, d time.Duration) func() (int, time.Duration) {
			return func() (int, time.Duration) { return n, d }
		}
		a := start(t, store, cluster.Node{ID: "a", Capacity: 0, Version: "1"}, nil)
		start(t, store, cluster.Node{ID: "full", Capacity: 2, Version: "1"}, late(2, 0))
		start(t, store, cluster.Node{ID: "late", Capacity: 100, Version: "1", Region: "eu"}, late(0, 50*time.Millisecond))
		start(t, store, cluster.Node{ID: "fit", Capacity: 100, Version: "1", Region: "eu"}, late(50, 0))
		drain := start(t, store, cluster.Node{ID: "drain", Capacity: 100, Version: "1"}, nil)
		start(t, store, cluster.Node{ID: "old", Capacity: 100, Version: "0", Region: "us"}, nil)
		drain.Drain()
		time.Sleep(2 * time.Second)
		for range 50 {
			n, err := a.Pick(roster.Want{Version: "1"})
			if err != nil || n.ID != "fit" {
				t.Fatalf("picked %s, %v", n.ID, err)
			}
			if n.Load == 99 {
				break
			}
		}
		for want, pick := range map[string]roster.Want{
			"late": {Version: "1", Without: []string{"fit"}},
			"old":  {Region: "us"},
		} {
			if n, err := a.Pick(pick); err != nil || n.ID != want {
				t.Errorf("%+v: picked %s, %v", pick, n.ID, err)
			}
		}
		if _, err := a.Pick(roster.Want{Region: "moon"}); !errors.Is(err, roster.ErrNoRoom) {
			t.Errorf("in no region: %v", err)
		}
	})
}

func TestWhatWasGivenCountsUntilTheNodeIsHeardAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.NewStore(memory.Config{})
		a := start(t, store, cluster.Node{ID: "a"}, nil)
		var silent atomic.Bool
		start(t, store, cluster.Node{ID: "b", Capacity: 3}, func() (int, time.Duration) {
			for silent.Load() {
				time.Sleep(10 * time.Millisecond)
			}
			return 0, 0
		})
		time.Sleep(2 * time.Second)
		silent.Store(true)
		time.Sleep(2 * time.Second)
		for range 3 {
			if _, err := a.Pick(roster.Want{}); err != nil {
				t.Fatal(err)
			}
		}
		for range 4 { // in which the directory is looked at
			if _, err := a.Pick(roster.Want{}); !errors.Is(err, roster.ErrNoRoom) {
				t.Errorf("a fourth: %v", err)
			}
			time.Sleep(500 * time.Millisecond)
		}
		silent.Store(false)
		time.Sleep(2 * time.Second)
		if _, err := a.Pick(roster.Want{}); err != nil {
			t.Errorf("after it has said that it has none: %v", err)
		}
	})
}

func TestHeirsAreTheSameForAllAndSpread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memory.NewStore(memory.Config{})
		var nodes []node
		for _, id := range []string{"a", "b", "c", "d"} {
			nodes = append(nodes, start(t, store, cluster.Node{ID: id, Capacity: 1}, nil))
		}
		time.Sleep(2 * time.Second)
		count := map[string]int{}
		can := func(n cluster.Node) bool { return n.ID != "d" }
		for i := range 300 {
			thing := fmt.Sprint("match ", i)
			heir, ok := nodes[0].Heir(thing, can)
			if !ok {
				t.Fatal("no heir")
			}
			count[heir.ID]++
			for _, n := range nodes[1:] {
				if other, _ := n.Heir(thing, can); other.ID != heir.ID {
					t.Fatalf("%s: %s or %s", thing, heir.ID, other.ID)
				}
			}
		}
		for _, id := range []string{"a", "b", "c"} {
			if count[id] < 60 || count[id] > 140 {
				t.Errorf("%s inherits %d of 300", id, count[id])
			}
		}
		if count["d"] > 0 {
			t.Error("one that cannot inherits")
		}
	})
}
