package simulator

import (
	"fmt"
	"math"
	"time"

	"github.com/deltatick/deltatick/simulator/scrape"
)

// lapOf is how long the laps of a run's parts are; a second where there are none.
func lapOf(parts []Report) time.Duration {
	took := 0.0
	for _, r := range parts {
		for _, g := range r.Groups {
			for _, lap := range g.Laps {
				took = max(took, lap.Took)
			}
		}
	}
	return max(time.Second, time.Duration(math.Round(took))*time.Second)
}

// mergeLaps lays the laps of a group's parts over each other. What some part has none of, because it began later or ended sooner, is of the others.
func mergeLaps(parts []groupPart, every time.Duration) (all []Lap, err error) {
	n := 0
	for _, p := range parts {
		n = max(n, p.shift+len(p.Laps))
	}
	for at := range n {
		var laps []Lap
		failed := 0 // so far, in parts that are over
		for _, p := range parts {
			switch own := at - p.shift; {
			case own < 0 || len(p.Laps) == 0:
			case own >= len(p.Laps):
				failed += p.Laps[len(p.Laps)-1].Failed
			default:
				lap := p.Laps[own]
				lap.At += float64(p.shift) * every.Seconds()
				laps = append(laps, lap)
			}
		}
		if len(laps) == 0 {
			continue // between one that is over and one that has not begun
		}
		lap, err := mergeLap(laps)
		if err != nil {
			return nil, fmt.Errorf("lap %d: %w", at+1, err)
		}
		lap.Failed += failed
		all = append(all, lap)
	}
	return all, nil
}

// mergeLap is what several parts lived through at the same time.
func mergeLap(laps []Lap) (sum Lap, err error) {
	sum = Lap{In: map[string]float64{}, Out: map[string]float64{}, Drops: map[string]uint64{}, Notices: map[string]int{}}
	for _, l := range laps {
		sum.At, sum.Took = max(sum.At, l.At), max(sum.Took, l.Took)
		sum.Seated, sum.Failed, sum.Playing = sum.Seated+l.Seated, sum.Failed+l.Failed, sum.Playing+l.Playing
		sum.Reconnects, sum.Desyncs = sum.Reconnects+l.Reconnects, sum.Desyncs+l.Desyncs
		addAll(sum.In, l.In)
		addAll(sum.Out, l.Out)
		addAll(sum.Drops, l.Drops)
		addAll(sum.Notices, l.Notices)
	}
	for _, s := range []struct {
		to *Spread
		of func(Lap) Spread
	}{
		{&sum.Interval, func(l Lap) Spread { return l.Interval }}, {&sum.Latency, func(l Lap) Spread { return l.Latency }},
		{&sum.Age, func(l Lap) Spread { return l.Age }}, {&sum.Slack, func(l Lap) Spread { return l.Slack }},
		{&sum.Rejoin, func(l Lap) Spread { return l.Rejoin }}, {&sum.Chat, func(l Lap) Spread { return l.Chat }},
		{&sum.Presence, func(l Lap) Spread { return l.Presence }},
	} {
		if *s.to, err = mergeSpreads(false, mapped(laps, s.of)...); err != nil {
			return sum, err
		}
	}
	sum.Rate = weighted(mapped(laps, func(l Lap) float64 { return l.Rate }), mapped(laps, func(l Lap) float64 { return l.Playing }))
	sum.Late = weighted(mapped(laps, func(l Lap) float64 { return l.Late }), mapped(laps, func(l Lap) float64 { return float64(l.Slack.Count) }))
	return sum, nil
}

// mergeServer is the server as the first part saw it that saw anything, by the clock of the merged report, or else why the first saw nothing.
func mergeServer(parts []Report, began time.Time) *scrape.Report {
	var seen *scrape.Report
	for _, r := range parts {
		if r.Server == nil {
			continue
		}
		if len(r.Server.Samples) > 0 {
			s := *r.Server
			s.Samples = append([]scrape.Sample(nil), s.Samples...)
			for i := range s.Samples {
				s.Samples[i].At += r.Began.Sub(began).Seconds()
			}
			return &s
		}
		if seen == nil {
			seen = r.Server
		}
	}
	return seen
}
