package simulator

import (
	"math"
	"slices"
	"strings"
)

// worthSaying is the share of the former value from which on a change is called better or worse. Two runs of the same differ, too.
const worthSaying = 0.05

// worths are what a change has to be at least, besides, in the figure's unit: two runs of the same server differ by less. What is not here goes by its unit.
var worths = map[string]float64{
	"failed": 1, "desyncs": 1, "lost": 1, // of which there should be none
	"late": 1, "stalls": 0.5, "rate.min": 1, "rate.median": 1,
	"server.cpu": 0.05, "cpu.mean": 0.05, "server.resident": 5, "memory.max": 5, "server.per_bot": 10, "joining": 0.5, "goroutines.max": 10,
	"tick_late.p99.max":     5,
	"goroutines, left over": 10,
	"sessions, left over":   1, "lobbies, left over": 1, "matches, left over": 1,
	"resident memory, left over": 5e6, "resident memory, rise": 1e6, // bytes
	"lateness of ticks, ms, rise": 0.5,
}

// What a change has to be at least of figures that have no worth of their own. A maximum is one event in a run.
const (
	worthMs    = 1.0  // of a p1, a p50, a median or a minimum
	worthP99   = 2.0  // ms
	worthMax   = 50.0 // ms
	worthCount = 10.0 // of what happens now and then: reconnects, resyncs, keyframes
)

// worth is what a change of a figure has to be at least to be called better or worse.
func worth(figure, unit string) float64 {
	own, known := worths[figure]
	switch {
	case known:
		return own
	case unit == "ms" && strings.HasSuffix(figure, ".max"):
		return worthMax
	case unit == "ms" && strings.HasSuffix(figure, ".p99"):
		return worthP99
	case unit == "ms":
		return worthMs
	}
	return worthCount
}

// rising are the figures that are better when larger; neither are better in any direction.
var (
	rising  = []string{"rate.min", "rate.median", "slack.p1", "slack.p50"}
	neither = []string{
		"rate.max", "visits", "snapshots", "cuts", "slack.p99", "slack.max", "effect.p1", "gap.p1", "age.p1", "rejoin.p1", "chat.p1", "presence.p1", "rtt.min",
		"bytes_in", "bytes_out", "encodings.mean", // which fall, too, where there were fewer snapshots
		"machine.busy", "skipped", // of the bots' machine, with whatever else was on it
	}
)

func newChange(figure, unit string, before, after float64) Change {
	c := Change{Figure: figure, Unit: unit, Before: before, After: after}
	by := math.Abs(after - before)
	if slices.Contains(neither, figure) || by < worthSaying*math.Abs(before) || by < worth(figure, unit) {
		return c
	}
	c.Better = (after > before) == slices.Contains(rising, figure)
	c.Worse = !c.Better
	return c
}

// newBreaks is a change of what must not be at all, so that one is worth saying.
func newBreaks(name string, before, after float64) Change {
	c := Change{Figure: name, Before: before, After: after}
	c.Better, c.Worse = after < before, after > before
	return c
}
