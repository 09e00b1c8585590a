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

// compare measures server and floor in turn, so that what else the machine does meets both alike, and prints the medians. When
// the load was not sustained it goes on with half of it.
func compare(ctx context.Context, cfg config, out io.Writer) error {
	for {
		fmt.Fprintf(out, "%s, %d rooms of %d, %v measured after %v; %d processors\n", cfg.game, cfg.rooms, cfg.size, cfg.window, cfg.warm, runtime.NumCPU())
		servers, floors, err := pairs(ctx, cfg, out)
		if err != nil {
			return err
		}
		if report(out, servers, floors) || cfg.rooms == 1 {
			return nil
		}
		cfg.rooms /= 2
		fmt.Fprintf(out, "\nNot sustained, so these figures say nothing about a server that does its work. Trying %d rooms.\n\n", cfg.rooms)
	}
}

// pairs alternates who comes first.
func pairs(ctx context.Context, cfg config, out io.Writer) (servers, floors []figures, err error) {
	for i := range cfg.pairs {
		roles := []string{roleServer, roleFloor}
		if i%2 == 1 {
			slices.Reverse(roles)
		}
		for _, role := range roles {
			var like figures
			if len(servers) > 0 {
				like = servers[0]
			}
			f, err := round(ctx, cfg, role, like)
			if err != nil {
				return nil, nil, err
			}
			if role == roleServer {
				servers = append(servers, f)
			} else {
				floors = append(floors, f)
			}
			fmt.Fprintf(out, "  %-6s  %5.1f µs a player and tick (%.1f user, %.1f system), %.1f snapshots/s at least; cores: %.2f it, %.2f load, %.2f others\n",
				role, micros(f.cpu()), micros(f.user), micros(f.system), f.snapshots[0], f.cores[0], f.cores[1], f.cores[2])
		}
	}
	return servers, floors, nil
}

func micros(d time.Duration) float64 { return float64(d) / 1e3 }

// report prints the table and returns whether the load was sustained in every run.
func report(out io.Writer, servers, floors []figures) bool {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	row := func(name, format string, figure func(figures) float64) {
		fmt.Fprintf(t, "%s\t"+format+"\t"+format+"\t\n", name, median(servers, figure), median(floors, figure))
	}
	fmt.Fprintln(out)
	fmt.Fprintln(t, "medians\tserver\tfloor\t")
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
		return median(servers, func(f figures) float64 { return micros(f.ticks.Quantile(q)) / 1e3 })
	}
	fmt.Fprintf(out, "ticks of the server late by, ms: p50 %.2f, p99 %.2f, longest below %.2f\n", lateness(0.5), lateness(0.99), lateness(1))
	ratios := make([]float64, len(servers))
	for i := range servers {
		ratios[i] = float64(servers[i].cpu()) / float64(floors[i].cpu())
	}
	sustained := !slices.ContainsFunc(slices.Concat(servers, floors), func(f figures) bool { return !f.sustained() })
	if !sustained {
		return false
	}
	slices.Sort(ratios)
	fmt.Fprintf(out, "server / floor: %.2f (median of %d pairs, %.2f to %.2f)\n", ratios[len(ratios)/2], len(ratios), ratios[0], ratios[len(ratios)-1])
	return true
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
