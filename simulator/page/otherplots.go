package page

import (
	"github.com/deltatick/deltatick/simulator"
	"github.com/deltatick/deltatick/simulator/scrape"
)

// serverPlots are the server as it was seen from outside.
func serverPlots(r simulator.Report) []plot {
	if r.Server == nil {
		return nil
	}
	seen := r.Server.Samples
	type line struct {
		name string
		of   func(scrape.Sample) *float64
	}
	lines := func(title, unit, about string, factor float64, all ...line) plot {
		p := plot{title: title, unit: unit, about: about}
		for i, l := range all {
			s := series{name: l.name, colour: i, worst: true}
			for _, sample := range seen {
				if v := l.of(sample); v != nil {
					s.points = append(s.points, point{sample.At, *v * factor})
				}
			}
			p.series = append(p.series, s)
		}
		return p
	}
	stacked := func(title, about string, of func(scrape.Sample) map[string]float64) plot {
		var times []float64
		var values []map[string]float64
		for _, sample := range seen {
			times, values = append(times, sample.At), append(values, of(sample))
		}
		return plot{title: title, unit: "1/s", about: about, stacked: true, series: layers(times, values)}
	}
	return nonEmpty(r.Measured,
		lines("CPU", "cores", "of the server's process", 1, line{"server", func(s scrape.Sample) *float64 { return s.CPU }}),
		lines("Resident memory", "MB", "of the server's process", 1e-6, line{"server", func(s scrape.Sample) *float64 { return s.Memory }}),
		lines("Tick lateness", "ms", "from due to begun; by a histogram's buckets", 1,
			line{"p99", func(s scrape.Sample) *float64 { return s.LateP99 }}, line{"p50", func(s scrape.Sample) *float64 { return s.LateP50 }}),
		lines("Population", "", "as the server counts it", 1, line{"sessions", func(s scrape.Sample) *float64 { return s.Sessions }},
			line{"players", func(s scrape.Sample) *float64 { return s.Players }}, line{"matches", func(s scrape.Sample) *float64 { return s.Matches }}),
		lines("Snapshots and encodings", "1/s", "what is encoded once may be sent to many", 1,
			line{"snapshots", func(s scrape.Sample) *float64 { return s.Snapshots }}, line{"encodings", func(s scrape.Sample) *float64 { return s.Encodings }}),
		lines("Goroutines", "", "of the server's process", 1, line{"goroutines", func(s scrape.Sample) *float64 { return s.Goroutines }}),
		someOf(stacked("Drops of the server", "by room and reason, stacked", func(s scrape.Sample) map[string]float64 { return s.Drops })),
		someOf(stacked("Connections closed by the server", "by code, stacked", func(s scrape.Sample) map[string]float64 { return s.Closes })),
	)
}

// attackPlots are what attackers did.
func attackPlots(r simulator.Report) []plot {
	attempts := plot{title: "Attempts", unit: "1/s", about: "by group of attackers, stacked", stacked: true}
	breaches := plot{title: "Breaches", unit: "1/s", about: "what must not work, and did, stacked", stacked: true}
	for _, what := range []struct {
		p  *plot
		of func(simulator.AttackLap) int
	}{
		{&attempts, func(l simulator.AttackLap) int { return l.Attempts }}, {&breaches, func(l simulator.AttackLap) int { return l.Breaches }},
	} {
		var times []float64
		var values []map[string]float64
		for _, a := range r.Attacks {
			for i, lap := range a.Laps {
				if i == len(times) {
					times, values = append(times, lap.At), append(values, map[string]float64{})
				}
				values[i][a.Name] += float64(what.of(lap)) / lap.Took
			}
		}
		what.p.series = layers(times, values)
	}
	return nonEmpty(r.Measured, someOf(attempts), someOf(breaches))
}
