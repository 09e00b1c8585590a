package tick_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/tick"
)

func TestAnyRunOfConsecutivePhasesIsEven(t *testing.T) {
	const rate = 60
	period := time.Second / rate
	for _, first := range []uint64{0, 1, 1000, 1<<32 - 50, 1<<64 - 500} {
		for n := uint64(2); n <= 400; n++ {
			var phases []time.Duration
			for i := range n {
				phase := tick.Phase(first+i, rate)
				if phase < 0 || phase >= period {
					t.Fatalf("phase %d is %v, outside a period of %v", first+i, phase, period)
				}
				phases = append(phases, phase)
			}
			slices.Sort(phases)
			widest := phases[0] + period - phases[n-1] // over the period's end
			for i := range n - 1 {
				widest = max(widest, phases[i+1]-phases[i])
			}
			if mean := period / time.Duration(n); widest >= 2*mean {
				t.Fatalf("%d phases from %d leave a gap of %v, mean %v", n, first, widest, mean)
			}
		}
	}
}

func TestPhaseOfRateZeroIsThatOfTheDefault(t *testing.T) {
	for i := range uint64(10) {
		if got, want := tick.Phase(i, 0), tick.Phase(i, tick.DefaultRate); got != want {
			t.Errorf("phase %d is %v, want %v", i, got, want)
		}
	}
}

// Loops that start whenever they like must tick as far apart as their phases are.
func TestLoopsKeepTheirPhasesWheneverTheyStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const rate = 50 // a period of whole nanoseconds, so that places compare exactly
		period := time.Second / rate
		epoch := time.Now() // in a synctest bubble, a whole second
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		for i := range uint64(40) {
			started, ticks := time.Now(), 0
			phase := tick.Phase(i, rate)
			loop := newLoop(t, tick.LoopConfig{Rate: rate, Phase: phase, Step: func(n uint32) bool {
				ticks++
				if place := time.Since(epoch) % period; place != phase {
					t.Errorf("tick %d of loop %d came at %v in the period, want %v", n, i, place, phase)
				}
				if wait := time.Since(started); n == 1 && (wait <= 0 || wait > period) {
					t.Errorf("loop %d had its first tick after %v, want within a period", i, wait)
				}
				return true
			}})
			running.Go(func() { loop.Run(ctx) })
			time.Sleep(7*time.Millisecond + 123*time.Nanosecond)
		}
		time.Sleep(time.Second)
		cancel()
		running.Wait()
	})
}
