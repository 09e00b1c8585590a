package shared_test

import (
	"math"
	"slices"
	"testing"
	"time"
)

// A session that was made anew does not know what its client has heard: what was said before is the client's to ask for.
func TestAMemberWhoseSessionWasMadeAnewIsToldNothingTwice(t *testing.T) {
	inService(t, 3, func(s *service) {
		_, all := crowd(s)
		s.must(all[0].say("long ago"))
		s.node("b").die()
		again := s.node("c").person("user-b")
		if in, err := s.node("c").Rejoin(s.ctx, again, "", math.MaxUint32); !in || err != nil {
			t.Fatalf("rejoined: %v, %v", in, err)
		}
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
		_, all := crowd(s)
		s.must(all[0].say("long ago"))
		s.node("b").die()
		again := s.node("c").person("user-b")
		if in, err := s.node("c").Rejoin(s.ctx, again, "", math.MaxUint32); !in || err != nil {
			t.Fatalf("rejoined: %v, %v", in, err)
		}
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
