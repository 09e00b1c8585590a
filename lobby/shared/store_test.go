package shared_test

import (
	"slices"
	"testing"
	"time"

	"github.com/deltatick/deltatick/cluster/memory"
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
