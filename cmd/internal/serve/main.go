// Package serve is what the programs server and matchserver have in common, which is nearly all of them.
package serve

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
)

// Program is one of the programs that serve.
type Program struct {
	Name      string // as its errors begin
	Intro     string // of its help
	Version   string // of the build
	NoLobbies bool   // it runs matches for others, and needs Redis
}

// Main runs the program with the process's flags, environment and signals, and ends the process when it fails.
func (p Program) Main() {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go p.obeySignals(stop)
	err := p.run(ctx, os.Args[1:], os.LookupEnv, os.Stdout, os.Stderr)
	var usage *usageError
	switch {
	case errors.Is(err, env.ErrHelp):
	case errors.As(err, &usage):
		fmt.Fprintf(os.Stderr, "%s: %v\n", p.Name, err)
		os.Exit(env.Usage)
	case err != nil:
		fmt.Fprintf(os.Stderr, "%s: %v\n", p.Name, err)
		os.Exit(1)
	}
}

// obeySignals drains the server at the first signal and ends the process at the second.
func (p Program) obeySignals(drain func()) {
	// Room for both, so that a second one that comes while the first is being obeyed is not lost.
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	<-signals
	drain()
	<-signals
	fmt.Fprintln(os.Stderr, p.Name+": second signal, ending at once")
	os.Exit(1)
}

// usageError is a flag or variable that cannot be used.
type usageError struct{ error }

func (e *usageError) Unwrap() error { return e.error }

// run serves until ctx ends and everything is drained.
func (p Program) run(ctx context.Context, args []string, lookup func(string) (string, bool), out, errOut io.Writer) error {
	cfg, err := p.parse(args, lookup, out, errOut)
	if errors.Is(err, env.ErrHelp) {
		return err
	}
	if err != nil {
		return &usageError{err}
	}
	switch {
	case cfg.version:
		_, err := fmt.Fprintf(out, "deltatick %s %s %s\n", p.Name, p.Version, runtime.Version())
		return err
	case cfg.healthcheck:
		return checkHealth(ctx, cfg.addr)
	}
	s, closeStore, err := cfg.node.open(ctx, cfg.server)
	if err != nil {
		return err
	}
	defer closeStore()
	profiled, stop, err := profiles(cfg.pprof)
	if err != nil {
		return err
	}
	defer stop()
	if profiled != nil {
		cfg.log.Info("profiles", "url", "http://"+profiled.String()+"/debug/pprof/")
	}
	stopInner, err := listenInner(cfg.node.listen, s)
	if err != nil {
		return env.Listening(err)
	}
	defer stopInner()
	return env.Listening(serveHosted(ctx, cfg.host, s, p.NoLobbies, func(ctx context.Context, ready func()) error {
		return s.ListenAndServe(ctx, cfg.addr, func(url string) {
			if p.NoLobbies {
				fmt.Fprintf(out, "deltatick runs matches at %s\n", url)
			} else {
				cfg.auth.report(ctx, cfg.server, cfg.log)
				fmt.Fprintf(out, "deltatick is ready: open %s in a browser\n", url)
			}
			cfg.log.Info("ready", "version", p.Version, "url", url)
			ready() // who comes before the front door is open waits in the listener's queue
		})
	}))
}
