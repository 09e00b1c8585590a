// Command server runs deltatick on one machine: the page, lobbies and matches, in one process with no other service.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"syscall"

	"github.com/deltatick/deltatick/cmd/internal/env"
	"github.com/deltatick/deltatick/server"
)

// version is set by the linker: go build -ldflags "-X main.version=v1.2.3".
var version = "development"

func main() {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go obeySignals(stop)
	err := run(ctx, os.Args[1:], os.LookupEnv, os.Stdout, os.Stderr)
	var usage *usageError
	switch {
	case errors.Is(err, env.ErrHelp):
	case errors.As(err, &usage):
		fmt.Fprintln(os.Stderr, "server:", err)
		os.Exit(env.Usage)
	case err != nil:
		fmt.Fprintln(os.Stderr, "server:", err)
		os.Exit(1)
	}
}

// obeySignals drains the server at the first signal and ends the process at the second.
func obeySignals(drain func()) {
	// Room for both, so that a second one that comes while the first is being obeyed is not lost.
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	<-signals
	drain()
	<-signals
	fmt.Fprintln(os.Stderr, "server: second signal, ending at once")
	os.Exit(1)
}

// usageError is a flag or variable that cannot be used.
type usageError struct{ error }

func (e *usageError) Unwrap() error { return e.error }

// run serves until ctx ends and everything is drained.
func run(ctx context.Context, args []string, lookup func(string) (string, bool), out, errOut io.Writer) error {
	cfg, err := parse(args, lookup, out, errOut)
	if errors.Is(err, env.ErrHelp) {
		return err
	}
	if err != nil {
		return &usageError{err}
	}
	switch {
	case cfg.version:
		_, err := fmt.Fprintf(out, "deltatick %s %s\n", version, runtime.Version())
		return err
	case cfg.healthcheck:
		return checkHealth(ctx, cfg.addr)
	}
	s, err := server.New(cfg.server)
	if err != nil {
		return err
	}
	profiled, stop, err := profiles(cfg.pprof)
	if err != nil {
		return err
	}
	defer stop()
	if profiled != nil {
		cfg.log.Info("profiles", "url", "http://"+profiled.String()+"/debug/pprof/")
	}
	return serveHosted(ctx, cfg.host, s, func(ctx context.Context, ready func()) error {
		return s.ListenAndServe(ctx, cfg.addr, func(url string) {
			cfg.auth.report(ctx, cfg.server, cfg.log)
			fmt.Fprintf(out, "deltatick is ready: open %s in a browser\n", url)
			cfg.log.Info("ready", "version", version, "url", url)
			ready() // who comes before the front door is open waits in the listener's queue
		})
	})
}
