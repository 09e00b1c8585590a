package simulator

import (
	"maps"
	"slices"
)

// figure is one number of a group's report, by which runs are judged and compared.
type figure struct {
	unit string // "ms", "/s", "/min", "B/s", "%" or "" for a count
	of   func(GroupReport) (value float64, measured bool)
}

// figures are all numbers of a report that have a name: part.statistic, or a count's name alone.
var figures = buildFigures()

func buildFigures() map[string]figure {
	all := map[string]figure{}
	for name, of := range map[string]func(GroupReport) Spread{
		"effect":   func(r GroupReport) Spread { return r.Latency },
		"gap":      func(r GroupReport) Spread { return r.Interval },
		"age":      func(r GroupReport) Spread { return r.Age },
		"slack":    func(r GroupReport) Spread { return r.Slack },
		"rejoin":   func(r GroupReport) Spread { return r.Rejoin },
		"chat":     func(r GroupReport) Spread { return r.Chat },
		"presence": func(r GroupReport) Spread { return r.Presence },
	} {
		for statistic, at := range map[string]func(Spread) float64{
			"p1":  func(s Spread) float64 { return s.P1 },
			"p50": func(s Spread) float64 { return s.P50 },
			"p99": func(s Spread) float64 { return s.P99 },
			"max": func(s Spread) float64 { return s.Max },
		} {
			all[name+"."+statistic] = figure{"ms", func(r GroupReport) (float64, bool) { return at(of(r)), of(r).Count > 0 }}
		}
	}
	for statistic, at := range map[string]func(Spread) float64{
		"p50": func(s Spread) float64 { return s.P50 },
		"p99": func(s Spread) float64 { return s.P99 },
		"max": func(s Spread) float64 { return s.Max },
	} {
		// In the game's units, whatever these are.
		all["error."+statistic] = figure{"", func(r GroupReport) (float64, bool) { return at(r.Error), r.Error.Count > 0 }}
	}
	for name, of := range map[string]func(GroupReport) Range{
		"rate": func(r GroupReport) Range { return r.Rate },
		"rtt":  func(r GroupReport) Range { return r.RTT },
	} {
		unit := "ms"
		if name == "rate" {
			unit = "/s"
		}
		for statistic, at := range map[string]func(Range) float64{
			"min":    func(r Range) float64 { return r.Min },
			"median": func(r Range) float64 { return r.Median },
			"max":    func(r Range) float64 { return r.Max },
		} {
			all[name+"."+statistic] = figure{unit, func(r GroupReport) (float64, bool) { return at(of(r)), len(r.Each) > 0 }}
		}
	}
	for name, f := range map[string]struct {
		unit string
		of   func(GroupReport) float64
	}{
		"late":           {"%", func(r GroupReport) float64 { return 100 * r.Late }},
		"bytes_in":       {"B/s", func(r GroupReport) float64 { return r.BytesIn }},
		"bytes_out":      {"B/s", func(r GroupReport) float64 { return r.BytesOut }},
		"failed":         {"", func(r GroupReport) float64 { return float64(r.Failed) }},
		"visits":         {"", func(r GroupReport) float64 { return float64(r.Visits) }},
		"snapshots":      {"", func(r GroupReport) float64 { return float64(r.Snapshots) }},
		"keyframes":      {"", func(r GroupReport) float64 { return float64(r.Keyframes) }},
		"desyncs":        {"", func(r GroupReport) float64 { return float64(r.Desyncs) }},
		"mispredictions": {"", func(r GroupReport) float64 { return float64(r.Mispredicted) }},
		"corrections":    {"", func(r GroupReport) float64 { return float64(r.Corrections) }},
		"sends":          {"", func(r GroupReport) float64 { return float64(r.Sends) }},
		"cuts":           {"", func(r GroupReport) float64 { return float64(r.Cuts) }},
		"reconnects":     {"", func(r GroupReport) float64 { return float64(r.Reconnects) }},
		"skipped":        {"", func(r GroupReport) float64 { return float64(r.InputsSkipped) }},
		"lost":           {"", func(r GroupReport) float64 { return float64(r.EventsLost) }},
		"stalls":         {"/min", func(r GroupReport) float64 { return r.Stalls }},
		"resyncs":        {"", func(r GroupReport) float64 { return total(r.Resyncs) }},
		"dropped":        {"", func(r GroupReport) float64 { return total(r.Drops) }},
		"notices":        {"", func(r GroupReport) float64 { return total(r.Notices) }},
	} {
		all[name] = figure{f.unit, func(r GroupReport) (float64, bool) { return f.of(r), true }}
	}
	return all
}

func total[N int | uint64 | float64](counts map[string]N) (sum float64) {
	for _, n := range counts {
		sum += float64(n)
	}
	return sum
}

// Figures are the names of the numbers that a [Criterion] can be about.
func Figures() []string { return slices.Sorted(maps.Keys(figures)) }
