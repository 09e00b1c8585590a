package matches_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/matches"
	"github.com/deltatick/deltatick/cluster/memory"
)

// apart says whether the store has a match's entry without its checkpoint, or the other way round.
func (s *service) apart(id string) (apart, there bool) {
	store := s.store.Load().Open()
	_, entry := store.Match(s.t.Context(), id)
	_, saved := store.Saved(s.t.Context(), id)
	return (entry == nil) != (saved == nil), entry == nil && saved == nil
}

func TestAnEntryIsNeverThereWithoutItsCheckpoint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(t)
		lobby := s.add("a", 0, nil)
		s.add("b", 4, nil)
		s.settle()
		m, _ := lobby.place(spec())
		if apart, there := s.apart(m.ID()); apart || !there {
			t.Errorf("once the match is made: apart %v, both there %v", apart, there)
		}
		time.Sleep(1500 * time.Millisecond)
		s.store.Store(memory.NewStore(memory.Config{})) // at some moment between two checkpoints, it comes back empty
		for began := time.Now(); ; time.Sleep(time.Millisecond) {
			synctest.Wait()
			apart, there := s.apart(m.ID())
			if apart {
				t.Fatalf("apart after %v", time.Since(began))
			}
			if there {
				break
			}
			if time.Since(began) > 3*time.Second {
				t.Fatal("nothing was put again")
			}
		}
	})
}

// oneWrite answers one write for a match and then no more.
type oneWrite struct {
	*engine
	left atomic.Int64
}

func (e *oneWrite) PutMatch(ctx context.Context, lease cluster.Lease, m cluster.Match) error {
	if e.left.Add(-1) < 0 {
		return cluster.ErrUnavailable
	}
	return e.engine.PutMatch(ctx, lease, m)
}

func (e *oneWrite) Save(ctx context.Context, saves ...cluster.Save) []error {
	if e.left.Add(-1) < 0 {
		errs := make([]error, len(saves))
		for i := range errs {
			errs[i] = cluster.ErrUnavailable
		}
		return errs
	}
	return e.engine.Save(ctx, saves...)
}

func TestAMatchIsMadeWithASingleWrite(t *testing.T) {
	for writes, made := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s := newService(t)
			lobby := s.add("a", 0, nil)
			s.add("b", 4, func(cfg *matches.Config) {
				e := &oneWrite{engine: cfg.Engine.(*engine)}
				e.left.Store(int64(writes))
				cfg.Engine, cfg.FlushEvery = e, time.Hour // nothing else is written
			})
			s.settle()
			m, err := lobby.placer.NewMatch(t.Context(), spec())
			if made != (err == nil) || !made && !errors.Is(err, matches.ErrNoNode) {
				t.Fatalf("with %d writes: %v", writes, err)
			}
			entries, err := s.store.Load().Open().Matches(t.Context())
			must(t, err)
			if made != (len(entries) == 1) {
				t.Fatalf("with %d writes: %d entries", writes, len(entries))
			}
			if made {
				lobby.follow(m)
				if apart, there := s.apart(m.ID()); apart || !there {
					t.Errorf("apart %v, both there %v", apart, there)
				}
			}
		})
	}
}
