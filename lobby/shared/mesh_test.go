package shared_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/memory"
	"github.com/deltatick/deltatick/cluster/peer"
	"github.com/deltatick/deltatick/cluster/roster"
	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/lobby/shared"
	"github.com/deltatick/deltatick/match"
)

// meshed is nodes that talk over sockets, each reached over a wire of its own.
type meshed struct {
	*service
	mu    sync.Mutex
	wires map[string]*wire // by the node that is reached
}

func overMesh(t *testing.T) *meshed {
	t.Helper()
	return &meshed{service: &service{t: t, ctx: t.Context(), store: memory.NewStore(memory.Config{})}, wires: map[string]*wire{}}
}

func (s *meshed) address(_ context.Context, node string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.wires[node] == nil {
		return "", errors.New("unknown node")
	}
	return "ws://" + s.wires[node].listener.Addr().String(), nil
}

// begin starts a node that makes sure of its members when it is told of a reason, and never unasked.
func (s *meshed) begin(id string) (n *node, counters *peer.Counters) {
	s.t.Helper()
	counters = new(peer.Counters)
	engine := s.store.Open()
	keeper, err := cluster.NewKeeper(cluster.KeeperConfig{Engine: engine})
	s.must(err)
	mesh, err := peer.New(peer.Config{Node: id, Secret: []byte("a secret of the service"), Address: s.address, Counters: counters, PingEvery: 50 * time.Millisecond})
	s.must(err)
	who, err := roster.New(roster.Config{Engine: engine, Keeper: keeper, Node: cluster.Node{ID: id, Owner: id + "/1", Lobbies: true}})
	s.must(err)
	s.must(who.Open(s.ctx))
	n = &node{s: s.service, id: id}
	n.Directory, err = shared.New(shared.Config{
		Node: id, Owner: id + "/1", Engine: engine, Keeper: keeper, Mesh: mesh, Roster: who, AttachEvery: time.Hour,
		Lobby: lobby.Config{Kinds: []match.Kind{kind}, NewMatch: func(lobby.MatchRequest) (lobby.Match, error) { return nil, errors.New("none") }},
	})
	s.must(err)
	server := httptest.NewServer(mesh)
	w := newWire(s.t, server.Listener.Addr().String())
	s.mu.Lock()
	s.wires[id] = w
	s.mu.Unlock()
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = keeper.Run(ctx) })
	running.Go(func() { _ = n.Run(ctx) })
	s.t.Cleanup(func() {
		cancel()
		running.Wait()
		mesh.Close()
		w.close()
		server.Close()
		engine.Close()
	})
	return n, counters
}

// until waits for something, until the test's deadline.
func until(f func() bool) {
	for !f() {
		time.Sleep(time.Millisecond)
	}
}

// wire passes connections on to a node.
type wire struct {
	listener net.Listener
	to       string
	running  sync.WaitGroup

	mu    sync.Mutex
	conns []net.Conn // of both sides
	far   []net.Conn // of the node's
}

func newWire(t *testing.T, to string) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{listener: l, to: to}
	w.running.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", to)
			if err != nil {
				_ = near.Close()
				continue
			}
			w.mu.Lock()
			w.conns, w.far = append(w.conns, near, far), append(w.far, far)
			w.mu.Unlock()
			w.running.Go(func() { _, _ = io.Copy(near, far) })
			w.running.Go(func() {
				_, _ = io.Copy(far, near)
				_, _ = io.Copy(io.Discard, near) // whoever dialled does not notice that nobody is there
			})
		}
	})
	return w
}

// lose ends what has been dialled so far at the node's end alone. The other end finds out when its pings are not answered.
func (w *wire) lose() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.far {
		_ = c.Close()
	}
	w.far = nil
}

func (w *wire) close() {
	_ = w.listener.Close()
	w.mu.Lock()
	for _, c := range w.conns {
		_ = c.Close()
	}
	w.mu.Unlock()
	w.running.Wait()
}

func TestLobbiesAreSharedOverARealMesh(t *testing.T) {
	t.Parallel()
	s := overMesh(t)
	a, _ := s.begin("a")
	b, _ := s.begin("b")
	ada, bob := a.person("ada"), b.person("bob")
	state := ada.create()
	s.must(bob.ask("join", map[string]string{"code": state.Code}))
	s.must(bob.say("hello"))
	until(func() bool { return len(ada.heard()) > 0 && len(bob.heard()) > 0 })
	s.must(bob.ask("leave", map[string]int{}))
}

func TestMembersAreAttachedAgainWhenTheOwnerNoticesLastThatItLostThem(t *testing.T) {
	t.Parallel()
	s := overMesh(t)
	a, owner := s.begin("a")
	b, _ := s.begin("b")
	ada, bob := a.person("ada"), b.person("bob")
	s.must(bob.join(ada.create().ID))
	s.must(ada.say("before"))
	until(func() bool { return len(bob.heard()) == 1 })
	s.wires["b"].lose() // b notices at once, and attaches its members to an owner who has not lost them
	until(func() bool { return owner.Lost.Load() == 1 })
	s.must(ada.say("after"))
	until(func() bool { return len(bob.heard()) == 2 })
	until(func() bool { m := ada.newest().Members; return len(m) == 2 && !m[1].Away })
}
