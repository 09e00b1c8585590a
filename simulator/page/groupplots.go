package page

import (
	"cmp"
	"maps"
	"slices"

	"github.com/deltatick/deltatick/simulator"
)

// groupPlots are what the groups lived through; a plot that would be empty is left out.
func groupPlots(r simulator.Report) []plot {
	percentiles := func(title, about string, of func(simulator.Lap) simulator.Spread) plot {
		p := plot{title: title, unit: "ms", about: about}
		for i, g := range r.Groups {
			main := series{name: g.Name, colour: i % colours, worst: true}
			second := series{name: g.Name, colour: i % colours, second: true}
			for _, lap := range g.Laps {
				if s := of(lap); s.Count > 0 {
					main.points = append(main.points, point{lap.At, s.P99})
					second.points = append(second.points, point{lap.At, s.P50})
				}
			}
			p.series = append(p.series, second, main)
		}
		return p
	}
	const lines = "p99, thin: p50"
	gaps := percentiles("Between snapshots", lines, func(l simulator.Lap) simulator.Spread { return l.Interval })
	effect := percentiles("Input to effect", lines, func(l simulator.Lap) simulator.Spread { return l.Latency })
	age := percentiles("Age of the newest snapshot", lines, func(l simulator.Lap) simulator.Spread { return l.Age })
	slack := each(r, "Input slack, p50", "ms", "how early inputs came", func(l simulator.Lap) (float64, bool) { return l.Slack.P50, l.Slack.Count > 0 })
	late := each(r, "Late inputs", "%", "came after their tick", func(l simulator.Lap) (float64, bool) { return 100 * l.Late, l.Slack.Count > 0 })
	chat := percentiles("Chat, said to heard", lines, func(l simulator.Lap) simulator.Spread { return l.Chat })
	presence := percentiles("Presence, set to seen", lines, func(l simulator.Lap) simulator.Spread { return l.Presence })
	rate := each(r, "Snapshots", "1/s", "for each bot, while it sits and is served", func(l simulator.Lap) (float64, bool) { return l.Rate, l.Playing > 0 })
	seated := each(r, "Bots in place", "bots", "in a match, or connected where they play none",
		func(l simulator.Lap) (float64, bool) { return float64(l.Seated), true })
	reconnects := each(r, "Reconnects", "1/s", "sessions that came back", func(l simulator.Lap) (float64, bool) { return float64(l.Reconnects) / l.Took, true })
	if r.Attacks != nil {
		reconnects.title = "Reconnects of honest bots"
	}
	failed := each(r, "Failed bots", "bots", "so far", func(l simulator.Lap) (float64, bool) { return float64(l.Failed), true })
	return nonEmpty(r.Measured,
		effect, gaps, age, rate, slack, late, chat, presence, seated,
		stackBytes(r, "Bytes received", func(l simulator.Lap) map[string]float64 { return l.In }),
		stackBytes(r, "Bytes sent", func(l simulator.Lap) map[string]float64 { return l.Out }),
		someOf(reconnects), someOf(drops(r)), someOf(failed),
	)
}

// each has a line for each group.
func each(r simulator.Report, title, unit, about string, of func(simulator.Lap) (float64, bool)) plot {
	p := plot{title: title, unit: unit, about: about}
	for i, g := range r.Groups {
		s := series{name: g.Name, colour: i % colours}
		for _, lap := range g.Laps {
			if v, ok := of(lap); ok {
				s.points = append(s.points, point{lap.At, v})
			}
		}
		p.series = append(p.series, s)
	}
	return p
}

// stackBytes adds all groups up, by kind of frame.
func stackBytes(r simulator.Report, title string, of func(simulator.Lap) map[string]float64) plot {
	layers := layered(r, of)
	s := scaleOf(largestSum(layers))
	for _, l := range layers {
		for i := range l.points {
			l.points[i].value /= s.factor
		}
	}
	return plot{title: title, unit: s.prefix + "B/s", about: "of all bots, by kind of frame, stacked", stacked: true, series: layers}
}

// drops adds all groups up, by what was dropped, by the bots or by the server as it told them.
func drops(r simulator.Report) plot {
	return plot{title: "Drops", unit: "1/s", about: "by the bots, and told of by the server, stacked", stacked: true,
		series: layered(r, func(l simulator.Lap) map[string]float64 {
			all := map[string]float64{}
			for reason, n := range l.Drops {
				all["bots: "+reason] += float64(n) / l.Took
			}
			for code, n := range l.Notices {
				all["told: "+code] += float64(n) / l.Took
			}
			return all
		})}
}

// layered sums what laps have by a name over all groups.
func layered(r simulator.Report, of func(simulator.Lap) map[string]float64) []series {
	var times []float64
	var sums []map[string]float64
	for _, g := range r.Groups {
		for i, lap := range g.Laps {
			if i == len(times) {
				times, sums = append(times, lap.At), append(sums, map[string]float64{})
			}
			for name, v := range of(lap) {
				sums[i][name] += v
			}
		}
	}
	return layers(times, sums)
}

// smallShare is the part of all below which a layer is not told apart: it could not be seen.
const smallShare = 0.01

// layers makes series of what there is by name at each time: the largest first, and those beyond the palette or too small to be seen as one.
func layers(times []float64, values []map[string]float64) []series {
	sums := map[string]float64{}
	for _, at := range values {
		for name, v := range at {
			sums[name] += v
		}
	}
	names := slices.SortedFunc(maps.Keys(sums), func(a, b string) int { return cmp.Or(-cmp.Compare(sums[a], sums[b]), cmp.Compare(a, b)) })
	whole := 0.0
	for _, sum := range sums {
		whole += sum
	}
	shown := slices.IndexFunc(names, func(name string) bool { return sums[name] < smallShare*whole })
	if shown < 0 {
		shown = len(names)
	}
	if shown = min(shown, colours); shown < len(names) {
		shown = min(shown, colours-1) // the last colour is for the others
	}
	place := map[string]int{}
	for i, name := range names {
		place[name] = min(i, shown)
	}
	all := make([]series, min(len(names), shown+1))
	for i := range all {
		all[i] = series{name: names[i], colour: i, points: make([]point, len(times))}
		if i == shown {
			all[i].name, all[i].colour = "others", colours-1
		}
		for k, at := range times {
			all[i].points[k].at = at
		}
	}
	for k, at := range values {
		for name, v := range at {
			all[place[name]].points[k].value += v
		}
	}
	return all
}

func largestSum(layers []series) (largest float64) {
	if len(layers) == 0 {
		return 0
	}
	for k := range layers[0].points {
		sum := 0.0
		for _, l := range layers {
			sum += l.points[k].value
		}
		largest = max(largest, sum)
	}
	return largest
}

// someOf leaves the series out that are 0 all along.
func someOf(p plot) plot {
	p.series = slices.DeleteFunc(p.series, func(s series) bool {
		return !slices.ContainsFunc(s.points, func(pt point) bool { return pt.value > 0 })
	})
	return p
}

// nonEmpty leaves out series and plots without points, and sets the time axis of the others.
func nonEmpty(span float64, plots ...plot) (all []plot) {
	for _, p := range plots {
		p.series = slices.DeleteFunc(p.series, func(s series) bool { return len(s.points) == 0 })
		if len(p.series) == 0 {
			continue
		}
		p.span = max(span, 1)
		for _, s := range p.series {
			p.span = max(p.span, s.points[len(s.points)-1].at)
		}
		all = append(all, p)
	}
	return all
}
