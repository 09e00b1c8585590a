package shared_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/deltatick/deltatick/lobby"
)

// anew is a crowd of whom user-b has come back with a session made anew, on the node c: the other one is dead.
func anew(s *service) (all []*person, again *person) {
	_, all = crowd(s)
	s.must(all[0].say("long ago"))
	s.node("b").die()
	again = s.node("c").person("user-b")
	if in, err := s.node("c").Rejoin(s.ctx, again, "", math.MaxUint32); !in || err != nil {
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

// A client may dial a node that is frozen, and be taken up by it when it wakes: its session comes from the node that has taken the lobby over meanwhile, and the lobby's
// former owner does not know that yet.
func TestASessionThatComesToALobbysFormerOwnerIsInTheLobbyOfItsNewOne(t *testing.T) {
	inService(t, 3, func(s *service) {
		state, all := crowd(s)
		a := s.node("a")
		s.net.freeze("a")
		a.engine.away.Store(true)
		a.engine.deaf.Store(true)
		s.pass(5 * time.Second)
		if owner := s.owner(state.ID); owner == "a" {
			t.Fatal("nobody took over")
		}
		in, said := s.node("b").Detach(all[1])
		s.net.thaw("a")
		again, done := a.person("user-b"), make(chan error, 1)
		go func() {
			_, err := a.Rejoin(s.ctx, again, in, said)
			done <- err
		}()
		s.pass(100 * time.Millisecond)
		a.engine.away.Store(false)
		a.engine.deaf.Store(false)
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
		if in, err := b.Rejoin(s.ctx, again, "", math.MaxUint32); !in || err != nil {
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
