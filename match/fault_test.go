package match_test

import (
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/deltatick/deltatick/match"
)

func TestAPanicInTheTickOfAStopIsNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		counters := new(match.Counters)
		m, _, over := start(t, match.Config{Counters: counters})
		seat, _, out := join(t, m, breaksLeave)
		ticks(2)
		// This is how a lobby ends when the last one leaves it.
		seat.Leave(match.ReasonLeft)
		m.Stop(match.ReasonLeft)
		if err := <-over; err == nil {
			t.Error("Run returned nil")
		}
		if n, r := counters.Panics.Load(), m.Result(); n != 1 || r.Reason != match.ReasonFailed {
			t.Errorf("%d panics counted, result %+v", n, r)
		}
		if diff := cmp.Diff([]string{"match.exit left"}, out.take()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAGameThatPanickedIsCalledNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		counters := new(match.Counters)
		m, game, over := start(t, match.Config{Counters: counters})
		first, view, _ := join(t, m, "ada")
		ticks(2)
		first.Detach(view.link)
		join(t, m, breaksJoin)
		join(t, m, "bob")
		first.Leave(match.ReasonLeft)
		if err := <-over; err == nil {
			t.Error("Run returned nil")
		}
		if diff := cmp.Diff([]string{"join 1", "join 2"}, game.log); diff != "" {
			t.Error(diff)
		}
		if n := counters.Players.Load() + counters.Away.Load(); n != 0 {
			t.Error("gauges did not come back to zero")
		}
	})
}
