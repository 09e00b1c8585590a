package matches_test

import (
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/matches"
	"github.com/deltatick/deltatick/match"
)

// unfit is a race that cannot be made.
type unfit struct{ race }

func (*unfit) Setup(*match.Setup) error { return errors.New("a file of the game is missing") }

// until has a host offer races, which cannot be made any more once it is broken.
func until(broken *atomic.Bool) func(*matches.Config) {
	kind := raceKind
	kind.New = func() match.Game {
		if broken.Load() {
			return new(unfit)
		}
		return new(race)
	}
	return func(cfg *matches.Config) { cfg.Kinds = []match.Kind{kind} }
}

func TestAMatchThatNoNodeCanGoOnWithIsGivenUpAndItsLobbyHearsSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var broken atomic.Bool
		s, lobby, on, other, m, over, _ := trio(t, until(&broken))
		third := s.add("d", 200, until(&broken))
		s.settle()
		broken.Store(true)
		on.die()
		began := time.Now()
		if err := <-over; !errors.Is(err, matches.ErrLost) || m.Result().Reason != match.ReasonFailed {
			t.Errorf("Run returned %v, result %+v", err, m.Result())
		}
		if took := time.Since(began); took < 25*time.Second || took > 2*time.Minute {
			t.Errorf("given up after %v", took)
		}
		for _, n := range []*node{other, third} {
			if n.counters.TakeoversFailed.Load() == 0 {
				t.Errorf("%s has not tried", n.id)
			}
		}
		if given := other.counters.GivenUp.Load() + third.counters.GivenUp.Load(); given != 1 || lobby.counters.Lost.Load() != 1 {
			t.Errorf("given up %d times, lost %d times", given, lobby.counters.Lost.Load())
		}
		if _, err := lobby.engine.Match(t.Context(), m.ID()); !errors.Is(err, cluster.ErrNotFound) {
			t.Errorf("its entry: %v", err)
		}
		if _, err := lobby.engine.Saved(t.Context(), m.ID()); !errors.Is(err, cluster.ErrNotFound) {
			t.Errorf("what was saved of it: %v", err)
		}
		if expired, err := lobby.engine.Expired(t.Context(), cluster.KindMatch); err != nil || len(expired) != 0 {
			t.Errorf("left behind: %v, %v", expired, err)
		}
		broken.Store(false)
		again, againOver := lobby.place(spec())
		s.at(again.ID())
		again.Stop("enough")
		must(t, <-againOver)
	})
}

func TestAMatchWaitsForANodeThatCanGoOnWithIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var broken atomic.Bool
		s, _, on, other, m, over, _ := trio(t, until(&broken))
		broken.Store(true)
		on.die()
		time.Sleep(15 * time.Second)
		if other.counters.TakeoversFailed.Load() == 0 {
			t.Error("nobody has tried")
		}
		sound := s.add("d", 200, nil)
		s.settle()
		if s.at(m.ID()) != sound || sound.counters.TakenOver.Load() != 1 {
			t.Errorf("it is at %s", s.at(m.ID()).id)
		}
		entry, err := sound.engine.Match(t.Context(), m.ID())
		must(t, err)
		if len(entry.Failed) != 0 || entry.FailedSince != 0 {
			t.Errorf("who failed is still in its entry: %v since %d", entry.Failed, entry.FailedSince)
		}
		m.Stop("enough")
		must(t, <-over)
		if m.Result().Reason != "enough" {
			t.Errorf("result %+v", m.Result())
		}
	})
}
