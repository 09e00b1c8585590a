// Command faults starts a service of several nodes, has players play, breaks parts of it, and tells what the players saw (docs/reliability.md).
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/deltatick/deltatick/cmd/internal/env"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	cfg, err := parse(os.Args[1:], os.LookupEnv, os.Stdout)
	switch {
	case errors.Is(err, env.ErrHelp):
		return
	case err != nil:
		fmt.Fprintln(os.Stderr, "faults:", err)
		os.Exit(env.Usage)
	}
	held, err := run(ctx, cfg, os.Stdout, os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, "faults:", err)
	}
	if err != nil || !held {
		os.Exit(1)
	}
}

// run has everything happen that cfg wants, prints the table to out and how it goes to progress, and says whether everything held.
func run(ctx context.Context, cfg *config, out, progress io.Writer) (held bool, err error) {
	if cfg.logFile != "" {
		f, err := os.Create(cfg.logFile)
		if err != nil {
			return false, err
		}
		defer f.Close()
		cfg.log = f
	}
	fmt.Fprintf(progress, "seed %d\n", cfg.seed)
	outcomes, err := cfg.all(ctx, progress)
	if len(outcomes) == 0 {
		return false, err
	}
	rows := table(cfg, outcomes)
	if cfg.json != "" {
		if err := writeJSON(cfg.json, cfg, rows, outcomes); err != nil {
			return false, err
		}
	}
	held = printTable(out, cfg, rows)
	return held, err
}

// all has the faults happen, and returns what became of them as far as it came.
func (cfg *config) all(ctx context.Context, progress io.Writer) (outcomes []*outcome, err error) {
	rng := rand.New(rand.NewPCG(cfg.seed, 0))
	var g *ground
	defer func() {
		if g != nil {
			g.close()
		}
	}()
	for f := range cfg.schedule(ctx, rng) {
		if g != nil && (g.both != f.both || g.worn()) {
			g.close()
			g = nil
		}
		if g == nil {
			if g, err = open(ctx, cfg, f.both, rng); err != nil {
				return outcomes, err
			}
		}
		o, broken := g.happen(ctx, f)
		if ctx.Err() != nil {
			return outcomes, context.Cause(ctx)
		}
		outcomes = append(outcomes, o)
		fmt.Fprintln(progress, o.line())
		if broken {
			g.close()
			g = nil
		}
	}
	return outcomes, nil
}

// schedule is the order of faults.
func (cfg *config) schedule(ctx context.Context, rng *rand.Rand) func(func(*fault) bool) {
	return func(yield func(*fault) bool) {
		if cfg.soak == 0 {
			for i := range cfg.faults {
				for range cfg.reps {
					if !yield(&cfg.faults[i]) {
						return
					}
				}
			}
			return
		}
		for until := time.Now().Add(cfg.soak); time.Now().Before(until) && ctx.Err() == nil; {
			if !yield(&cfg.faults[rng.IntN(len(cfg.faults))]) {
				return
			}
		}
	}
}
