// Command server runs deltatick on one machine: the page, lobbies and matches, in one process with no other service.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

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
	listener, err := net.Listen("tcp", cfg.addr)
	if err != nil {
		return fmt.Errorf("-addr %s: %w", cfg.addr, err)
	}
	profiled, stop, err := profiles(cfg.pprof)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer stop()
	if profiled != nil {
		cfg.log.Info("profiles", "url", "http://"+profiled.String()+"/debug/pprof/")
	}
	cfg.auth.report(ctx, cfg.server, cfg.log)
	return serveHosted(ctx, cfg.host, s, func(ctx context.Context, ready func()) error {
		return serve(ctx, s, listener, func() {
			fmt.Fprintf(out, "deltatick is ready: open %s in a browser\n", localURL(listener.Addr().String()))
			cfg.log.Info("ready", "version", version, "addr", listener.Addr().String())
			ready()
		})
	})
}

// serve runs the house and its front door, and closes the door when the house is done: while it drains, health and metrics
// still answer, and players who drop can still come back. It calls ready when players may come.
func serve(ctx context.Context, s *server.Server, listener net.Listener, ready func()) error {
	front := newFront(s.Handler())
	served := make(chan error, 1)
	house, stopHouse := context.WithCancel(ctx)
	defer stopHouse()
	go func() {
		served <- front.Serve(listener)
		stopHouse() // a front door that fails ends the house, too
	}()
	ready() // who comes before the front door is open waits in the listener's queue
	err := s.Run(house)
	closing, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if closeErr := front.Shutdown(closing); closeErr != nil {
		err = errors.Join(err, closeErr, front.Close())
	}
	if serveErr := <-served; !errors.Is(serveErr, http.ErrServerClosed) {
		err = errors.Join(err, serveErr)
	}
	return err
}
