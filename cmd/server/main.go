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
	"syscall"
	"time"

	"github.com/deltatick/deltatick/cmd/internal/env"
	"github.com/deltatick/deltatick/server"
)

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
	fmt.Fprintf(out, "deltatick is ready: open %s in a browser\n", pageURL(listener.Addr()))
	return serve(ctx, s, listener)
}

// serve runs the house and its front door, and closes the door when the house is done: while it drains, health and metrics
// still answer, and players who drop can still come back.
func serve(ctx context.Context, s *server.Server, listener net.Listener) error {
	front := newFront(s.Handler())
	served := make(chan error, 1)
	house, stopHouse := context.WithCancel(ctx)
	defer stopHouse()
	go func() {
		served <- front.Serve(listener)
		stopHouse() // a front door that fails ends the house, too
	}()
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

// pageURL is where a person on this machine opens the page.
func pageURL(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return "http://" + addr.String()
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}
