package matches_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/matches"
	"github.com/deltatick/deltatick/cluster/memory"
	"github.com/deltatick/deltatick/cluster/peer"
	"github.com/deltatick/deltatick/cluster/roster"
	"github.com/deltatick/deltatick/match"
)

// linked is a node with real connections to the others.
type linked struct {
	roster *roster.Roster
	host   *matches.Host
	placer *matches.Placer
}

func link(t *testing.T, store *memory.Store, id string) *linked {
	t.Helper()
	n := &linked{}
	engine := store.Open()
	keeper, err := cluster.NewKeeper(cluster.KeeperConfig{Engine: engine})
	must(t, err)
	mesh, err := peer.New(peer.Config{Node: id, Secret: []byte("a secret of the service"), Address: func(ctx context.Context, node string) (string, error) {
		return n.roster.Address(ctx, node)
	}})
	must(t, err)
	server := httptest.NewServer(mesh)
	n.roster, err = roster.New(roster.Config{Engine: engine, Keeper: keeper, Every: 20 * time.Millisecond, Node: cluster.Node{
		ID: id, Owner: id + "/1", Address: "ws" + strings.TrimPrefix(server.URL, "http"), Capacity: 4,
	}, Load: func() (int, time.Duration) { return n.host.Load(), 0 }})
	must(t, err)
	n.host, err = matches.New(matches.Config{Engine: engine, Keeper: keeper, Peers: mesh, Roster: n.roster, Kinds: []match.Kind{raceKind}})
	must(t, err)
	n.placer, err = matches.NewPlacer(matches.PlacerConfig{Engine: engine, Peers: mesh, Roster: n.roster})
	must(t, err)
	must(t, n.roster.Open(t.Context()))
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for _, run := range []func(context.Context) error{keeper.Run, n.roster.Run, n.host.Run} {
		running.Go(func() { _ = run(ctx) })
	}
	t.Cleanup(func() {
		cancel()
		running.Wait()
		mesh.Close()
		server.Close()
		engine.Close()
	})
	return n
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for range 1000 {
		if is() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("not yet: %s", what)
}

// TestNodesPlaceAndMoveMatchesOverTheirMesh does over sockets what the other tests do in virtual time.
func TestNodesPlaceAndMoveMatchesOverTheirMesh(t *testing.T) {
	t.Parallel()
	store := memory.NewStore(memory.Config{})
	a, b := link(t, store, "a"), link(t, store, "b")
	eventually(t, "they know each other", func() bool { return len(a.roster.Nodes()) == 2 && len(b.roster.Nodes()) == 2 })
	var placed []*matches.Placed
	over := make(chan error, 4)
	for range 4 {
		m, err := a.placer.NewMatch(t.Context(), spec())
		must(t, err)
		placed = append(placed, m)
		go func() { over <- m.Run(context.Background()) }()
		_, err = m.Join(match.Member{User: "ada", Name: "ada"})
		must(t, err)
	}
	here := func(n *linked, m *matches.Placed) bool {
		seat, err := n.host.Attach(m.ID(), 1, "ada")
		return err == nil && seat.User() == "ada"
	}
	for _, m := range placed {
		eventually(t, "she is seated", func() bool { return here(a, m) || here(b, m) })
	}
	must(t, b.host.Drain(t.Context()))
	for _, m := range placed {
		eventually(t, "the match is here", func() bool { return here(a, m) })
		_, err := m.Join(match.Member{User: "bob", Name: "bob"})
		must(t, err)
		eventually(t, "he is seated, too", func() bool { s, err := a.host.Attach(m.ID(), 2, "bob"); return err == nil && s.ID() == 2 })
		m.Stop("enough")
	}
	for range placed {
		must(t, <-over)
	}
	for _, m := range placed {
		if m.Result().Reason != "enough" {
			t.Errorf("result %+v", m.Result())
		}
	}
}
