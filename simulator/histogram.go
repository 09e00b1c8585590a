package simulator

import (
	"errors"
	"fmt"
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

// nextLap returns the lap's percentiles, with its histogram if that is to be merged with others', and begins another.
func (h *histogram) nextLap(whole bool) Spread {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.lap.TotalCount() == 0 {
		return Spread{}
	}
	s := spread(h.lap)
	if whole {
		s.Histogram = encoded(h.lap)
	}
	h.lap.Reset()
	return s
}

func (h *histogram) spread() Spread {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := spread(h.total)
	s.Histogram = encoded(h.total)
	return s
}

// encoded is a histogram as HdrHistogram's tools read it, or "" for an empty one.
func encoded(h *hdrhistogram.Histogram) string {
	if h.TotalCount() == 0 {
		return ""
	}
	text, err := h.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
	if err != nil {
		return "" // into memory; and whoever merges it says that it is missing
	}
	return string(text)
}

// mergeSpreads is the distribution of all that was measured by any of several, with its histogram if that is wanted. Percentiles have no mean: they are
// those of the histograms' sum.
func mergeSpreads(whole bool, of ...Spread) (Spread, error) {
	sum := hdrhistogram.New(1, longest.Microseconds(), 3)
	for _, s := range of {
		if s.Count == 0 {
			continue
		}
		if s.Histogram == "" {
			return Spread{}, errors.New("it has percentiles without their histograms, which cannot be merged")
		}
		h, err := hdrhistogram.Decode([]byte(s.Histogram))
		if err != nil {
			return Spread{}, fmt.Errorf("a histogram: %w", err)
		}
		if lost := sum.Merge(h); lost > 0 || h.TotalCount() != s.Count {
			return Spread{}, fmt.Errorf("a histogram has not the %d values that are said to be in it", s.Count)
		}
	}
	if sum.TotalCount() == 0 {
		return Spread{}, nil
	}
	s := spread(sum)
	if whole {
		s.Histogram = encoded(sum)
	}
	return s, nil
}

// Spread is a distribution of times in milliseconds.
type Spread struct {
	Count int64   `json:"count"`
	P1    float64 `json:"p1_ms"`
	P50   float64 `json:"p50_ms"`
	P99   float64 `json:"p99_ms"`
	Max   float64 `json:"max_ms"`

	// Histogram is the whole of it, in microseconds: HdrHistogram's compressed format V2 in base64. "" if nothing was measured, and in the laps of a run that
	// is no part of one.
	Histogram string `json:"histogram,omitempty"`
}

func spread(h *hdrhistogram.Histogram) Spread {
	at := func(q float64) float64 { return float64(h.ValueAtQuantile(q)) / 1000 }
	return Spread{Count: h.TotalCount(), P1: at(1), P50: at(50), P99: at(99), Max: float64(h.Max()) / 1000}
}
