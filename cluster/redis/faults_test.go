package redis_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/clustertest"
	"github.com/deltatick/deltatick/cluster/redis"
)

const soon = 20 * time.Second

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func eventually(t *testing.T, what string, ask func() bool) {
	t.Helper()
	for end := time.Now().Add(soon); !ask(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s", soon, what)
		}
	}
}

// node is one that holds leases, puts again what the store has lost, and takes over whatever it may.
type node struct {
	t        *testing.T
	name     string
	engine   *redis.Engine
	keeper   *cluster.Keeper
	lost     chan cluster.Lease // what is to be put again
	takeover atomic.Int64       // leases that it took from others
	reads    atomic.Int64       // that it took for true
	held     []*cluster.Held
	epochs   []uint32
}

// startNode starts a node with a lease of its own, some matches and a lobby.
func startNode(t *testing.T, s *server, name string) *node {
	t.Helper()
	n := &node{t: t, name: name, engine: open(t, s, redis.Config{CatchUp: 200 * time.Millisecond}), lost: make(chan cluster.Lease, 1000)}
	n.keeper, _ = clustertest.Keep(t, cluster.KeeperConfig{Engine: n.engine, Restored: func(l cluster.Lease) { n.lost <- l }})
	n.hold(cluster.KindNode, name)
	n.hold(cluster.KindLobby, "lobby of "+name)
	for i := range 20 {
		n.hold(cluster.KindMatch, fmt.Sprint("match ", i, " of ", name))
	}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { n.work(ctx) })
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
	return n
}

func (n *node) hold(kind cluster.Kind, id string) {
	n.t.Helper()
	held, err := n.keeper.Acquire(n.t.Context(), kind, id, n.name)
	must(n.t, err)
	n.held = append(n.held, held)
	n.epochs = append(n.epochs, held.Lease().Epoch)
	must(n.t, n.put(held.Lease()))
}

func (n *node) put(l cluster.Lease) error {
	switch l.Kind {
	case cluster.KindNode:
		return n.engine.PutNode(n.t.Context(), l, cluster.Node{Address: n.name})
	case cluster.KindLobby:
		return n.engine.PutLobby(n.t.Context(), l, cluster.Lobby{Node: n.name, Code: l.ID, Capacity: 4}, []string{"host of " + n.name})
	}
	return n.engine.PutMatch(n.t.Context(), l, cluster.Match{Node: n.name})
}

// work takes over from others, as fast as it can, and puts again.
func (n *node) work(ctx context.Context) {
	for ctx.Err() == nil {
		select {
		case l := <-n.lost:
			if err := n.put(l); err != nil {
				n.lost <- l
			}
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
		}
		expired, err := n.keeper.Expired(ctx, cluster.KindMatch)
		if err != nil {
			continue
		}
		n.reads.Add(1)
		for _, l := range expired {
			if _, err := n.keeper.TakeOver(ctx, l, n.name); err == nil && l.Owner != n.name {
				n.takeover.Add(1)
			}
		}
	}
}

// steady waits until the node has looked for something to take over, with a steady view, often enough.
func (n *node) steady() {
	n.t.Helper()
	before := n.reads.Load()
	eventually(n.t, n.name+" has a steady view", func() bool { return n.reads.Load() > before+20 })
}

// asBefore says whether the node has what it had, under the same epochs.
func (n *node) asBefore() {
	n.t.Helper()
	if k := n.takeover.Load(); k != 0 {
		n.t.Errorf("%s took %d leases from a node that lives", n.name, k)
	}
	for i, h := range n.held {
		if !h.Valid() || h.Lease().Epoch != n.epochs[i] {
			n.t.Errorf("%s: %+v is valid: %v, had epoch %d", n.name, h.Lease(), h.Valid(), n.epochs[i])
		}
	}
}

// While the store stalls all leases end, and when it goes on whoever looks first sees everybody dead.
func TestNobodyTakesOverBecauseTheStoreStalled(t *testing.T) {
	t.Parallel()
	s := startServer(t, false)
	nodes := []*node{startNode(t, s, "a"), startNode(t, s, "b"), startNode(t, s, "c")}
	for round, stall := range []time.Duration{3 * time.Second, 900 * time.Millisecond} {
		for _, n := range nodes {
			n.steady()
		}
		s.pause()
		select { // the fault itself takes time
		case <-time.After(stall):
		case <-t.Context().Done():
		}
		if stall > 2*time.Second && nodes[0].held[0].Valid() {
			t.Error("a node acts for longer than its lease lasts")
		}
		s.resume()
		for _, n := range nodes {
			n.steady()
			n.asBefore()
		}
		if t.Failed() {
			t.Fatalf("round %d", round)
		}
	}
}

func TestStoreThatComesBackEmptyIsFilledByItsNodes(t *testing.T) {
	t.Parallel()
	for name, asCluster := range map[string]bool{"one server": false, "Redis Cluster": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startServer(t, asCluster)
			nodes := []*node{startNode(t, s, "a"), startNode(t, s, "b")}
			watching := open(t, s, redis.Config{CatchUp: 200 * time.Millisecond})
			lobbies, err := watching.WatchLobbies(t.Context())
			must(t, err)
			bus, err := watching.Subscribe(t.Context(), "topic")
			must(t, err)
			for seen := 0; seen < len(nodes); {
				changes, err := lobbies.Next(t.Context())
				must(t, err)
				seen += len(changes.Put)
			}
			for _, n := range nodes {
				n.steady()
			}

			s.kill()
			s.start()
			for _, n := range nodes {
				n.steady()
				n.asBefore()
			}
			eventually(t, "everything is there again", func() bool {
				matches, err := watching.Matches(t.Context())
				must(t, err)
				live, err := watching.Nodes(t.Context())
				must(t, err)
				all, err := watching.Lobbies(t.Context())
				must(t, err)
				return len(matches) == 40 && len(live) == 2 && len(all) == 2
			})
			if users, err := watching.Seated(t.Context(), "lobby of a"); err != nil || len(users) != 1 {
				t.Errorf("seated: %v, %v", users, err)
			}
			if l, err := watching.LobbyByCode(t.Context(), "lobby of b"); err != nil || l.Node != "b" {
				t.Errorf("by code: %+v, %v", l, err)
			}
			if _, err := bus.Next(t.Context()); !errors.Is(err, cluster.ErrMissed) {
				t.Errorf("the subscriber was told %v, want of a gap", err)
			}
			eventually(t, "messages come again", func() bool {
				must(t, nodes[0].engine.Publish(t.Context(), "topic", []byte("again")))
				short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
				defer cancel()
				m, err := bus.Next(short)
				return err == nil && string(m.Payload) == "again"
			})
			noneRemoved(t, lobbies, nodes[0])
		})
	}
}

// noneRemoved reads changes up to one that is made now: no lobby was said to be gone.
func noneRemoved(t *testing.T, lobbies cluster.Feed[cluster.LobbyChanges], n *node) {
	t.Helper()
	n.hold(cluster.KindLobby, "last")
	for {
		ctx, cancel := context.WithTimeout(t.Context(), soon)
		changes, err := lobbies.Next(ctx)
		cancel()
		must(t, err)
		if len(changes.Removed) > 0 {
			t.Errorf("lobbies were said to be gone: %v", changes.Removed)
		}
		for _, l := range changes.Put {
			if l.ID == "last" {
				return
			}
		}
	}
}

// A lobby whose owner died with the store is gone in the end.
func TestLobbyThatNobodyPutsAgainIsRemoved(t *testing.T) {
	t.Parallel()
	s := startServer(t, false)
	e := open(t, s, redis.Config{CatchUp: 100 * time.Millisecond})
	lease, err := e.Acquire(t.Context(), cluster.KindLobby, "l", "A", time.Minute)
	must(t, err)
	must(t, e.PutLobby(t.Context(), lease, cluster.Lobby{}, nil))
	lobbies, err := e.WatchLobbies(t.Context())
	must(t, err)
	_, err = lobbies.Next(t.Context())
	must(t, err)
	s.kill()
	s.start()
	changes, err := lobbies.Next(t.Context())
	if err != nil || len(changes.Removed) != 1 || changes.Removed[0] != "l" {
		t.Fatalf("got %+v, %v", changes, err)
	}
}

func TestCallsFailWhileTheStoreIsAwayAndSucceedAfter(t *testing.T) {
	t.Parallel()
	s := startServer(t, false)
	e := open(t, s, redis.Config{})
	lease, err := e.Acquire(t.Context(), cluster.KindMatch, "m", "A", time.Minute)
	must(t, err)
	calls := map[string]func() error{
		"acquire": func() error {
			_, err := e.Acquire(t.Context(), cluster.KindMatch, "another", "A", time.Minute)
			return err
		},
		"renew":   func() error { return e.Renew(t.Context(), lease)[0].Err },
		"save":    func() error { return e.Save(t.Context(), cluster.Save{Lease: lease})[0] },
		"expired": func() error { _, err := e.Expired(t.Context(), cluster.KindMatch); return err },
		"nodes":   func() error { _, err := e.Nodes(t.Context()); return err },
		"lobbies": func() error { _, err := e.Lobbies(t.Context()); return err },
		"leave":   func() error { return e.Leave(t.Context(), "l", "ada") },
		"publish": func() error { return e.Publish(t.Context(), "topic", nil) },
		"subscribe": func() error {
			f, err := e.Subscribe(t.Context(), "topic")
			if err == nil {
				f.Close()
			}
			return err
		},
		"presence": func() error { _, err := e.Presence(t.Context(), "ada"); return err },
	}
	faults := map[string][2]func(){
		"stopped": {s.kill, s.start},
		"stalled": {s.pause, s.resume},
	}
	for fault, hands := range faults {
		hands[0]()
		for name, do := range calls {
			if err := do(); !errors.Is(err, cluster.ErrUnavailable) {
				t.Errorf("%s, store %s: %v, want %v", name, fault, err, cluster.ErrUnavailable)
			}
		}
		hands[1]()
		for name, do := range calls {
			eventually(t, name+" after the store was "+fault, func() bool { return do() == nil })
		}
	}
	s.kill()
	if _, err := redis.Dial(redis.Config{URL: s.url()}); !errors.Is(err, cluster.ErrUnavailable) {
		t.Errorf("dial: %v, want %v", err, cluster.ErrUnavailable)
	}
}

// More calls than the connection has places for wait while the store stalls; all of them come back.
func TestStalledStoreHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	s := startServer(t, false)
	e := open(t, s, redis.Config{})
	s.pause()
	defer s.resume()
	var all sync.WaitGroup
	var unavailable atomic.Int64
	for i := range 3000 {
		all.Go(func() {
			if _, err := e.Join(t.Context(), "l", fmt.Sprint("user ", i), time.Minute); errors.Is(err, cluster.ErrUnavailable) {
				unavailable.Add(1)
			}
		})
	}
	all.Wait()
	if unavailable.Load() != 3000 {
		t.Fatalf("%d of 3000 calls said so", unavailable.Load())
	}
}

func TestURLsThatCannotBeRightAreRefused(t *testing.T) {
	for _, url := range []string{"http://localhost", "redis://localhost/x", "::"} {
		if _, err := redis.Dial(redis.Config{URL: url}); !errors.Is(err, cluster.ErrInvalid) {
			t.Errorf("%s: %v, want %v", url, err, cluster.ErrInvalid)
		}
	}
}
