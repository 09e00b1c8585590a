package simulator

import (
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// longest is the largest duration that a histogram tells apart; longer ones count as this.
const longest = 5 * time.Minute

// histogram collects durations in microseconds, to three digits, from any goroutine.
type histogram struct {
	mu    sync.Mutex
	total *hdrhistogram.Histogram
	lap   *hdrhistogram.Histogram // since the last lap
}

func newHistogram() *histogram {
	return &histogram{total: hdrhistogram.New(1, longest.Microseconds(), 3), lap: hdrhistogram.New(1, longest.Microseconds(), 3)}
}

func (h *histogram) add(d time.Duration) {
	us := min(max(d.Microseconds(), 0), longest.Microseconds())
	h.mu.Lock()
	defer h.mu.Unlock()
	_ = h.total.RecordValue(us) // cannot fail inside the histogram's range
	_ = h.lap.RecordValue(us)
}

// nextLap returns the lap's percentiles and begins another.
func (h *histogram) nextLap() Spread {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.lap.TotalCount() == 0 {
		return Spread{}
	}
	s := spread(h.lap)
	h.lap.Reset()
	return s
}

func (h *histogram) spread() Spread {
	h.mu.Lock()
	defer h.mu.Unlock()
	return spread(h.total)
}

// Spread is a distribution of times in milliseconds.
type Spread struct {
	Count int64   `json:"count"`
	P1    float64 `json:"p1_ms"`
	P50   float64 `json:"p50_ms"`
	P99   float64 `json:"p99_ms"`
	Max   float64 `json:"max_ms"`
}

func spread(h *hdrhistogram.Histogram) Spread {
	at := func(q float64) float64 { return float64(h.ValueAtQuantile(q)) / 1000 }
	return Spread{Count: h.TotalCount(), P1: at(1), P50: at(50), P99: at(99), Max: float64(h.Max()) / 1000}
}
