package simulator

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"time"

	"github.com/deltatick/deltatick/simulator/serverstat"
)

// Soak makes a run tell whether the server leaks or drifts, by its metrics. The zero value of a field is the default it names.
//
// A leak is what is still there when all bots have gone and Settle is over: sessions, lobbies, matches and goroutines beyond what there was before they
// came, and memory beyond Memory times what there was at the first third of the measured time, or before, whichever is more. A drift is what grows all the
// while: the resident memory, and the lateness of ticks, in the windows of the measured time's second half, whose line of least squares rises by more than a
// bound. Of each window it is the least that counts: memory between two garbage collections is a saw's tooth, and other work on a machine comes and goes.
type Soak struct {
	Settle time.Duration // from the last bot's departure to the look at what is left; default 10 s. More than the server's grace
	Memory float64       // default 1.25
	Spare  float64       // goroutines that may be more than before; default 50, for those of HTTP and timers that are on their way out

	// MemoryRise is by how much memory may rise over the second half, as a share of what it is there; default 0.1. LatenessRise is the same for
	// the lateness of ticks, in ms; default 2.
	MemoryRise, LatenessRise float64
}

func (s Soak) withDefaults() (Soak, error) {
	s.Settle = cmp.Or(s.Settle, 10*time.Second)
	s.Memory = cmp.Or(s.Memory, 1.25)
	s.Spare = cmp.Or(s.Spare, 50)
	s.MemoryRise = cmp.Or(s.MemoryRise, 0.1)
	s.LatenessRise = cmp.Or(s.LatenessRise, 2)
	if s.Settle < 0 || s.Settle > time.Hour || !(s.Memory >= 1) || !(s.Spare >= 0) || !(s.MemoryRise > 0) || !(s.LatenessRise > 0) {
		return s, fmt.Errorf("soak: settle is 0s..1h, memory 1 or more, and the others are not negative")
	}
	return s, nil
}

// Leak is what was left of something after a run.
type Leak struct {
	Of     string  `json:"of"`
	Before float64 `json:"before"`
	After  float64 `json:"after"`
	Bound  float64 `json:"bound"` // what After may be at most
	OK     bool    `json:"ok"`
}

// String says what was and what is.
func (l Leak) String() string {
	return fmt.Sprintf("%s: %s before, %s after, at most %s", l.Of, short(l.Before), short(l.After), short(l.Bound))
}

// Trend is how something went over the second half of the measured time.
type Trend struct {
	Of      string  `json:"of"`
	Rise    float64 `json:"rise"`  // of its line of least squares, over that half
	Bound   float64 `json:"bound"` // what Rise may be at most
	Windows int     `json:"windows"`
	OK      bool    `json:"ok"` // never with fewer than minWindows
}

// String says what rose and by how much.
func (t Trend) String() string {
	return fmt.Sprintf("%s: rises by %s over the second half, at most %s (%d windows)", t.Of, short(t.Rise), short(t.Bound), t.Windows)
}

func short(v float64) string {
	switch {
	case math.Abs(v) >= 1e6:
		return fmt.Sprintf("%.1fM", v/1e6)
	case math.Abs(v) >= 1e4:
		return fmt.Sprintf("%.0fk", v/1e3)
	}
	return fmt.Sprintf("%.3g", v)
}

const (
	soakWindows = 12 // into which the second half is cut
	minWindows  = 4  // fewer say nothing of a trend
)

// judge looks at the server once more, when everybody has gone, and fills in what became of it.
func (s Soak) judge(ctx context.Context, w *watcher, u *Upkeep) {
	sleep(ctx, s.Settle)
	after, err := w.outside.Look(context.WithoutCancel(ctx))
	if err != nil {
		u.Leaks = append(u.Leaks, Leak{Of: "the server's metrics, which could not be read", Before: 1})
	} else {
		u.Leaks = s.leaks(w.before, w.numbers(), after)
	}
	u.Trend = s.trends(w.numbers())
}

// leaks holds what is left to what was.
func (s Soak) leaks(before serverstat.Sample, during []serverstat.Sample, after serverstat.Sample) (all []Leak) {
	leak := func(of, name string, bound func(was float64) float64) {
		was, ok := before.Get(name)
		is, also := after.Get(name)
		all = append(all, Leak{Of: of, Before: was, After: is, Bound: bound(was), OK: ok && also && is <= bound(was)})
	}
	same := func(was float64) float64 { return was }
	leak("sessions", serverstat.Sessions, same)
	leak("lobbies", serverstat.Lobbies, same)
	leak("matches", serverstat.Matches, same)
	leak("goroutines", serverstat.Goroutines, func(was float64) float64 { return was + s.Spare })
	leak("resident memory", serverstat.Resident, func(was float64) float64 {
		for _, d := range during[:len(during)/3] { // what the population needs, before a leak has had much time
			was = max(was, d.Values[serverstat.Resident])
		}
		return s.Memory * was
	})
	return all
}

// trends fits lines to the second half.
func (s Soak) trends(samples []serverstat.Sample) []Trend {
	if len(samples) == 0 {
		return []Trend{{Of: "resident memory"}, {Of: "lateness of ticks, ms"}}
	}
	from, to := samples[0].At, samples[len(samples)-1].At
	half := from.Add(to.Sub(from) / 2)
	var memory, late []point
	windows := map[int][]serverstat.Sample{}
	for _, sample := range samples {
		if at := sample.At.Sub(half); at >= 0 {
			n := min(int(soakWindows*at/max(to.Sub(half), 1)), soakWindows-1)
			windows[n] = append(windows[n], sample)
		}
	}
	for n := range soakWindows {
		in := windows[n]
		if len(in) < 2 {
			continue
		}
		x := (float64(n) + 0.5) / soakWindows // so that a slope is the rise over the half
		least := math.Inf(1)
		for _, sample := range in {
			least = min(least, sample.Values[serverstat.Resident])
		}
		memory = append(memory, point{x, least})
		if ms, ok := leastLate(in); ok {
			late = append(late, point{x, ms})
		}
	}
	return []Trend{
		trend("resident memory", memory, s.MemoryRise*meanY(memory)),
		trend("lateness of ticks, ms", late, s.LatenessRise),
	}
}

// leastLate is the mean lateness, in ms, of the ticks between two looks: of those two between which it was least, since what else the machine does comes
// and goes, and a drift stays. ok is false where no tick ran.
func leastLate(in []serverstat.Sample) (ms float64, ok bool) {
	ms = math.Inf(1)
	for i := range in[1:] {
		was, is := in[i].Values, in[i+1].Values
		if ticks := is[serverstat.Lateness+"_count"] - was[serverstat.Lateness+"_count"]; ticks > 0 {
			ms, ok = min(ms, 1000*(is[serverstat.Lateness+"_sum"]-was[serverstat.Lateness+"_sum"])/ticks), true
		}
	}
	return ms, ok
}

type point struct{ x, y float64 }

func trend(of string, points []point, bound float64) Trend {
	t := Trend{Of: of, Rise: slope(points), Bound: bound, Windows: len(points)}
	t.OK = len(points) >= minWindows && t.Rise <= bound
	return t
}

func meanY(points []point) (sum float64) {
	for _, p := range points {
		sum += p.y / float64(len(points))
	}
	return sum
}

// slope is that of the line of least squares; 0 where there is none.
func slope(points []point) float64 {
	var n, x, y, xx, xy float64
	for _, p := range points {
		n, x, y, xx, xy = n+1, x+p.x, y+p.y, xx+p.x*p.x, xy+p.x*p.y
	}
	if d := n*xx - x*x; d > 0 {
		return (n*xy - x*y) / d
	}
	return 0
}
