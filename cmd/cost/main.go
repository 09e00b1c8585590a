// Command cost measures what a deltatick server costs, against the least that any server for the same players could cost.
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
)

func main() {
	if len(os.Args) == 3 && os.Args[1] == childArg {
		os.Exit(runChild(os.Args[2], os.Stdin, os.Stdout, os.Stderr))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.LookupEnv, os.Stdout, os.Stderr))
}

// run returns the exit code: 0 when there are figures, 1 when there are none, 2 for a flag that cannot be used.
func run(ctx context.Context, args []string, lookup func(string) (string, bool), out, errOut io.Writer) int {
	cfg, err := parse(args, lookup, out)
	switch {
	case errors.Is(err, env.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintln(errOut, "cost:", err)
		return env.Usage
	}
	measure := compare
	if cfg.idle > 0 {
		measure = measureIdle
	}
	if err := measure(ctx, cfg, out); err != nil {
		fmt.Fprintln(errOut, "cost:", err)
		return 1
	}
	return 0
}
