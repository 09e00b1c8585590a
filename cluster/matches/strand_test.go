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

// offers has a host offer these games alone.
func offers(kinds ...match.Kind) func(*matches.Config) {
	return func(cfg *matches.Config) { cfg.Kinds = kinds }
}

// scarce is a race under another name, which not all nodes offer.
func scarce() match.Kind {
	kind := raceKind
	kind.Name = "scarce"
	return kind
}

// widow is a service whose node a has a lobby with a match of a game, on node b. Other nodes are to be added, and b to be ended.
func widow(t *testing.T, kind match.Kind) (s *service, lobby *node, m *matches.Placed, over <-chan error) {
	s = newService(t)
	lobby = s.add("a", 0, nil)
	s.add("b", 8, offers(kind))
	s.settle()
	want := spec()
	want.Kind = kind.Name
	m, over = lobby.place(want)
	_, ada := s.join(m, "ada")
	play(ada, 90)
	return s, lobby, m, over
}

// tried says how often nodes could not go on with a match, and how many they gave up.
func (s *service) tried() (failed, givenUp int64) {
	for _, n := range s.nodes {
		failed += n.counters.TakeoversFailed.Load()
		givenUp += n.counters.GivenUp.Load()
	}
	return failed, givenUp
}

func TestAMatchThatNoNodeCanGoOnWithIsGivenUp(t *testing.T) {
	var broken atomic.Bool
	panics := scarce()
	panics.New = func() match.Game {
		if broken.Load() {
			panic("of a game that cannot be made any more")
		}
		return new(race)
	}
	for what, test := range map[string]struct {
		on, elsewhere match.Kind
		spoil         func(*service, cluster.Lease)
	}{
		"its game is on offer nowhere": {on: scarce(), elsewhere: mapKind, spoil: func(*service, cluster.Lease) {}},
		"its game panics":              {on: panics, elsewhere: panics, spoil: func(*service, cluster.Lease) { broken.Store(true) }},
		"its checkpoint is corrupt": {on: scarce(), elsewhere: scarce(), spoil: func(s *service, l cluster.Lease) {
			save := cluster.Save{Lease: l, Checkpoint: &cluster.Checkpoint{Tick: 1000, Data: []byte("no checkpoint")}}
			must(s.t, s.store.Load().Open().Save(s.t.Context(), save)[0])
		}},
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, lobby, m, over := widow(t, test.on)
				for _, id := range []string{"c", "d", "e"} {
					s.add(id, 8, offers(test.elsewhere, raceKind))
				}
				s.settle()
				entry, err := lobby.engine.Match(t.Context(), m.ID())
				must(t, err)
				s.nodes["b"].die()
				test.spoil(s, cluster.Lease{Kind: cluster.KindMatch, ID: entry.ID, Owner: entry.Owner, Epoch: entry.Epoch, TTL: time.Second})
				time.Sleep(25 * time.Second)
				if failed, givenUp := s.tried(); failed != 3 || givenUp != 0 {
					t.Errorf("given up %d times after %d tries: a node that can go on with it may just be started", givenUp, failed)
				}
				time.Sleep(15 * time.Second)
				select {
				case err := <-over:
					if !errors.Is(err, matches.ErrLost) || m.Result().Reason != match.ReasonFailed || lobby.counters.Lost.Load() != 1 {
						t.Errorf("Run returned %v, result %+v, %d lost", err, m.Result(), lobby.counters.Lost.Load())
					}
				default:
					t.Fatal("the lobby has not been told")
				}
				if _, err := lobby.engine.Match(t.Context(), m.ID()); !errors.Is(err, cluster.ErrNotFound) {
					t.Errorf("its entry is still there: %v", err)
				}
				if _, err := lobby.engine.Saved(t.Context(), m.ID()); !errors.Is(err, cluster.ErrNotFound) {
					t.Errorf("its checkpoint is still there: %v", err)
				}
				time.Sleep(time.Minute)
				if failed, givenUp := s.tried(); failed != 4 || givenUp != 1 {
					t.Errorf("given up %d times after %d tries, want once after 4", givenUp, failed)
				}
				broken.Store(false)
				next := spec()
				next.After = m.Epoch()
				if again, _ := lobby.place(next); again.Epoch() <= m.Epoch() {
					t.Errorf("the lobby's next match has epoch %d after %d", again.Epoch(), m.Epoch())
				}
			})
		})
	}
}

func TestAMatchThatOnlySomeNodesCanRunIsNotGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, lobby, m, _ := widow(t, scarce())
		for _, id := range []string{"c", "d", "e", "f", "g", "h"} {
			s.add(id, 8, offers(raceKind))
		}
		able := s.add("i", 8, offers(scarce()))
		able.engine.blind.Store(true)
		s.settle()
		s.nodes["b"].die()
		time.Sleep(65 * time.Second)
		if failed, givenUp := s.tried(); failed < 12 || givenUp != 0 || lobby.counters.Lost.Load() != 0 {
			t.Errorf("given up %d times after %d tries, %d lost", givenUp, failed, lobby.counters.Lost.Load())
		}
		able.engine.blind.Store(false)
		within(t, 15*time.Second, "it goes on where it can", func() bool { return able.host.Load() == 1 })
		time.Sleep(time.Second)
		if back := s.connect(m.ID(), 1, "ada"); back.seat.User() != "ada" {
			t.Errorf("her seat is %q's", back.seat.User())
		}
		entry, err := lobby.engine.Match(t.Context(), m.ID())
		if err != nil || len(entry.Failed) != 0 || entry.FailedSince != 0 || entry.Node != "i" {
			t.Errorf("entry %+v, %v: what failed before it ran again counts no more", entry, err)
		}
	})
}

func TestANodeThatIsStartedInTimeGoesOnWithAMatchThatOthersCannot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, lobby, m, _ := widow(t, scarce())
		s.add("c", 8, offers(raceKind))
		s.settle()
		s.nodes["b"].die()
		time.Sleep(20 * time.Second)
		able := s.add("d", 8, offers(scarce()))
		time.Sleep(6 * time.Second) // until it is steady
		s.connect(m.ID(), 1, "ada")
		if failed, givenUp := s.tried(); failed != 1 || givenUp != 0 || able.host.Load() != 1 || lobby.counters.Lost.Load() != 0 {
			t.Errorf("given up %d times after %d tries, load %d, %d lost", givenUp, failed, able.host.Load(), lobby.counters.Lost.Load())
		}
	})
}

func TestANodeThatNeverTriesKeepsNoLobbyWaitingForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, m, over := widow(t, scarce())
		s.add("c", 8, offers(raceKind))
		s.add("d", 8, offers(scarce())).engine.blind.Store(true)
		s.settle()
		s.nodes["b"].die()
		time.Sleep(cluster.Retention - time.Minute)
		if _, givenUp := s.tried(); givenUp != 0 {
			t.Error("given up while a node that may be able to go on with it had not tried")
		}
		time.Sleep(2 * time.Minute)
		select {
		case err := <-over:
			if _, givenUp := s.tried(); !errors.Is(err, matches.ErrLost) || givenUp != 1 {
				t.Errorf("Run of %s returned %v, given up %d times", m.ID(), err, givenUp)
			}
		default:
			t.Error("the lobby has not been told")
		}
	})
}
