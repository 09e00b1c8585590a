// Command fleet runs a whole service on this machine: Redis, lobby nodes, match servers, and a load balancer in front of them. It is for trying out how several
// nodes play together; what hosts real players is started node by node (docs/hosting.md).
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/deltatick/deltatick/cmd/internal/env"
	"github.com/deltatick/deltatick/cmd/internal/fleet"
)

const intro = `
deltatick fleet: a service of several nodes on this machine, to try it out.

It starts redis-server, lobby nodes and match servers, each a process of its own, and a load balancer in
front of the lobby nodes. Ctrl-C ends all of them. Kill any of them, to see what becomes of the players.`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.LookupEnv, os.Stdout, os.Stderr)
	var usage *usageError
	switch {
	case errors.Is(err, env.ErrHelp):
	case errors.As(err, &usage):
		fmt.Fprintln(os.Stderr, "fleet:", err)
		os.Exit(env.Usage)
	case err != nil:
		fmt.Fprintln(os.Stderr, "fleet:", err)
		os.Exit(1)
	}
}

// usageError is a flag that cannot be used.
type usageError struct{ error }

func (e *usageError) Unwrap() error { return e.error }

// run starts everything and waits for the end of ctx. The nodes' logs go to errOut.
func run(ctx context.Context, args []string, lookup func(string) (string, bool), out, errOut io.Writer) error {
	var cfg fleet.Config
	var nodes string
	fs := flag.NewFlagSet("fleet", flag.ContinueOnError)
	fs.IntVar(&cfg.Lobbies, "lobby-nodes", 2, "lobby `nodes`, 1 to 16")
	fs.IntVar(&cfg.Matches, "match-servers", 2, "match `servers`, 0 to 16; with 0 the lobby nodes run the matches")
	fs.StringVar(&cfg.Addr, "addr", "127.0.0.1:8080", "`host:port` of the load balancer; port 0 takes a free one")
	fs.StringVar(&cfg.Redis, "redis-server", "redis-server", "`program` to start as Redis")
	fs.StringVar(&cfg.Bin, "bin", "", "`folder` with the programs server and matchserver; they are built if it is empty")
	fs.StringVar(&nodes, "node-flags", "", "further `flags` of every node, separated by spaces")
	if err := env.Parse(fs, "DELTATICK_FLEET_", intro, args, lookup, out); err != nil {
		if errors.Is(err, env.ErrHelp) {
			return err
		}
		return &usageError{err}
	}
	if cfg.Lobbies < 1 || cfg.Lobbies > 16 {
		return &usageError{fmt.Errorf("-lobby-nodes: %d: want 1 to 16", cfg.Lobbies)}
	}
	if cfg.Matches < 0 || cfg.Matches > 16 {
		return &usageError{fmt.Errorf("-match-servers: %d: want 0 to 16", cfg.Matches)}
	}
	if cfg.Matches == 0 {
		cfg.Matches = -1 // none, where 0 is the default
	}
	cfg.Args, cfg.Log = strings.Fields(nodes), errOut
	out = &lines{to: out}
	cfg.Died = func(d fleet.Death) { fmt.Fprintln(out, d) }
	fmt.Fprintln(out, "starting...")
	f, err := fleet.Start(cfg)
	if err != nil {
		return env.Listening(err)
	}
	defer f.Close()
	row := func(name, role string, pid int, url string) {
		fmt.Fprintf(out, "%-10s %-14s pid %-8d %s\n", name, role, pid, url)
	}
	fmt.Fprintln(out)
	row(f.Redis.Name, f.Redis.Role, f.Redis.PID(), f.RedisURL())
	for _, p := range f.Nodes() {
		row(p.Name, p.Role, p.PID(), "http://"+f.AddrOf(p))
	}
	row("fleet", "load balancer", os.Getpid(), "http://"+f.Addr())
	fmt.Fprintf(out, "\ndeltatick is ready: open http://%s in a browser\n", f.Addr())
	<-ctx.Done()
	return nil
}
