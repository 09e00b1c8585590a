package tick

import (
	"math/bits"
	"slices"
	"sync/atomic"
	"time"
)

const (
	// firstBound is the upper bound of a histogram's first bucket, in nanoseconds. Each
	// further bound is twice the one before: 10 µs to 1.31 s. A scheduler's noise is at
	// the lower end, a stall that players see is at the upper.
	firstBound = 10_000
	// boundCount leaves one more bucket, for all that is longer than the last bound.
	boundCount = 18
)

// Histogram counts durations in fixed buckets. The zero value is ready for use, by
// any number of goroutines at once; it must not be copied.
type Histogram struct {
	buckets [boundCount + 1]atomic.Uint64
	sum     atomic.Int64 // nanoseconds
}

// Observe counts one duration. A negative one, which a clock set back can make, counts
// as zero.
func (h *Histogram) Observe(d time.Duration) {
	d = max(d, 0)
	h.buckets[bucketOf(d)].Add(1)
	h.sum.Add(int64(d))
}

// bucketOf is the smallest i with d <= firstBound * 2^i, and boundCount beyond those.
func bucketOf(d time.Duration) int {
	return min(bits.Len64(uint64(max(d-1, 0))/firstBound), boundCount)
}

// Snapshot is what the histogram holds now. While others are observing, Sum may be off by
// those durations; the counts agree among themselves.
func (h *Histogram) Snapshot() HistogramSnapshot {
	s := HistogramSnapshot{
		Bounds:     make([]time.Duration, boundCount),
		Cumulative: make([]uint64, boundCount),
	}
	for i := range boundCount {
		s.Count += h.buckets[i].Load()
		s.Bounds[i] = firstBound << i
		s.Cumulative[i] = s.Count
	}
	s.Count += h.buckets[boundCount].Load()
	s.Sum = time.Duration(h.sum.Load())
	return s
}

// HistogramSnapshot is a [Histogram] at one moment, in the form of a Prometheus
// histogram: the bucket without an upper bound is not listed, Count is its count.
type HistogramSnapshot struct {
	Bounds     []time.Duration // upper bounds, each belonging to its bucket, ascending
	Cumulative []uint64        // how many durations were at most the bound of same index
	Count      uint64          // all durations
	Sum        time.Duration   // of all durations
}

// Since is what was observed after an earlier snapshot of the same histogram.
func (s HistogramSnapshot) Since(earlier HistogramSnapshot) HistogramSnapshot {
	since := HistogramSnapshot{Bounds: s.Bounds, Cumulative: slices.Clone(s.Cumulative), Count: s.Count - earlier.Count, Sum: s.Sum - earlier.Sum}
	for i := range earlier.Cumulative {
		since.Cumulative[i] -= earlier.Cumulative[i]
	}
	return since
}

// Quantile estimates the duration that a fraction q (0 to 1, else the nearer of them)
// of all did not exceed, taking durations to be spread evenly inside a bucket, as Prometheus
// does. The true value is in the same bucket, so at most a factor of 2 away from the
// estimate, between the first bound and the last. What lies above the last bound is
// estimated as that. With no durations it is 0.
func (s HistogramSnapshot) Quantile(q float64) time.Duration {
	if s.Count == 0 {
		return 0
	}
	rank := min(max(q, 0), 1) * float64(s.Count)
	var lower time.Duration
	var below uint64
	for i, upper := range s.Bounds {
		upTo := s.Cumulative[i]
		if upTo > below && float64(upTo) >= rank {
			share := (rank - float64(below)) / float64(upTo-below)
			return lower + time.Duration(share*float64(upper-lower))
		}
		lower, below = upper, upTo
	}
	return lower
}
