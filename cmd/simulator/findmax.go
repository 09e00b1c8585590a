package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"runtime"
	"strings"
	"time"

	"github.com/deltatick/deltatick/simulator"
	"github.com/deltatick/deltatick/simulator/capacity"
	"github.com/deltatick/deltatick/simulator/floor"
)

// find is the search for the largest population that a server serves well.
type find struct {
	asked bool
	keep  string // criteria
	most  int
	floor bool
}

// defaultKeep is a game that feels right: hardly a snapshot missing, and inputs that show within a tenth of a second.
const defaultKeep = "gap.p99 <= 40ms, effect.p99 <= 100ms, rate.min >= 57, failed == 0"

const (
	findFor    = 5 * time.Second
	findSettle = 2 * time.Second
)

// prepareFind makes the run that of one step, of the bots that the flags say, if a search is asked for.
func (cfg *config) prepareFind(fs *flag.FlagSet) error {
	set := map[string]bool{}
	fs.Visit(func(f *flag.Flag) { set[f.Name] = true })
	if !cfg.find.asked {
		for _, only := range []string{"keep", "most", "floor"} {
			if set[only] {
				return fmt.Errorf("-%s: only with -find-max", only)
			}
		}
		return nil
	}
	for _, other := range []string{"json", "junit", "html", "processes", "part", "at"} {
		if set[other] {
			return fmt.Errorf("-%s: a search has no use for it", other)
		}
	}
	if !set["for"] {
		cfg.run.For = findFor
	}
	if !set["settle"] {
		cfg.run.Settle = findSettle
	}
	for text := range strings.SplitSeq(cfg.find.keep, ",") {
		c, err := simulator.ParseCriterion(strings.TrimSpace(text))
		if err != nil {
			return fmt.Errorf("-keep: %w", err)
		}
		cfg.group.Expect = append(cfg.group.Expect, c)
	}
	cfg.run.Progress = nil // a line for each step is enough
	return nil
}

// findMax searches and prints what it found. It returns the exit code: 0 when some population kept what was wanted.
func (cfg config) findMax(ctx context.Context, out, errOut io.Writer) int {
	var criteria []string
	for _, c := range cfg.group.Expect {
		criteria = append(criteria, c.String())
	}
	fmt.Fprintf(out, "%s in lobbies of %d, %v measured after %v; to be kept: %s\n", cfg.group.Game, cfg.group.RoomSize, cfg.run.For, cfg.run.Settle, strings.Join(criteria, ", "))
	search := capacity.Search{Start: cfg.group.Bots, Most: cfg.find.most, Unit: cfg.group.RoomSize}
	served := map[int]capacity.Step{}
	traffic := simulator.GroupReport{}
	found, err := search.Find(func(n int) (bool, error) {
		run, group := cfg.run, cfg.group
		group.Bots = n
		run.Groups = []simulator.Group{group}
		r, err := simulator.Run(ctx, run)
		if err == nil && r.Interrupted {
			err = context.Canceled
		}
		if err != nil {
			return false, err
		}
		step := note(served, capacity.StepOf(r))
		if step.Kept {
			traffic = r.Groups[0]
		}
		fmt.Fprintln(out, step)
		return step.Kept, nil
	})
	switch {
	case errors.Is(err, simulator.ErrLimits) && found.Kept > 0:
		fmt.Fprintf(out, "The search ends here: %v\n", err)
	case err != nil:
		fmt.Fprintln(errOut, explain(err))
		return 1
	}
	fmt.Fprintf(out, "\nserver: %s\n", verdict(found, served))
	if found.Kept == 0 {
		return 1
	}
	if !cfg.find.floor || traffic.Rate.Median == 0 {
		return 0
	}
	if err := cfg.findFloor(ctx, out, served[found.Kept], traffic); err != nil {
		fmt.Fprintln(errOut, "simulator: the floor:", err)
		return 1
	}
	return 0
}

// note keeps the best of the runs of a population.
func note(steps map[int]capacity.Step, s capacity.Step) capacity.Step {
	if !steps[s.Bots].Kept {
		steps[s.Bots] = s
	}
	return s
}

// verdict says what a search has found, and who gave out.
func verdict(f capacity.Found, steps map[int]capacity.Step) string {
	text := fmt.Sprintf("%d kept it", f.Kept)
	if perCore := steps[f.Kept].PerCore(); perCore > 0 {
		text += fmt.Sprintf(", %.0f to a core of it (it used %.2f)", perCore, steps[f.Kept].Server)
	}
	if f.Lost == 0 {
		return text + "; no more were tried"
	}
	text += fmt.Sprintf("; %d lost it", f.Lost)
	if why := steps[f.Lost].Machine(runtime.NumCPU()); why != "" {
		text += ". That was this machine and says little about the server: " + why
	}
	return text
}

// findFloor searches the same on a floor that writes frames of the size that the bots got, and says what the server costs beside it.
func (cfg config) findFloor(ctx context.Context, out io.Writer, server capacity.Step, traffic simulator.GroupReport) error {
	rate := traffic.Rate.Median
	frame, input := max(1, int(traffic.BytesIn/rate)), max(1, int(traffic.BytesOut/rate))
	fmt.Fprintf(out, "\nfloor: frames of %d bytes, inputs of %d; to be kept: %d frames a second for everyone\n", frame, input, capacity.FloorRate)
	steps := map[int]capacity.Step{}
	size := cfg.group.RoomSize
	search := capacity.Search{Start: server.Bots, Most: max(cfg.find.most, server.Bots), Unit: size}
	found, err := search.Find(func(n int) (bool, error) {
		p, err := startFloor(ctx, floor.Config{Rooms: n / size, Frame: frame})
		if err != nil {
			return false, err
		}
		load := capacity.FloorLoad{Addr: p.addr, Rooms: n / size, Size: size, Input: input, Settle: cfg.run.Settle, For: cfg.run.For, CPU: p.cpu}
		step, err := load.Play(ctx)
		if err = errors.Join(err, p.end()); err != nil {
			return false, err
		}
		fmt.Fprintln(out, note(steps, step))
		return step.Kept, nil
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\nfloor: %s\n", verdict(found, steps))
	// At the same population both have the same to do; one that is larger shares wake-ups, and so costs less for each.
	if same, ok := steps[server.Bots]; ok && same.Kept && server.PerCore() > 0 {
		fmt.Fprintf(out, "with %d players each, the server used %.2f times what the floor did (%.2f and %.2f cores)\n", server.Bots, server.Server/same.Server, server.Server, same.Server)
	}
	return nil
}
