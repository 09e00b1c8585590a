package simulator

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/deltatick/deltatick/simulator/machine"
	"github.com/deltatick/deltatick/simulator/scrape"
	"github.com/deltatick/deltatick/simulator/serverstat"
)

// Upkeep is what a run took of the server, by its own metrics, and of the machine that the bots ran on. A server that has no metrics, or keeps them for
// itself, leaves it without the former.
type Upkeep struct {
	CPU      float64 `json:"server_cpu"`            // cores that the server used while measuring; 0: not known
	Resident float64 `json:"server_resident_bytes"` // at the end of the measured time; 0: not known
	Each     float64 `json:"server_bytes_per_bot"`  // resident, beyond what it had before they came, for each bot and attacker; 0: not known
	Busy     float64 `json:"machine_cores_busy"`    // of the simulator's machine while measuring, everything on it together; of several the busiest; 0: not known
	Cores    int     `json:"machine_cores"`         // that this machine has
	Joining  float64 `json:"joining_s"`             // from the first bot's start to all being in
	Trend    []Trend `json:"trends,omitempty"`      // see Config.Soak
	Leaks    []Leak  `json:"leaks,omitempty"`       // see Config.Soak
	Samples  int     `json:"server_samples"`        // looks at the server that had an answer, while measuring
	Missed   int     `json:"server_samples_missed"` // and those that had none
}

// watcher looks at the server and at this machine for a run. Before the bots come it belongs to preflight, then to the run.
type watcher struct {
	outside *scrape.Watcher   // the only one that looks at the server; nil where there is nothing to look at
	blind   *scrape.Report    // why there is not, if it was tried
	before  serverstat.Sample // before the bots came
	busy    time.Duration
	took    time.Duration
	began   time.Time
}

// start begins the measured time.
func (w *watcher) start() { w.began, w.busy = time.Now(), machine.BusyTime() }

// stop ends it, and takes a last look.
func (w *watcher) stop(ctx context.Context) {
	w.took, w.busy = time.Since(w.began), machine.BusyTime()-w.busy
	if w.outside != nil {
		w.outside.Last(context.WithoutCancel(ctx))
	}
}

// numbers are what was seen while measuring, look by look.
func (w *watcher) numbers() []serverstat.Sample {
	if w.outside == nil {
		return nil
	}
	return w.outside.Numbers()
}

// report is the same as samples for plots, or nil where nobody looked.
func (w *watcher) report() *scrape.Report {
	if w.outside == nil {
		return w.blind
	}
	seen := w.outside.Report()
	return &seen
}

// upkeep is what the watcher has seen of the server with so many bots and attackers.
func (w *watcher) upkeep(population int) Upkeep {
	samples := w.numbers()
	u := Upkeep{Samples: len(samples), Cores: runtime.NumCPU()}
	if seen := w.report(); seen != nil {
		u.Missed = seen.Misses
	}
	if w.took > 0 {
		u.Busy = w.busy.Seconds() / w.took.Seconds()
	}
	if len(samples) == 0 {
		return u
	}
	first, last := samples[0], samples[len(samples)-1]
	if took := last.At.Sub(first.At).Seconds(); took > 0 {
		u.CPU = max(0, last.Values[serverstat.CPU]-first.Values[serverstat.CPU]) / took
	}
	u.Resident = last.Values[serverstat.Resident]
	if before, ok := w.before.Get(serverstat.Resident); ok && population > 0 {
		u.Each = max(0, u.Resident-before) / float64(population)
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
		fmt.Fprintf(b, "; this machine had %.2f of %d cores busy, with everything on it", u.Busy, u.Cores)
	}
	fmt.Fprintln(b)
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
