package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// row is what all repetitions of a fault came to.
type row struct {
	Fault   string `json:"fault"`
	What    string `json:"what"`
	Reps    int    `json:"reps"`
	Touched int    `json:"touched"` // players, of all repetitions

	P50 float64 `json:"p50"` // ms, of the gaps of those who were touched
	P95 float64 `json:"p95"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`

	Play      float64  `json:"play"` // ms, the most that was undone
	PlayP50   float64  `json:"play_p50"`
	Inputs    int      `json:"inputs"`
	Chat      int      `json:"chat_lost"`
	Lost      int      `json:"events_lost"`
	Doubled   int      `json:"events_doubled"`
	Absent    int      `json:"absent"`
	Sessions  int      `json:"sessions"`
	Overlap   float64  `json:"overlap"`
	LoadFrom  float64  `json:"load_from"`
	LoadTo    float64  `json:"load_to"`
	NotAsSaid []string `json:"not_as_promised,omitempty"`
}

// maxOverlap is for how long, in ms, a snapshot of an older epoch may be on its way when others have a newer one.
const maxOverlap = 250

// table adds outcomes up, in the order of the faults.
func table(cfg *config, outcomes []*outcome) (rows []row) {
	for _, f := range cfg.faults {
		r := row{Fault: f.name, What: f.what}
		var gaps, play []float64
		for _, o := range outcomes {
			if o.Fault != f.name {
				continue
			}
			if r.Reps++; r.Reps == 1 {
				r.LoadFrom = o.Load
			}
			r.LoadFrom, r.LoadTo = min(r.LoadFrom, o.Load), max(r.LoadTo, o.Load)
			r.Touched, r.Inputs, r.Sessions, r.Overlap = r.Touched+o.Touched, r.Inputs+o.Inputs, r.Sessions+o.Sessions, max(r.Overlap, o.Overlap)
			r.Chat += len(o.ChatLost)
			r.Lost, r.Doubled, r.Absent = r.Lost+len(o.EventsLost), r.Doubled+len(o.EventsDoubled), r.Absent+len(o.Absent)
			gaps, play = append(gaps, o.Gaps...), append(play, o.Play...)
			r.NotAsSaid = append(r.NotAsSaid, o.Broken...)
		}
		if r.Reps == 0 {
			continue
		}
		r.P50, r.P95, r.P99, r.Max = percentile(gaps, 0.5), percentile(gaps, 0.95), percentile(gaps, 0.99), percentile(gaps, 1)
		r.PlayP50, r.Play = percentile(play, 0.5), percentile(play, 1)
		r.NotAsSaid = append(r.NotAsSaid, r.against(cfg, f.promise)...)
		rows = append(rows, r)
	}
	return rows
}

// against holds a row against what was promised.
func (r *row) against(cfg *config, p promise) (all []string) {
	miss := func(bad bool, format string, args ...any) {
		if bad {
			all = append(all, fmt.Sprintf(format, args...))
		}
	}
	over := func(value float64, bound time.Duration) bool { return cfg.timings && bound > 0 && value > ms(bound) }
	miss(over(r.P95, p.p95), "gap p95 %.0f ms, want %v", r.P95, p.p95)
	miss(over(r.P99, p.p99), "gap p99 %.0f ms, want %v", r.P99, p.p99)
	miss(cfg.timings && r.Play > ms(p.play), "%.0f ms of play lost, want %v", r.Play, p.play)
	miss(r.Inputs > 0 && !p.inputs, "%d acknowledged inputs lost", r.Inputs)
	miss(r.Chat > 0 && !p.inputs, "%d times chat was lost", r.Chat)
	miss(r.Lost > 0, "%d events lost", r.Lost)
	miss(r.Doubled > 0, "%d events doubled", r.Doubled)
	miss(r.Absent > 0, "%d did not come back", r.Absent)
	miss(r.Overlap > maxOverlap, "two epochs of a match at once, for %.0f ms", r.Overlap)
	return all
}

// printTable prints the rows as Markdown, and then what did not hold. It reports whether everything did.
func printTable(out io.Writer, cfg *config, rows []row) (held bool) {
	fmt.Fprintf(out, "\n| fault | times | players hit | gap p50 | p95 | p99 | max | play lost p50 | max | inputs lost | chat lost | events lost | doubled | not back | load |\n")
	fmt.Fprintf(out, "|%s\n", strings.Repeat("---|", 15))
	for _, r := range rows {
		fmt.Fprintf(out, "| %s | %d | %d | %.0f | %.0f | %.0f | %.0f | %.0f | %.0f | %d | %d | %d | %d | %d | %.1f-%.1f |\n",
			r.What, r.Reps, r.Touched, r.P50, r.P95, r.P99, r.Max, r.PlayP50, r.Play, r.Inputs, r.Chat, r.Lost, r.Doubled, r.Absent, r.LoadFrom, r.LoadTo)
	}
	fmt.Fprintf(out, "\nTimes in ms. %d players, %d in a match, %d ticks a second; seed %d.\n", cfg.players, cfg.seats, cfg.tickRate, cfg.seed)
	held = true
	for _, r := range rows {
		for i, what := range r.NotAsSaid {
			if held = false; i == maxShown {
				fmt.Fprintf(out, "%s: and %d more\n", r.Fault, len(r.NotAsSaid)-i)
				break
			}
			fmt.Fprintf(out, "%s: %s\n", r.Fault, what)
		}
	}
	if held {
		fmt.Fprintln(out, "Everything held.")
	}
	return held
}

const maxShown = 12

// line is an outcome in a line.
func (o *outcome) line() string {
	s := fmt.Sprintf("%-18s %-8s load %4.1f  %5.1f s  hit %d/%d  gap p50 %.0f max %.0f ms  play lost %.0f ms  inputs %d  sockets %d  anew %d  overlap %.0f ms",
		o.Fault, o.Node, o.Load, o.Took, o.Touched, o.Players, percentile(slices.Clone(o.Gaps), 0.5), percentile(slices.Clone(o.Gaps), 1),
		percentile(slices.Clone(o.Play), 1), o.Inputs, o.Sockets, o.Sessions, o.Overlap)
	for _, list := range []struct {
		name string
		all  []string
	}{{"LOST", o.EventsLost}, {"CHAT", o.ChatLost}, {"DOUBLED", o.EventsDoubled}, {"ABSENT", o.Absent}, {"BROKEN", o.Broken}, {"refused", o.Refused}, {"logged", o.Logged}} {
		for i, text := range list.all {
			if i == 3 {
				s += fmt.Sprintf("\n    %s: and %d more", list.name, len(list.all)-i)
				break
			}
			s += "\n    " + list.name + ": " + text
		}
	}
	return s
}

// writeJSON writes everything to a file.
func writeJSON(file string, cfg *config, rows []row, outcomes []*outcome) error {
	b, err := json.MarshalIndent(map[string]any{
		"seed": cfg.seed, "players": cfg.players, "seats": cfg.seats, "tick_rate": cfg.tickRate, "table": rows, "outcomes": outcomes,
	}, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(b, '\n'), 0o644)
}
