package shared_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/protocol"
)

// race has many people of all nodes ask for a place at the same moment, and returns those who got one.
func race(s *service, round, people int, id string) (in []*person) {
	s.t.Helper()
	all := make([]*person, people)
	errs := make([]error, people)
	var asking sync.WaitGroup
	for i := range people {
		all[i] = s.nodes[i%len(s.nodes)].person(fmt.Sprintf("racer-%d-%d", round, i))
		asking.Go(func() { errs[i] = all[i].join(id) })
	}
	asking.Wait()
	for i, err := range errs {
		var refused *protocol.Error
		switch {
		case err == nil:
			in = append(in, all[i])
		case !errors.As(err, &refused) || refused.Code != protocol.CodeFull && refused.Code != protocol.CodeUnavailable:
			s.t.Errorf("racer %d was answered %v", i, err)
		}
		if (err == nil) != (all[i].place() == id) {
			s.t.Errorf("racer %d was answered %v, and is in %q", i, err, all[i].place())
		}
	}
	return in
}

func TestNoRaceFromAnyNodesOverfillsALobby(t *testing.T) {
	inService(t, 4, func(s *service) {
		ada := s.node("a").person("ada")
		state := ada.create()
		s.pass(time.Second)
		for round := range 10 {
			in := race(s, round, 200, state.ID)
			if len(in) != 3 {
				t.Fatalf("round %d: %d got a place beside the host, of 3", round, len(in))
			}
			s.pass(time.Second)
			if m := ada.newest().Members; len(m) != 4 {
				t.Fatalf("round %d: the host sees %d members", round, len(m))
			}
			for _, p := range in {
				s.must(p.ask("leave", map[string]int{}))
			}
		}
	})
}

func TestNoRaceOverfillsALobbyThatChangesItsOwner(t *testing.T) {
	inService(t, 4, func(s *service) {
		ada, bea := s.node("d").person("ada"), s.node("c").person("bea")
		reply, err := s.node("a").Request(s.ctx, s.node("a").person("first"), "create", protocol.MustEncode(map[string]string{"game": "toy"}))
		s.must(err)
		state := reply.(lobby.LobbyReply).Lobby
		s.must(ada.join(state.ID))
		s.must(bea.join(state.ID))
		s.pass(time.Second)
		s.node("a").roster.Drain()
		s.node("a").Drain()
		in := race(s, 0, 200, state.ID)
		s.pass(time.Second)
		if m := ada.newest().Members; len(m) != 4 || len(in) != 1 {
			t.Errorf("%d got a place, the lobby has %d of 4", len(in), len(m))
		}
		owner := s.owner(state.ID)
		if owner == "d" {
			ada = bea // who is on a node that lives
		}
		s.node(owner).die()
		for _, p := range in {
			if p.at.id != owner {
				s.must(retried(s, func() error { return p.ask("leave", map[string]int{}) }))
			}
		}
		_ = race(s, 1, 200, state.ID)
		s.pass(5 * time.Second)
		if m := ada.newest().Members; len(m) > 4 {
			t.Errorf("the lobby has %d of 4", len(m))
		}
	})
}

// retried is for what may be refused while a lobby has no owner.
func retried(s *service, f func() error) (err error) {
	for range 100 {
		var refused *protocol.Error
		if err = f(); !errors.As(err, &refused) || refused.Code != protocol.CodeUnavailable {
			return err
		}
		s.pass(100 * time.Millisecond)
	}
	return err
}
