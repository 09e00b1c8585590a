package tick_test

import (
	"math"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/tick"
)

func TestAClockThatGoesOnFromATickKeepsTheScheduleOfOneThatBegins(t *testing.T) {
	for _, from := range []uint32{1, 59, 1_000_000, math.MaxUint32 - 3} {
		begins, goesOn := newClock(t, tick.Config{Rate: 7}), newClock(t, tick.Config{Rate: 7, Tick: from})
		now := start
		for _, wait := range []time.Duration{0, 1, 142857142, time.Second, 10 * time.Second, time.Millisecond, time.Second} {
			now = now.Add(wait)
			steps, slipped := begins.Advance(now)
			if s, l := goesOn.Advance(now); s != steps || l != slipped {
				t.Fatalf("from %d at %v: %d steps and %d slipped, want %d and %d", from, now.Sub(start), s, l, steps, slipped)
			}
			if goesOn.Tick() != begins.Tick()+from || !goesOn.Next().Equal(begins.Next()) {
				t.Fatalf("from %d at %v: tick %d, next %v; want %d, %v", from, now.Sub(start), goesOn.Tick(), goesOn.Next(),
					begins.Tick()+from, begins.Next())
			}
			if due := goesOn.Due(from + 3); !due.Equal(begins.Due(3)) {
				t.Fatalf("from %d at %v: its third tick is due at %v, want %v", from, now.Sub(start), due, begins.Due(3))
			}
		}
	}
}

func TestALoopThatGoesOnFromATickNumbersFromThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var numbers []uint32
		runFor(t, time.Second, tick.LoopConfig{Rate: 4, Tick: 41, Step: func(n uint32) bool {
			numbers = append(numbers, n)
			return true
		}})
		if len(numbers) != 4 || numbers[0] != 42 || numbers[3] != 45 {
			t.Errorf("ticks %v, want 42 to 45", numbers)
		}
	})
}

func TestAHeldLoopMakesNoTickAndGoesOnWithTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var numbers []uint32
		var held atomic.Bool
		var stats tick.Stats
		begin := time.Now()
		runFor(t, 3*time.Second, tick.LoopConfig{Rate: 4, Stats: &stats, Held: func() bool {
			return held.Load() || time.Since(begin) > 5*time.Second/4 && time.Since(begin) < 9*time.Second/4
		},
			Step: func(n uint32) bool {
				numbers = append(numbers, n)
				if n == 2 {
					time.Sleep(time.Second / 2) // two ticks are due at once, and only the first of them is made
				}
				if n == 3 {
					held.Store(true)
					time.AfterFunc(time.Second/8, func() { held.Store(false) })
				}
				return true
			}})
		// 1 and 2 in time, 3 late, one slot lost to the short hold, 4 at 1.25 s, three lost to the long one, then 5 to 8.
		if len(numbers) != 8 {
			t.Errorf("ticks %v, want 8", numbers)
		}
		if s := stats.Snapshot(); s.Held != 4 || s.Slipped != 4 {
			t.Errorf("%d were held back of %d that slipped, want 4", s.Held, s.Slipped)
		}
		for i, n := range numbers {
			if n != uint32(i+1) {
				t.Errorf("ticks %v have a gap", numbers)
			}
		}
	})
}

func TestALoopCanBeToldBeforeItRunsWhereToGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var numbers []uint32
		loop := newLoop(t, tick.LoopConfig{Rate: 4, Tick: 3, Step: func(n uint32) bool {
			numbers = append(numbers, n)
			return len(numbers) < 3
		}})
		time.Sleep(time.Second)
		loop.SetTick(41)
		if err := loop.Run(t.Context()); err != nil || len(numbers) != 3 || numbers[0] != 42 || numbers[2] != 44 {
			t.Errorf("ticks %v, %v, want 42 to 44", numbers, err)
		}
	})
}
