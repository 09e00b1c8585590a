package shared_test

import (
	"slices"
	"testing"
	"time"

	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/lobby/shared"
)

// anew is a crowd of whom user-b has come back with a session made anew, on the node c: the other one is dead.
func anew(s *service) (all []*person, again *person) {
	_, all = crowd(s)
	s.must(all[0].say("long ago"))
	s.node("b").die()
	again = s.node("c").person("user-b")
	if in, err := s.node("c").Rejoin(s.ctx, again, shared.Coming{From: "b"}); !in || err != nil {
		s.t.Fatalf("rejoined: %v, %v", in, err)
	}
	return all, again
}

// A session that was made anew does not know what its client has heard: what was said before is the client's to ask for.
func TestAMemberWhoseSessionWasMadeAnewIsToldNothingTwice(t *testing.T) {
	inService(t, 3, func(s *service) {
		all, again := anew(s)
		s.must(all[0].say("welcome back"))
		s.pass(time.Second)
		s.net.cut("a", "c", true)
		s.must(all[0].say("unheard"))
		s.pass(time.Second)
		s.net.cut("a", "c", false)
		s.pass(5 * time.Second) // by which the node has made sure of its members
		if heard := again.heard(); !slices.Equal(heard, []string{"welcome back", "unheard"}) {
			t.Errorf("heard %v", heard)
		}
	})
}

func TestAMemberWhoseSessionWasMadeAnewMissesNothingThatIsSaidAfterwards(t *testing.T) {
	inService(t, 3, func(s *service) {
		all, again := anew(s)
		s.net.cut("a", "c", true)
		s.must(all[0].say("unheard"))
		s.pass(time.Second)
		s.net.cut("a", "c", false)
		s.pass(5 * time.Second)
		if heard := again.heard(); !slices.Equal(heard, []string{"unheard"}) {
			t.Errorf("heard %v", heard)
		}
	})
}

// asleep is a node that hears nothing of nodes nor of the store, until another one has taken its lobby over. wake has it hear of the store again.
func asleep(s *service, n *node, lobby string) (wake func()) {
	s.net.freeze(n.id)
	n.engine.away.Store(true)
	n.engine.deaf.Store(true)
	s.pass(5 * time.Second)
	if owner := s.owner(lobby); owner == n.id {
		s.t.Fatal("nobody took over")
	}
	return func() {
		n.engine.away.Store(false)
		n.engine.deaf.Store(false)
	}
}

// A client may dial a node that is frozen, and be taken up by it when it wakes: its session comes from the node that has taken the lobby over meanwhile, and the lobby's
// former owner does not know that yet.
func TestASessionThatComesToALobbysFormerOwnerIsInTheLobbyOfItsNewOne(t *testing.T) {
	inService(t, 3, func(s *service) {
		state, all := crowd(s)
		a := s.node("a")
		wake := asleep(s, a, state.ID)
		in, said := s.node("b").Detach(all[1])
		s.net.thaw("a")
		again, done := a.person("user-b"), make(chan error, 1)
		go func() {
			_, err := a.Rejoin(s.ctx, again, shared.Coming{Lobby: in, Said: said})
			done <- err
		}()
		s.pass(100 * time.Millisecond)
		wake()
		s.must(<-done)
		s.pass(20 * time.Second) // by which who is nowhere is given up
		s.must(again.say("here"))
		if m := all[2].newest().Members; len(m) != 3 || m[1].Away || again.place() != state.ID {
			t.Errorf("members are %+v, the one who moved is in %q", m, again.place())
		}
	})
}

func TestANumberOfTheChatIsNotGivenTwiceThoughItsMessageIsLost(t *testing.T) {
	inService(t, 2, func(s *service) {
		a, b := s.node("a"), s.node("b")
		ada := a.person("ada")
		ada.create()
		s.must(ada.say("kept"))
		s.pass(time.Second)
		a.engine.noLobbies.Store(true) // nothing more of it gets into the store
		s.must(ada.say("lost"))
		s.pass(time.Second)
		a.die()
		again := b.person("ada")
		if in, err := b.Rejoin(s.ctx, again, shared.Coming{From: "a"}); !in || err != nil {
			t.Fatalf("rejoined: %v, %v", in, err)
		}
		s.must(again.say("next"))
		s.pass(time.Second)
		lost, next := ada.numbers(), again.numbers()
		if len(lost) != 2 || len(next) != 1 || next[0] <= lost[1] {
			t.Errorf("numbers %v before, %v after", lost, next)
		}
	})
}

// numbers are those of the chat's messages.
func (p *person) numbers() (ids []uint32) {
	for _, m := range p.told("chat/message") {
		ids = append(ids, decoded[lobby.ChatMessage](p.at.s.t, m).ID)
	}
	return ids
}

// A user may have two sessions, as in two tabs, of which one is in a lobby.
func TestASessionThatWasInNoLobbyTakesNobodysPlace(t *testing.T) {
	for what, how := range map[string]shared.Coming{
		"whole":                        {},
		"made anew":                    {From: "d"},
		"made anew, from a node there": {From: "c"},
	} {
		t.Run(what, func(t *testing.T) {
			inService(t, 3, func(s *service) {
				state, all := crowd(s)
				s.pass(time.Second)
				if in, err := s.node("c").Rejoin(s.ctx, s.node("c").person("user-b"), how); in || err != nil {
					t.Errorf("the other session is in the lobby: %v, %v", in, err)
				}
				s.pass(15 * time.Second)
				s.must(all[1].say("still here"))
				if m := all[0].newest().Members; len(m) != 3 || m[1].Away || all[1].place() != state.ID {
					t.Errorf("members are %+v", m)
				}
			})
		})
	}
}

// The welcome of a session that was made anew may not arrive: its client goes on at the next node, with the token that it had.
func TestAPlaceGoesToTheLastOfTheSessionsThatWereMadeAnewForOneThatIsLost(t *testing.T) {
	inService(t, 4, func(s *service) {
		state, all := crowd(s)
		s.node("b").die()
		how := shared.Coming{From: "b"}
		first := s.node("c").person("user-b")
		if in, err := s.node("c").Rejoin(s.ctx, first, how); !in || err != nil {
			t.Fatalf("rejoined: %v, %v", in, err)
		}
		s.must(s.node("c").SetAway(s.ctx, first, true)) // its connection is lost
		again := s.node("d").person("user-b")
		if in, err := s.node("d").Rejoin(s.ctx, again, how); !in || err != nil {
			t.Fatalf("rejoined: %v, %v", in, err)
		}
		s.pass(20 * time.Second)
		s.must(again.say("here"))
		if m := all[0].newest().Members; len(m) != 4 || m[1].Away || again.place() != state.ID {
			t.Errorf("members are %+v", m)
		}
	})
}

// An owner that is cut off from the store is not sure to have its lobby. Members go to other nodes meanwhile, and need not wait until another one has it.
func TestASessionIsBackInALobbyWhoseOwnerIsNotSureAndInThatOfTheNextOwner(t *testing.T) {
	inService(t, 3, func(s *service) {
		state, all := crowd(s)
		s.node("a").engine.away.Store(true)
		s.pass(1100 * time.Millisecond)
		in, said := s.node("b").Detach(all[1])
		again := s.node("c").person("user-b")
		began := time.Now()
		if in, err := s.node("c").Rejoin(s.ctx, again, shared.Coming{Lobby: in, Said: said}); !in || err != nil {
			t.Fatalf("rejoined: %v, %v", in, err)
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("it took %v", took)
		}
		s.pass(20 * time.Second)
		if owner := s.owner(state.ID); owner == "a" {
			t.Fatal("nobody took over")
		}
		s.must(again.say("here"))
		if m := all[2].newest().Members; len(m) != 3 || m[1].Away || again.place() != state.ID {
			t.Errorf("members are %+v", m)
		}
	})
}

// What an owner was not sure of it is asked again, though it is on the member's own node: the member's session would else take the place from the one that is made anew for it.
func TestASessionThatAnOwnerHasBecomeSureOfTakesNoPlaceFromTheOneAfterIt(t *testing.T) {
	inService(t, 3, func(s *service) {
		state, all := crowd(s)
		for _, n := range s.nodes {
			n.engine.away.Store(true)
		}
		s.pass(1500 * time.Millisecond)
		a := s.node("a")
		in, said := s.node("b").Detach(all[1])
		old := a.person("user-b")
		if in, err := a.Rejoin(s.ctx, old, shared.Coming{Lobby: in, Said: said}); !in || err != nil {
			t.Fatalf("rejoined: %v, %v", in, err)
		}
		for _, n := range s.nodes {
			n.engine.away.Store(false)
		}
		s.pass(15 * time.Second)
		if owner := s.owner(state.ID); owner != "a" {
			t.Fatalf("the lobby went to %s", owner)
		}
		wake := asleep(s, a, state.ID)
		last := s.node("c").person("user-b")
		if in, err := s.node("c").Rejoin(s.ctx, last, shared.Coming{From: "a"}); !in || err != nil {
			t.Fatalf("rejoined: %v, %v", in, err)
		}
		s.net.thaw("a")
		wake()
		s.pass(20 * time.Second)
		s.must(last.say("here"))
		if last.place() != state.ID || old.place() == state.ID {
			t.Errorf("the last session is in %q, the one before in %q", last.place(), old.place())
		}
	})
}
