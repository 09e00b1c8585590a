package capacity_test

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/deltatick/deltatick/simulator/capacity"
)

// find searches with a server that serves up to capacity, and fails the test if a population is none of the search's.
func find(t *testing.T, s capacity.Search, try func(n int) bool) capacity.Found {
	t.Helper()
	f, err := s.Find(func(n int) (bool, error) {
		if n < 1 || s.Most > 0 && n > s.Most || s.Unit > 0 && n%s.Unit != 0 {
			t.Fatalf("%+v tries %d", s, n)
		}
		return try(n), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestAServersCapacityIsFoundToTheShareAskedFor(t *testing.T) {
	for capacityOf := range 700 {
		s := capacity.Search{Start: 64, Most: 4096, Fine: 0.05}
		f := find(t, s, func(n int) bool { return n <= capacityOf })
		if f.Kept > capacityOf || f.Lost <= capacityOf {
			t.Fatalf("capacity %d: %+v", capacityOf, f)
		}
		if gap := f.Lost - f.Kept; gap > 1 && float64(gap) > 0.05*float64(f.Kept) {
			t.Fatalf("capacity %d: %+v is not fine", capacityOf, f)
		}
	}
}

func TestPopulationsAreWholeLobbies(t *testing.T) {
	f := find(t, capacity.Search{Start: 20, Most: 1000, Unit: 8}, func(n int) bool { return n <= 333 })
	if f.Kept%8 != 0 || f.Kept < 300 || f.Kept > 333 {
		t.Errorf("%+v", f)
	}
}

func TestAServerThatNeverLosesIsSearchedToTheMostAndNoFurther(t *testing.T) {
	f := find(t, capacity.Search{Start: 8, Most: 100}, func(int) bool { return true })
	if f.Kept != 100 || f.Lost != 0 {
		t.Errorf("%+v", f)
	}
}

func TestAServerThatServesNobodyIsFoundOut(t *testing.T) {
	f := find(t, capacity.Search{Start: 64, Unit: 8, Most: 512}, func(int) bool { return false })
	if f.Kept != 0 || f.Lost != 8 {
		t.Errorf("%+v", f)
	}
}

func TestOneBadMomentIsNoLoss(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	failed := map[int]bool{}
	f := find(t, capacity.Search{Start: 8, Most: 4096, Fine: 0.05, Tries: 2}, func(n int) bool {
		if n <= 500 && !failed[n] && rng.IntN(2) == 0 { // at most once for each population
			failed[n] = true
			return false
		}
		return n <= 500
	})
	if f.Kept < 470 || f.Kept > 500 || f.Lost <= 500 || len(failed) == 0 {
		t.Errorf("%+v, %d bad moments", f, len(failed))
	}
}

func TestANoisySearchEndsWithWhatItHasSeen(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 3))
		kept := map[int]bool{}
		f := find(t, capacity.Search{Start: 16, Most: 10_000, Fine: 0.02}, func(n int) bool {
			ok := rng.IntN(3) > 0 && n < 3000
			kept[n] = kept[n] || ok
			return ok
		})
		if f.Kept > 0 && !kept[f.Kept] || f.Lost > 0 && f.Lost <= f.Kept || f.Tried > 60 {
			t.Fatalf("seed %d: %+v", seed, f)
		}
	}
}

func TestAnErrorEndsTheSearchWithWhatWasFound(t *testing.T) {
	broken := errors.New("broken")
	f, err := capacity.Search{Start: 8}.Find(func(n int) (bool, error) {
		if n > 32 {
			return false, broken
		}
		return true, nil
	})
	if !errors.Is(err, broken) || f.Kept != 32 {
		t.Errorf("%+v, %v", f, err)
	}
	if _, err := (capacity.Search{Start: -1}).Find(nil); err == nil {
		t.Error("a search from -1 was begun")
	}
}
