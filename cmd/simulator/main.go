// Command simulator plays a deltatick server with headless bots and reports how well they were served.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/deltatick/deltatick/cmd/internal/env"
	"github.com/deltatick/deltatick/simulator"
)

func main() {
	// Unregistered after the first signal, so that a second one has its usual effect: the process ends at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	if len(os.Args) == 3 && os.Args[1] == floorArg {
		os.Exit(runFloor(os.Args[2], os.Stdin, os.Stdout, os.Stderr))
	}
	if len(os.Args) > 1 && os.Args[1] == partArg {
		signal.Ignore(os.Interrupt) // a terminal's Ctrl-C is its parent's, who passes it on in its own way
		os.Exit(runPart(context.Background(), os.Args[2:], os.LookupEnv, os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(run(ctx, os.Args[1:], os.LookupEnv, os.Stdout, os.Stderr))
}

// run returns the exit code: 0 when every bot was served well and everything held that had to, 1 when not or the run could not be made, 2 for a flag
// that cannot be used.
func run(ctx context.Context, args []string, lookup func(string) (string, bool), out, errOut io.Writer) int {
	if len(args) > 0 {
		switch args[0] {
		case "compare":
			return compare(args[1:], lookup, out, errOut)
		case "merge":
			return merge(args[1:], lookup, out, errOut)
		}
	}
	cfg, err := parse(args, lookup, out, errOut)
	switch {
	case errors.Is(err, env.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintln(errOut, "simulator:", err)
		return env.Usage
	}
	if cfg.proxy != (proxy{}) {
		return cfg.serve(ctx, out, errOut)
	}
	if cfg.find.asked {
		return cfg.findMax(ctx, out, errOut)
	}
	outputs, err := cfg.files.open()
	if err != nil {
		fmt.Fprintln(errOut, "simulator:", err)
		return env.Usage
	}
	var report simulator.Report
	if cfg.processes > 1 {
		report, err = cfg.share(ctx, args, out)
	} else {
		report, err = simulator.Run(ctx, cfg.run)
	}
	if err != nil {
		fmt.Fprintln(errOut, explain(err))
		return codeOf(err)
	}
	return finish(report, outputs, out, errOut)
}

// codeOf is the exit code for a run that could not be made.
func codeOf(err error) int {
	var failed *partError
	switch {
	case errors.As(err, &failed):
		return failed.code
	case errors.Is(err, simulator.ErrRemote):
		return env.Usage
	}
	return 1
}

// finish prints and writes a report, and returns the exit code that it deserves.
func finish(report simulator.Report, outputs outputs, out, errOut io.Writer) int {
	if _, err := report.WriteTo(out); err != nil {
		return 1
	}
	if err := outputs.write(report); err != nil {
		fmt.Fprintln(errOut, "simulator:", err)
		return 1
	}
	if !report.OK() {
		return 1
	}
	return 0
}

func explain(err error) string {
	switch {
	case errors.Is(err, simulator.ErrNoServer):
		return err.Error() + "; start one with: go run ./cmd/server"
	case errors.Is(err, simulator.ErrRemote):
		return err.Error() + "; -url takes it only together with -allow-remote"
	}
	return err.Error()
}
