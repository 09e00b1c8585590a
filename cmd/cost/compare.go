package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"text/tabwriter"
	"time"
)

// pair is one server and another, measured right after each other.
type pair struct{ one, other figures }

func (p pair) ratio() float64 { return float64(p.one.cpu()) / float64(p.other.cpu()) }

func (p pair) sustained() bool { return p.one.sustained() && p.other.sustained() }

// roles are those of a pair: a server and the floor, or a server of a service with what it keeps in Redis and one without.
func (cfg config) roles() (one, other string) {
	if cfg.redis != "" {
		return roleNode, roleServer
	}
	return roleServer, roleFloor
}

// maxTries is how many pairs are measured for each that is wanted, when the load is not sustained in some.
const maxTries = 3

// compare measures both in turn, so that what else the machine does meets both alike, and prints the medians of those
// pairs in which both sustained the load. When there are none it goes on with half of the load.
func compare(ctx context.Context, cfg config, out io.Writer) error {
	for {
		fmt.Fprintf(out, "%s, codec %s, %d rooms of %d, %v measured after %v; %d processors\n", cfg.game, cfg.codec, cfg.rooms, cfg.size, cfg.window, cfg.warm, runtime.NumCPU())
		all, err := measurePairs(ctx, cfg, out)
		if err != nil {
			return err
		}
		good := slices.DeleteFunc(slices.Clone(all), func(p pair) bool { return !p.sustained() })
		if len(good) > 0 {
			report(out, cfg, good)
			fmt.Fprintf(out, "%d of %d pairs sustained the load; the others are left out\n", len(good), len(all))
			return nil
		}
		report(out, cfg, all)
		fmt.Fprintf(out, "The load was not sustained in any of %d pairs, so this says nothing about a server that does its work.\n", len(all))
		if cfg.rooms == 1 {
			return nil
		}
		cfg.rooms /= 2
		fmt.Fprintf(out, "\nTrying %d rooms.\n\n", cfg.rooms)
	}
}

// measurePairs alternates who of a pair comes first. It ends when enough have sustained the load.
func measurePairs(ctx context.Context, cfg config, out io.Writer) (all []pair, err error) {
	var like figures
	one, other := cfg.roles()
	for good := 0; good < cfg.pairs && len(all) < maxTries*cfg.pairs; {
		roles := []string{one, other}
		if len(all)%2 == 1 {
			slices.Reverse(roles)
		}
		var p pair
		for _, role := range roles {
			f, err := round(ctx, cfg, role, like)
			if err != nil {
				return nil, err
			}
			if role == roleServer {
				like = f
			}
			if role == one {
				p.one = f
			} else {
				p.other = f
			}
			fmt.Fprintf(out, "  %-6s  %5.1f µs a player and tick (%.1f user, %.1f system), %.1f snapshots/s at least; cores: %.2f it, %.2f load, %.2f others%s\n",
				role, micros(f.cpu()), micros(f.user), micros(f.system), f.snapshots[0], f.cores[0], f.cores[1], f.cores[2], verdict(f))
		}
		if p.sustained() {
			good++
		}
		all = append(all, p)
	}
	return all, nil
}

func verdict(f figures) string {
	if f.sustained() {
		return ""
	}
	return "  (not sustained)"
}

func micros(d time.Duration) float64 { return float64(d) / 1e3 }

// report prints the medians.
func report(out io.Writer, cfg config, pairs []pair) {
	one, other := cfg.roles()
	var ones, others []figures
	var ratios []float64
	for _, p := range pairs {
		ones, others, ratios = append(ones, p.one), append(others, p.other), append(ratios, p.ratio())
	}
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(name, format string, figure func(figures) float64) {
		fmt.Fprintf(t, "%s\t"+format+"\t"+format+"\t\n", name, median(ones, figure), median(others, figure))
	}
	fmt.Fprintln(out)
	fmt.Fprintf(t, "medians\t%s\t%s\t\n", one, other)
	row("CPU a player and tick, µs", "%.2f", func(f figures) float64 { return micros(f.cpu()) })
	row("user", "%.2f", func(f figures) float64 { return micros(f.user) })
	row("system", "%.2f", func(f figures) float64 { return micros(f.system) })
	row("snapshots/s of a player, least", "%.2f", func(f figures) float64 { return f.snapshots[0] })
	row("snapshots/s of a player, median", "%.2f", func(f figures) float64 { return f.snapshots[1] })
	row("inputs/s of a player", "%.2f", func(f figures) float64 { return f.inputs })
	row("bytes of a snapshot", "%.1f", func(f figures) float64 { return f.snapshotBytes })
	row("bytes of an input", "%.1f", func(f figures) float64 { return f.inputBytes })
	row("kB/s to a player", "%.2f", func(f figures) float64 { return f.in / 1e3 })
	row("kB/s from a player", "%.2f", func(f figures) float64 { return f.out / 1e3 })
	row("allocations a player and tick", "%.2f", func(f figures) float64 { return f.allocations })
	row("garbage collections/s", "%.2f", func(f figures) float64 { return f.gcs })
	row("kB resident a player", "%.1f", func(f figures) float64 { return f.rss / 1e3 })
	_ = t.Flush() // a table that cannot be written is not missed
	lateness := func(q float64) float64 {
		return median(ones, func(f figures) float64 { return micros(f.ticks.Quantile(q)) / 1e3 })
	}
	fmt.Fprintf(out, "ticks of the %s late by, ms: p50 %.2f, p99 %.2f, longest below %.2f\n", one, lateness(0.5), lateness(0.99), lateness(1))
	slices.Sort(ratios)
	fmt.Fprintf(out, "%s / %s: %.3f (median of %d pairs, %.3f to %.3f)\n", one, other, ratios[len(ratios)/2], len(ratios), ratios[0], ratios[len(ratios)-1])
}

// median is the upper one of the two for an even number.
func median(runs []figures, figure func(figures) float64) float64 {
	values := make([]float64, len(runs))
	for i, f := range runs {
		values[i] = figure(f)
	}
	slices.Sort(values)
	return values[len(values)/2]
}
