package tick_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/deltatick/deltatick/tick"
)

// hurriedLoop runs as fast as the machine does: in its time a step takes a whole period,
// so the next tick is always due already. It ends after the given tick.
func hurriedLoop(t testing.TB, ticks uint32) *tick.Loop {
	const period = time.Second / 50
	now := time.Unix(0, 0).Add(period - 5*time.Microsecond) // just before the first tick
	return newLoop(t, tick.LoopConfig{
		Rate: 50,
		Now: func() time.Time {
			now = now.Add(time.Microsecond)
			return now
		},
		Step: func(n uint32) bool {
			now = now.Add(period)
			return n < ticks
		},
	})
}

func TestAdvanceAllocatesNothing(t *testing.T) {
	c := newClock(t, tick.Config{})
	if allocs := testing.AllocsPerRun(1000, func() { c.Advance(c.Next()) }); allocs != 0 {
		t.Errorf("%v allocations per Advance", allocs)
	}
}

// A run allocates its timer, once: with a thousand times the ticks it is no more.
func TestLoopAllocatesNothingPerTick(t *testing.T) {
	run := func(ticks uint32) float64 {
		return testing.AllocsPerRun(3, func() {
			if err := hurriedLoop(t, ticks).Run(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	if few, many := run(10), run(10_000); many > few+5 {
		t.Errorf("10 ticks: %v allocations, 10000 ticks: %v", few, many)
	}
}

func BenchmarkAdvance(b *testing.B) {
	c := newClock(b, tick.Config{})
	now := start
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(time.Second / 60)
		c.Advance(now)
	}
}

// BenchmarkLoop is what a tick costs beside its step: timer, clock, statistics.
func BenchmarkLoop(b *testing.B) {
	b.ReportAllocs()
	if err := hurriedLoop(b, uint32(b.N)).Run(b.Context()); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkLateness is how late the steps of many idle loops begin in real time: the
// timers and the scheduler, not us. One iteration is one second.
func BenchmarkLateness(b *testing.B) {
	const loops = 500
	var stats tick.Stats
	ctx, cancel := context.WithTimeout(b.Context(), time.Duration(b.N)*time.Second)
	defer cancel()
	var running sync.WaitGroup
	for i := range uint64(loops) {
		loop := newLoop(b, tick.LoopConfig{
			Phase: tick.Phase(i, 0), Stats: &stats, Step: func(uint32) bool { return true },
		})
		running.Go(func() { loop.Run(ctx) })
	}
	running.Wait()
	s := stats.Snapshot()
	b.ReportMetric(float64(s.Ticks)/float64(b.N)/loops, "ticks/s")
	b.ReportMetric(float64(s.Lateness.Quantile(0.5).Microseconds()), "p50-µs")
	b.ReportMetric(float64(s.Lateness.Quantile(0.99).Microseconds()), "p99-µs")
}
