package shared_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// TestOneUserGetsIntoOneLobbyWhicheverNodesAreAskedAtOnce has a user with a session at each of two nodes ask both for a place at the same moment: in one lobby, in two, and
// in one while opening another.
func TestOneUserGetsIntoOneLobbyWhicheverNodesAreAskedAtOnce(t *testing.T) {
	inService(t, 2, func(s *service) {
		a, b := s.node("a"), s.node("b")
		one, two := a.person("host").create().ID, b.person("other").create().ID
		s.pass(time.Second)
		for round := range 200 {
			user := fmt.Sprint("user-", round)
			sessions := []*person{a.person(user), b.person(user)}
			asks := []func() error{
				func() error { return sessions[0].join(one) },
				func() error { return sessions[1].join(one) },
			}
			switch round % 4 {
			case 1: // each at the node that has it
				asks[1] = func() error { return sessions[1].join(two) }
			case 2: // each at the other
				asks[0] = func() error { return sessions[0].join(two) }
			case 3:
				asks[1] = func() error { return sessions[1].ask("create", map[string]any{"game": "toy", "start": "host"}) }
			}
			errs := make([]error, 2)
			var asking sync.WaitGroup
			for i, ask := range asks {
				asking.Go(func() { errs[i] = ask() })
			}
			asking.Wait()
			s.pass(300 * time.Millisecond)
			in := 0
			for i, p := range sessions {
				var refused *protocol.Error
				switch {
				case errs[i] == nil:
					in++
				case !errors.As(errs[i], &refused) || refused.Code != protocol.CodeAlready && refused.Code != protocol.CodeUnavailable:
					t.Errorf("round %d: answered %v", round, errs[i])
				}
				if (errs[i] == nil) != (p.place() != "") {
					t.Errorf("round %d: node %s answered %v, and its session is in %q", round, p.at.id, errs[i], p.place())
				}
			}
			if in > 1 {
				t.Errorf("round %d, of kind %d: the user is in through both nodes, in %q and %q", round, round%4, sessions[0].place(), sessions[1].place())
			}
			for _, p := range sessions {
				if p.place() != "" {
					s.must(p.ask("leave", map[string]int{}))
				}
			}
			s.pass(300 * time.Millisecond)
		}
	})
}
