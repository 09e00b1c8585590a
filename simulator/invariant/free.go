package invariant

import (
	"context"

	client "github.com/deltatick/deltatick/client-go"
)

// Gauges are what a server says of itself. What it does not say is 0 before and after.
type Gauges struct {
	Sessions, Seats, Matches, Lobbies int
	Goroutines                        int
	Heap                              uint64 // bytes of live objects
}

// Meter reads the gauges of a server.
type Meter interface {
	Gauges(ctx context.Context) (Gauges, error)
}

// What a server may keep of a run without being called leaky: its pools, its tables at their largest, and idle connections of whoever looks.
const (
	KeptGoroutines = 16       // more than before
	KeptHeap       = 32 << 20 // bytes more than before, and
	KeptHeapShare  = 0.25     // of what it had before
)

// Free reports whether what was taken is given back.
func (g Gauges) Free(before Gauges) bool {
	return g.Sessions <= before.Sessions && g.Seats <= before.Seats && g.Matches <= before.Matches && g.Lobbies <= before.Lobbies
}

// Slim reports whether memory and goroutines are back but for what may be kept.
func (g Gauges) Slim(before Gauges) bool {
	return g.Goroutines <= before.Goroutines+KeptGoroutines && g.Heap <= before.Heap+KeptHeap+uint64(KeptHeapShare*float64(before.Heap))
}

// Left looks at the gauges after a run.
func (l *Ledger) Left(before, after Gauges) {
	l.Check(Seats, after.Free(before), "before the run there were %d sessions, %d seats, %d matches, %d lobbies, after it %d, %d, %d, %d",
		before.Sessions, before.Seats, before.Matches, before.Lobbies, after.Sessions, after.Seats, after.Matches, after.Lobbies)
	if before.Goroutines > 0 {
		l.Check(Leak, after.Slim(before), "before the run there were %d goroutines and a heap of %d bytes, after it %d and %d",
			before.Goroutines, before.Heap, after.Goroutines, after.Heap)
	}
}

// Remains looks at the list of lobbies after a run; ours says which are of the run.
func (l *Ledger) Remains(lobbies []client.Summary, ours func(client.Summary) bool) {
	left := 0
	for _, s := range lobbies {
		if ours(s) {
			left++
		}
	}
	l.Check(Seats, left == 0, "%d lobbies of the run are still listed after it", left)
}
