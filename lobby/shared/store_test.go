package shared_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"slices"
	"strings"
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
	"github.com/deltatick/deltatick/protocol"
)

func TestAStoreThatComesBackEmptyCostsNothing(t *testing.T) {
	inService(t, 3, func(s *service) {
		state, all := crowd(s)
		empty := memory.NewStore(memory.Config{})
		for _, n := range s.nodes {
			n.engine.replace(empty.Open())
		}
		s.store = empty
		s.pass(3 * time.Second)
		if owner := s.owner(state.ID); owner != "a" {
			t.Errorf("the lobby is %q's", owner)
		}
		late := s.node("c").person("late")
		s.must(late.ask("join", map[string]string{"code": state.Code}))
		s.must(all[1].say("still here"))
		s.pass(time.Second)
		for _, p := range all {
			if m := p.newest().Members; len(m) != 4 || len(p.told("lobby/closed")) != 0 || !slices.Equal(p.heard(), []string{"still here"}) {
				t.Errorf("%s sees %+v", p.user, m)
			}
		}
	})
}

func TestMembersOfALobbyThatNobodyKnowsAnyMoreAreTold(t *testing.T) {
	inService(t, 2, func(s *service) {
		_, all := crowd(s)
		empty := memory.NewStore(memory.Config{}) // at the very moment at which the owner dies
		s.node("b").engine.replace(empty.Open())
		s.node("a").die()
		s.pass(30 * time.Second)
		if told := all[1].told("lobby/closed"); len(told) != 1 || all[1].place() != "" {
			t.Errorf("told %d times, in %q", len(told), all[1].place())
		}
		all[1].create()
	})
}

func TestWhoeverOverseesReachesLobbiesOfAllNodes(t *testing.T) {
	inService(t, 2, func(s *service) {
		state, all := crowd(s)
		b := s.node("b")
		if seen := b.Oversee(); len(seen) != 1 || seen[0].ID != state.ID {
			t.Errorf("sees %+v", seen)
		}
		s.refused(b.StopMatch(s.ctx, state.ID), protocol.CodeWrongPhase)
		s.must(b.Close(s.ctx, state.ID))
		s.pass(time.Second)
		for _, p := range all {
			if len(p.told("lobby/closed")) != 1 || p.place() != "" {
				t.Errorf("%s is in %q", p.user, p.place())
			}
		}
		s.refused(b.Close(s.ctx, state.ID), protocol.CodeNotFound)
	})
}

// TestOverARealMesh is the same over sockets: two nodes whose lobbies one client sees through the other's.
func TestOverARealMesh(t *testing.T) {
	t.Parallel()
	store := memory.NewStore(memory.Config{})
	addresses := map[string]string{}
	var mu sync.Mutex
	s := &service{t: t, ctx: t.Context()}
	begin := func(id string) *node {
		engine := store.Open()
		keeper, err := cluster.NewKeeper(cluster.KeeperConfig{Engine: engine})
		s.must(err)
		mesh, err := peer.New(peer.Config{Node: id, Secret: []byte("a secret of the service"), Address: func(_ context.Context, node string) (string, error) {
			mu.Lock()
			defer mu.Unlock()
			if addresses[node] == "" {
				return "", errors.New("unknown node")
			}
			return addresses[node], nil
		}})
		s.must(err)
		who, err := roster.New(roster.Config{Engine: engine, Keeper: keeper, Node: cluster.Node{ID: id, Owner: id + "/1", Lobbies: true}})
		s.must(err)
		s.must(who.Open(t.Context()))
		n := &node{s: s, id: id}
		n.Directory, err = shared.New(shared.Config{
			Node: id, Owner: id + "/1", Engine: engine, Keeper: keeper, Mesh: mesh, Roster: who,
			Lobby: lobby.Config{Kinds: []match.Kind{kind}, NewMatch: func(lobby.MatchRequest) (lobby.Match, error) { return nil, errors.New("none") }},
		})
		s.must(err)
		server := httptest.NewServer(mesh)
		mu.Lock()
		addresses[id] = "ws" + strings.TrimPrefix(server.URL, "http")
		mu.Unlock()
		ctx, cancel := context.WithCancel(context.Background())
		var running sync.WaitGroup
		running.Go(func() { _ = keeper.Run(ctx) })
		running.Go(func() { _ = n.Run(ctx) })
		t.Cleanup(func() {
			cancel()
			running.Wait()
			mesh.Close()
			server.Close()
			engine.Close()
		})
		return n
	}
	a, b := begin("a"), begin("b")
	ada, bob := a.person("ada"), b.person("bob")
	state := ada.create()
	s.must(bob.ask("join", map[string]string{"code": state.Code}))
	s.must(bob.say("hello"))
	for len(ada.heard()) == 0 || len(bob.heard()) == 0 { // until the test's deadline
		time.Sleep(time.Millisecond)
	}
	s.must(bob.ask("leave", map[string]int{}))
}
