package client

import (
	"sync/atomic"
	"time"
)

// roundTrip smooths round-trip times as TCP does (RFC 6298, section 2: an eighth of each new one). One goroutine samples, any
// reads.
type roundTrip struct {
	smoothed, smallest atomic.Int64 // ns, 0 before the first sample
}

func (r *roundTrip) sample(d time.Duration) {
	d = max(d, 1)
	if old := r.smoothed.Load(); old != 0 {
		r.smoothed.Store(old + (int64(d)-old)/8)
	} else {
		r.smoothed.Store(int64(d))
	}
	if old := r.smallest.Load(); old == 0 || int64(d) < old {
		r.smallest.Store(int64(d))
	}
}

func (r *roundTrip) load() (smoothed, smallest time.Duration) {
	return time.Duration(r.smoothed.Load()), time.Duration(r.smallest.Load())
}
