package simulator

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/deltatick/deltatick/simulator/machine"
	"github.com/deltatick/deltatick/simulator/serverstat"
)

// Upkeep is what a run took of the server, by its own metrics, and of the machine that the bots ran on. A server that has no metrics, or keeps them for
// itself, leaves it without the former.
type Upkeep struct {
	CPU      float64 `json:"server_cpu"`            // cores that the server used while measuring; 0: not known
	Resident float64 `json:"server_resident_bytes"` // at the end of the measured time; 0: not known
	Each     float64 `json:"server_bytes_per_bot"`  // resident, beyond what it had before the bots came; 0: not known
	Busy     float64 `json:"machine_cores_busy"`    // of the simulator's machine while measuring, everything on it together; 0: not known
	Joining  float64 `json:"joining_s"`             // from the first bot's start to all being in
	Trend    []Trend `json:"trends,omitempty"`      // see Config.Soak
	Leaks    []Leak  `json:"leaks,omitempty"`       // see Config.Soak
	Samples  int     `json:"server_samples"`        // looks at the server that had an answer, while measuring
	Missed   int     `json:"server_samples_missed"` // and those that had none
}

// watcher looks at the server's metrics about each second of the measured time. Its samples belong to its goroutine until stop has returned.
type watcher struct {
	address string // "" where there is nothing to look at
	before  serverstat.Sample
	samples []serverstat.Sample
	missed  int
	busy    time.Duration
	took    time.Duration
	began   time.Time
	end     context.CancelFunc
	running sync.WaitGroup
}

// lookEvery is how often a watcher looks.
const lookEvery = time.Second

// start begins to look until stop, or until ctx ends.
func (w *watcher) start(ctx context.Context) {
	w.began, w.busy = time.Now(), machine.BusyTime()
	ctx, w.end = context.WithCancel(ctx)
	if w.address == "" {
		return
	}
	w.look(ctx)
	w.running.Go(func() {
		for sleep(ctx, lookEvery) {
			w.look(ctx)
		}
	})
}

func (w *watcher) look(ctx context.Context) {
	s, err := serverstat.Fetch(ctx, nil, w.address)
	switch {
	case err == nil:
		w.samples = append(w.samples, s)
	case ctx.Err() == nil:
		w.missed++
	}
}

// stop takes a last look.
func (w *watcher) stop(ctx context.Context) {
	w.end()
	w.running.Wait()
	w.took, w.busy = time.Since(w.began), machine.BusyTime()-w.busy
	if w.address != "" {
		w.look(context.WithoutCancel(ctx))
	}
}

// upkeep is what the watcher has seen of the server with so many bots.
func (w *watcher) upkeep(bots int) Upkeep {
	u := Upkeep{Samples: len(w.samples), Missed: w.missed}
	if w.took > 0 {
		u.Busy = w.busy.Seconds() / w.took.Seconds()
	}
	if len(w.samples) == 0 {
		return u
	}
	first, last := w.samples[0], w.samples[len(w.samples)-1]
	if took := last.At.Sub(first.At).Seconds(); took > 0 {
		u.CPU = max(0, last.Values[serverstat.CPU]-first.Values[serverstat.CPU]) / took
	}
	u.Resident = last.Values[serverstat.Resident]
	if before, ok := w.before.Get(serverstat.Resident); ok && bots > 0 {
		u.Each = max(0, u.Resident-before) / float64(bots)
	}
	return u
}

// OK reports whether nothing leaked and nothing drifted, as far as that was asked for.
func (u Upkeep) OK() bool {
	return !slices.ContainsFunc(u.Leaks, func(l Leak) bool { return !l.OK }) && !slices.ContainsFunc(u.Trend, func(t Trend) bool { return !t.OK })
}

// write writes what is known as lines for people.
func (u Upkeep) write(b *strings.Builder) {
	fmt.Fprintf(b, "everybody was in after %.1f s", u.Joining)
	if u.Busy > 0 {
		fmt.Fprintf(b, "; this machine had %.2f of %d cores busy, with everything on it", u.Busy, runtime.NumCPU())
	}
	fmt.Fprintln(b)
	if u.Samples > 0 {
		fmt.Fprintf(b, "server: %.2f cores, %.1f MB resident, which is %.1f kB for each bot beyond what it had before\n", u.CPU, u.Resident/1e6, u.Each/1e3)
	}
	said := func(what fmt.Stringer, ok bool) {
		verdict := "met"
		if !ok {
			verdict = "NOT MET"
		}
		fmt.Fprintf(b, "%v, %s\n", what, verdict)
	}
	for _, l := range u.Leaks {
		said(l, l.OK)
	}
	for _, t := range u.Trend {
		said(t, t.OK)
	}
}
