package tick

import (
	"sync/atomic"
	"time"
)

// Stats is how well loops keep time. The zero value is ready for use; all the loops
// of a node may share one, and any goroutine may read it. It must not be copied.
type Stats struct {
	ticks    atomic.Uint64
	late     atomic.Uint64
	caughtUp atomic.Uint64
	slipped  atomic.Uint64
	held     atomic.Uint64
	overruns atomic.Uint64
	lateness Histogram
	stepTime Histogram
}

// StatsSnapshot is a [Stats] at one moment. The counts only grow.
type StatsSnapshot struct {
	// Ticks is the number of steps that were run.
	Ticks uint64
	// Late is those of them that began more than half a period after they were due,
	// nearer to the next tick than to their own.
	Late uint64
	// CaughtUp is those that were run right after another, to catch up.
	CaughtUp uint64
	// Slipped is the number of ticks that were never run in their time, because more
	// were due than a loop may catch up: times the period, it is how much longer matches
	// took than they should.
	Slipped uint64
	// Held is those of the slipped that were not made because the loop was not allowed to.
	Held uint64
	// Overruns is the number of steps that took longer than a period. A loop with many
	// is given more to do than there is time.
	Overruns uint64
	// Lateness is from when a tick was due to when its step began.
	Lateness HistogramSnapshot
	// StepTime is how long steps took.
	StepTime HistogramSnapshot
}

// Snapshot is what was counted until now. It is not one atomic cut: a step that ends
// meanwhile may be in some of the figures only.
func (s *Stats) Snapshot() StatsSnapshot {
	return StatsSnapshot{
		Ticks:    s.ticks.Load(),
		Late:     s.late.Load(),
		CaughtUp: s.caughtUp.Load(),
		Slipped:  s.slipped.Load(),
		Held:     s.held.Load(),
		Overruns: s.overruns.Load(),
		Lateness: s.lateness.Snapshot(),
		StepTime: s.stepTime.Snapshot(),
	}
}

// observe counts one step.
func (s *Stats) observe(lateness, took, period time.Duration, catchUp bool) {
	s.ticks.Add(1)
	s.lateness.Observe(lateness)
	s.stepTime.Observe(took)
	if lateness > period/2 {
		s.late.Add(1)
	}
	if catchUp {
		s.caughtUp.Add(1)
	}
	if took > period {
		s.overruns.Add(1)
	}
}
