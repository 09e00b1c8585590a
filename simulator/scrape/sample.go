package scrape

import (
	"maps"
	"math"
	"time"

	"github.com/deltatick/deltatick/simulator/serverstat"
)

// Sample is a server as it was between one look and the next. What the server does not tell is nil.
type Sample struct {
	At float64 `json:"at_s"` // the second look, from when the watch began

	CPU        *float64 `json:"cpu_cores,omitempty"` // used, on average
	Memory     *float64 `json:"resident_bytes,omitempty"`
	Goroutines *float64 `json:"goroutines,omitempty"`

	LateP50 *float64 `json:"tick_late_p50_ms,omitempty"` // from when ticks were due to when they began; from a histogram's buckets
	LateP99 *float64 `json:"tick_late_p99_ms,omitempty"`
	Ticks   *float64 `json:"ticks_per_s,omitempty"` // of all matches

	Players   *float64 `json:"players,omitempty"` // seats taken
	Matches   *float64 `json:"matches,omitempty"`
	Sessions  *float64 `json:"sessions,omitempty"`
	Snapshots *float64 `json:"snapshots_per_s,omitempty"`
	Encodings *float64 `json:"encodings_per_s,omitempty"` // of snapshots; the rest were shared

	Drops  map[string]float64 `json:"drops_per_s,omitempty"`  // by room and reason, those that there were
	Closes map[string]float64 `json:"closes_per_s,omitempty"` // by code and name, those that there were
}

// reading is what one look saw. Counters are since the server's start.
type reading struct {
	at time.Time

	cpu, memory, goroutines     *float64
	players, matches, sessions  *float64
	ticks, snapshots, encodings *float64
	lateness                    []bucket
	drops, closes               map[string]float64

	values map[string]float64 // of all metrics
}

// numbers is the look as numbers by name. CPU and memory are those of the process where that was looked at.
func (r reading) numbers() serverstat.Sample {
	values := maps.Clone(r.values)
	if values == nil {
		values = map[string]float64{}
	}
	if r.cpu != nil {
		values[serverstat.CPU] = *r.cpu
	}
	if r.memory != nil {
		values[serverstat.Resident] = *r.memory
	}
	return serverstat.Sample{At: r.at, Values: values}
}

func (f families) reading() reading {
	return reading{
		cpu: f.sum("process_cpu_seconds_total"), memory: f.sum("process_resident_memory_bytes"), goroutines: f.sum("go_goroutines"),
		players: f.sum("deltatick_players"), matches: f.sum("deltatick_matches"), sessions: f.sum("deltatick_sessions"),
		ticks: f.sum("deltatick_ticks_total"), snapshots: f.sum("deltatick_snapshots_total"), encodings: f.sum("deltatick_snapshot_encodings_total"),
		lateness: f.buckets("deltatick_tick_lateness_seconds"),
		drops:    f.by("deltatick_drops_total", "room", "reason"), closes: f.by("deltatick_closes_total", "code", "name"),
	}
}

// since is the sample between two looks, of a watch that began at a time.
func (r reading) since(before reading, began time.Time) Sample {
	took := r.at.Sub(before.at).Seconds()
	s := Sample{
		At: r.at.Sub(began).Seconds(), Memory: r.memory, Goroutines: r.goroutines, Players: r.players, Matches: r.matches, Sessions: r.sessions,
		CPU: rate(r.cpu, before.cpu, took), Ticks: rate(r.ticks, before.ticks, took),
		Snapshots: rate(r.snapshots, before.snapshots, took), Encodings: rate(r.encodings, before.encodings, took),
		Drops: rates(r.drops, before.drops, took), Closes: rates(r.closes, before.closes, took),
	}
	if late := minus(r.lateness, before.lateness); len(late) > 0 {
		s.LateP50, s.LateP99 = quantile(late, 0.50), quantile(late, 0.99)
	}
	return s
}

// grown is by how much a counter grew. One that shrank began anew, with its process.
func grown(now, before float64) float64 {
	if now < before {
		return now
	}
	return now - before
}

func rate(now, before *float64, took float64) *float64 {
	if now == nil || before == nil || took <= 0 {
		return nil
	}
	return new(grown(*now, *before) / took)
}

// rates leaves out what did not grow.
func rates(now, before map[string]float64, took float64) map[string]float64 {
	all := map[string]float64{}
	for key, v := range now {
		if n := grown(v, before[key]); n > 0 && took > 0 {
			all[key] = n / took
		}
	}
	return all
}

// minus is the histogram of what was observed between two looks, or nil where they do not fit together.
func minus(now, before []bucket) []bucket {
	if len(now) != len(before) {
		return nil
	}
	all := make([]bucket, len(now))
	for i := range now {
		if now[i].bound != before[i].bound {
			return nil
		}
		all[i] = bucket{now[i].bound, grown(now[i].count, before[i].count)}
	}
	return all
}

// quantile is about the value, in ms for bounds in seconds, below which a share q of the observations lies: linear within its bucket, as
// Prometheus' histogram_quantile has it. It is nil where there were none.
func quantile(buckets []bucket, q float64) *float64 {
	count := buckets[len(buckets)-1].count
	if count <= 0 {
		return nil
	}
	from := bucket{}
	for _, b := range buckets {
		switch {
		case b.count < q*count:
			from = b
			continue
		case math.IsInf(b.bound, 1), b.count <= from.count:
			return new(1000 * from.bound)
		}
		return new(1000 * (from.bound + (b.bound-from.bound)*(q*count-from.count)/(b.count-from.count)))
	}
	return new(1000 * from.bound)
}
