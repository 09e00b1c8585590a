package tick_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/tick"
)

func TestHistogramBoundsBelongToTheirBucket(t *testing.T) {
	bounds := new(tick.Histogram).Snapshot().Bounds
	if first, last := bounds[0], bounds[len(bounds)-1]; first != 10*time.Microsecond || last < time.Second {
		t.Errorf("bounds reach from %v to %v, want 10µs to at least 1s", first, last)
	}
	for i, bound := range bounds {
		var h tick.Histogram
		h.Observe(bound)
		h.Observe(bound + 1)
		s := h.Snapshot()
		if s.Cumulative[i] != 1 || s.Count != 2 || i+1 < len(bounds) && s.Cumulative[i+1] != 2 {
			t.Errorf("%v and a nanosecond more: %d at most the bound, %d in all, want 1 and 2", bound, s.Cumulative[i], s.Count)
		}
	}
}

func TestHistogramCountsEveryDurationOnceInOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	var h tick.Histogram
	var sum time.Duration
	var all []time.Duration
	for range 10_000 {
		d := time.Duration(math.Exp(random.Float64()*math.Log(4e9))) - 2 // to 4 s, at times below 0
		h.Observe(d)
		sum += max(d, 0)
		all = append(all, d)
	}
	s := h.Snapshot()
	if s.Count != 10_000 || s.Sum != sum {
		t.Errorf("count %d, sum %v, want 10000, %v", s.Count, s.Sum, sum)
	}
	for i, bound := range s.Bounds {
		want := 0
		for _, d := range all {
			if d <= bound {
				want++
			}
		}
		if s.Cumulative[i] != uint64(want) {
			t.Errorf("%d durations up to %v, want %d", s.Cumulative[i], bound, want)
		}
	}
}

func TestQuantileIsWithinAFactorOfTwo(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	var h tick.Histogram
	var all []time.Duration
	for range 10_001 {
		d := time.Duration(10_000 * math.Exp(random.Float64()*math.Log(1e5))) // 10 µs to 1 s
		h.Observe(d)
		all = append(all, d)
	}
	slices.Sort(all)
	s, last := h.Snapshot(), time.Duration(0)
	for q := 0.01; q <= 1; q += 0.01 {
		got, want := s.Quantile(q), all[int(math.Ceil(q*10_001))-1]
		if got > 2*want || want > 2*got {
			t.Errorf("quantile %.2f is %v, want about %v", q, got, want)
		}
		if got < last {
			t.Errorf("quantile %.2f is %v, less than %v before it", q, got, last)
		}
		last = got
	}
}

func TestQuantileAtTheEdges(t *testing.T) {
	var h tick.Histogram
	if got := h.Snapshot().Quantile(0.5); got != 0 {
		t.Errorf("median of nothing is %v", got)
	}
	h.Observe(30 * time.Microsecond)
	s := h.Snapshot()
	if got := s.Quantile(-1); got != s.Quantile(0) || got != 20*time.Microsecond {
		t.Errorf("the least of one 30µs is %v, want its bucket's lower bound", got)
	}
	if got := s.Quantile(2); got != s.Quantile(1) || got != 40*time.Microsecond {
		t.Errorf("the most of one 30µs is %v, want its bucket's upper bound", got)
	}
	h.Observe(time.Hour)
	if s := h.Snapshot(); s.Quantile(1) != s.Bounds[len(s.Bounds)-1] {
		t.Errorf("an hour is estimated as %v, want the last bound", s.Quantile(1))
	}
}

func TestLoopsShareOneStats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stats tick.Stats
		var running sync.WaitGroup
		for i := range uint64(20) {
			loop := newLoop(t, tick.LoopConfig{Phase: tick.Phase(i, 60), Stats: &stats, Step: func(n uint32) bool {
				time.Sleep(time.Millisecond)
				return n < 100
			}})
			running.Go(func() {
				if err := loop.Run(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		time.Sleep(time.Second)
		if ticks := stats.Snapshot().Ticks; ticks == 0 || ticks >= 2000 {
			t.Errorf("%d ticks after a second, want some of 2000", ticks)
		}
		running.Wait()
		s := stats.Snapshot()
		if s.Ticks != 2000 || s.Lateness.Count != 2000 || s.StepTime.Count != 2000 {
			t.Errorf("%d ticks, %d latenesses, %d step times, want 2000 each", s.Ticks, s.Lateness.Count, s.StepTime.Count)
		}
		if s.StepTime.Sum != 2*time.Second {
			t.Errorf("steps took %v in all, want 2s", s.StepTime.Sum)
		}
	})
}

func TestWhatWasObservedSinceIsTheDifference(t *testing.T) {
	var h tick.Histogram
	h.Observe(time.Second)
	before := h.Snapshot()
	for range 9 {
		h.Observe(time.Millisecond)
	}
	since := h.Snapshot().Since(before)
	if since.Count != 9 || since.Sum != 9*time.Millisecond || since.Quantile(1) > 2*time.Millisecond {
		t.Errorf("since: %+v", since)
	}
	if all := h.Snapshot().Since(tick.HistogramSnapshot{}); all.Count != 10 || all.Sum != h.Snapshot().Sum {
		t.Errorf("since the beginning: %+v", all)
	}
}
