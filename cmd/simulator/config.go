package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/deltatick/deltatick/cmd/internal/env"
	"github.com/deltatick/deltatick/simulator"
	"github.com/deltatick/deltatick/simulator/link"
	"github.com/deltatick/deltatick/simulator/scenario"
)

const intro = `
deltatick simulator: headless bots that play a running server and report how well they were served.

  go run ./cmd/simulator -bots 100 -game arena -for 30s
  go run ./cmd/simulator -bots 32 -chaos
  go run ./cmd/simulator -bots 8 -network 4g
  go run ./cmd/simulator -proxy 127.0.0.1:8081 -to 127.0.0.1:8080 -network 150,30,1
  go run ./cmd/simulator -find-max -game swarm -settings entities=8
  go run ./cmd/simulator -scenario simulator/scenario/examples/short.yaml -html report.html
  go run ./cmd/simulator compare -html difference.html before.json after.json
  go run ./cmd/simulator merge -html report.html one.json two.json

It ends with a table, and with exit code 1 when the server failed a bot or something else did not hold that had to. Ctrl-C ends it early, with the table.`

// config is what the flags say.
type config struct {
	run   simulator.Config
	group simulator.Group // the only one of run, unless that is a scenario's
	files files
	proxy proxy // in place of a run, if it listens
	find  find  // in place of a run, if it is asked for

	processes int // that share the run
}

// proxy is where a bad network is put in front of a server.
type proxy struct{ listen, to string }

// parse reads flags and their twins in the environment. Errors are one line that names the flag.
func parse(args []string, lookup func(string) (string, bool), out, errOut io.Writer) (config, error) {
	var cfg config
	c, g := &cfg.run, &cfg.group
	var quiet, verbose, alone bool
	var file string
	fs := flag.NewFlagSet("simulator", flag.ContinueOnError)
	fs.StringVar(&c.URL, "url", "ws://127.0.0.1:8080/ws", "WebSocket `url` of the server")
	fs.BoolVar(&c.NoDirect, "relayed", false, "on a service of several nodes: have all frames of matches come through the server at -url, and none straight from their nodes")
	fs.BoolVar(&c.AllowRemote, "allow-remote", false, "permit a server that is not on this machine; only your own, and only if it may be loaded")
	fs.IntVar(&g.Bots, "bots", 8, "`bots` to play, 1 to 100000")
	fs.StringVar(&g.Game, "game", "arena", "`game` to play")
	fs.IntVar(&g.RoomSize, "room-size", 8, "`bots` in a lobby at most; the lobbies are filled evenly")
	fs.Var((*settings)(&g.Settings), "settings", "lobby settings as `name=value,...`, such as bots=4 or entities=200")
	fs.StringVar(&g.Behaviour, "behaviour", "", "what the bots do: `"+strings.Join(simulator.Behaviours(), ", ")+"`; empty for what suits the game")
	fs.BoolVar(&g.Predict, "predict", false, "have the bots of arena run each tick for their own ship at once, as a page does, and report how far off that was")
	fs.DurationVar(&c.For, "for", 30*time.Second, "`time` to measure, from when all bots are in")
	fs.DurationVar(&c.Ramp, "ramp", 0, "`time` over which the bots start; 0 for 10ms each")
	fs.BoolVar(&g.Chaos, "chaos", false, "cut sockets at random while measuring, and expect every bot back in its seat")
	fs.Var((*network)(&g.Network), "network", "the `network` that every bot's connections run over: "+strings.Join(link.Presets(), ", ")+
		", or RTT,JITTER,LOSS in ms, ms and percent each way, or fields; see docs/networks.md")
	fs.StringVar(&cfg.proxy.listen, "proxy", "", "`host:port` to listen on: put the network in front of the server at -to, for any client, until interrupted, instead of playing")
	fs.StringVar(&cfg.proxy.to, "to", "", "`host:port` of the server behind -proxy")
	fs.BoolVar(&cfg.find.asked, "find-max", false, "raise the number of bots, from -bots on, until what -keep says is lost, and report the most that kept it; -for is of each step, 5s if not given")
	fs.StringVar(&cfg.find.keep, "keep", defaultKeep, "`criteria`, separated by commas, that -find-max keeps; see docs/scenarios.md")
	fs.IntVar(&cfg.find.most, "most", 4096, "`bots` at most that -find-max tries")
	fs.BoolVar(&cfg.find.floor, "floor", true, "search the same on a floor, a bare server for the same traffic, on this machine, after -find-max")
	fs.DurationVar(&c.Settle, "settle", 0, "`time` between everybody being in and the measured time; 2s with -find-max if not given")
	fs.Uint64Var(&c.Seed, "seed", 1, "`number` that all randomness comes from")
	fs.DurationVar(&c.JoinWithin, "join-within", 10*time.Second, "`time` in which a bot must have its first snapshot")
	fs.DurationVar(&c.ReturnWithin, "return-within", 5*time.Second, "`time` in which every bot must sit again at the end")
	fs.Float64Var(&g.MinRate, "min-rate", 50, "`snapshots` a second, while seated, below which a bot was failed; 0 for none")
	fs.IntVar(&cfg.processes, "processes", 1, "`number` of processes of this machine that share the run; there is one report, of all of them")
	fs.Var((*part)(c), "part", "`i/n`: play only part i, from 1, of a run that n processes share, on several machines perhaps. Each is told the same otherwise; put their -json together with: simulator merge")
	fs.Var((*moment)(&c.At), "at", "`time` at which the first bot starts, as 2026-01-31T18:00:00Z, for parts that begin together; empty for at once")
	fs.StringVar(&file, "scenario", "", "`file` that says who plays and what their figures must show; see docs/scenarios.md. Flags about who plays cannot be given then")
	cfg.files.flags(fs)
	fs.StringVar(&c.Metrics, "metrics", "", "`url` of the server's metrics in Prometheus' format, to look at it from outside; empty for /metrics of the host of -url; none for not to look at any")
	fs.IntVar(&c.PID, "pid", 0, "`number` of the server's process on this machine, to take its CPU and memory from /proc instead of the metrics")
	fs.BoolVar(&alone, "alone", false, "nobody else uses the server: hold it to its sessions, memory and goroutines being back after the run, which waits its grace period for that")
	fs.BoolVar(&quiet, "quiet", false, "no line each second")
	fs.BoolVar(&verbose, "verbose", false, "log what each bot's connection lives through")
	if err := env.Parse(fs, "DELTATICK_SIM_", intro, args, lookup, out); err != nil {
		return cfg, err
	}
	c.Predictions = predictions
	if !quiet {
		c.Progress, c.Terminal = out, isTerminal(out, lookup) && !verbose
	}
	if alone {
		var err error
		if c.Metrics == simulator.NoMetrics {
			return cfg, errors.New("-alone: that is judged by the server's metrics, and -metrics says none")
		}
		if c.Meter, err = simulator.MeterOf(cmp.Or(c.Metrics, c.URL)); err != nil {
			return cfg, fmt.Errorf("-alone: %w", err)
		}
	}
	if verbose {
		c.Logger = slog.New(slog.NewTextHandler(errOut, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	if err := cfg.check(); err != nil {
		return cfg, err
	}
	if cfg.proxy != (proxy{}) {
		return cfg, cfg.proxy.check(fs)
	}
	if file != "" {
		return cfg, cfg.take(file, fs)
	}
	if g.MinRate == 0 {
		g.MinRate = -1
	}
	if err := cfg.prepareFind(fs); err != nil {
		return cfg, err
	}
	c.Groups = []simulator.Group{*g}
	return cfg, nil
}

// check says what is wrong with a proxy's flags.
func (p proxy) check(fs *flag.FlagSet) (err error) {
	fs.Visit(func(f *flag.Flag) {
		if !slices.Contains([]string{"proxy", "to", "network", "seed", "quiet"}, f.Name) && err == nil {
			err = fmt.Errorf("-%s: a proxy has no use for it", f.Name)
		}
	})
	for _, a := range []struct{ flag, addr string }{{"proxy", p.listen}, {"to", p.to}} {
		if _, _, wrong := net.SplitHostPort(a.addr); wrong != nil && err == nil {
			err = fmt.Errorf("-%s: want host:port, not %q", a.flag, a.addr)
		}
	}
	return err
}

// network is a flag that is a bad network.
type network link.Profile

// String is the flag's text.
func (n *network) String() string {
	if *n == (network{}) {
		return ""
	}
	return link.Profile(*n).String()
}

// Set parses the flag's text.
func (n *network) Set(text string) error {
	p, err := link.Parse(text)
	*n = network(p)
	return err
}

// beside are the flags that go with a scenario. What the others say is the scenario's to say.
var beside = []string{
	"scenario", "url", "relayed", "allow-remote", "for", "seed", "processes", "part", "at", "json", "junit", "html", "metrics", "pid", "alone", "quiet", "verbose",
}

// take makes the run that of a scenario.
func (cfg *config) take(file string, fs *flag.FlagSet) (err error) {
	set := map[string]bool{}
	fs.Visit(func(f *flag.Flag) {
		set[f.Name] = true
		if !slices.Contains(beside, f.Name) && err == nil {
			err = fmt.Errorf("-%s: the scenario says that; leave it out, or write it there", f.Name)
		}
	})
	if err != nil {
		return err
	}
	c, err := scenario.Load(file)
	if err != nil {
		return fmt.Errorf("-scenario: %w", err)
	}
	flags := cfg.run
	c.URL, c.NoDirect, c.AllowRemote, c.Progress, c.Terminal, c.Logger = flags.URL, flags.NoDirect, flags.AllowRemote, flags.Progress, flags.Terminal, flags.Logger
	c.Metrics, c.PID, c.Meter, c.Predictions = flags.Metrics, flags.PID, flags.Meter, flags.Predictions
	c.Part, c.Parts, c.At = flags.Part, flags.Parts, flags.At
	if set["for"] {
		c.For = flags.For
	}
	if set["seed"] {
		c.Seed = flags.Seed
	}
	cfg.run = c
	return nil
}

func (cfg *config) check() error {
	c, g := &cfg.run, &cfg.group
	for _, n := range []struct {
		flag            string
		value, min, max int
	}{
		{"bots", g.Bots, 1, 100_000}, {"room-size", g.RoomSize, 1, 1000}, {"most", cfg.find.most, 1, 100_000}, {"processes", cfg.processes, 1, maxProcesses},
	} {
		if n.value < n.min || n.value > n.max {
			return fmt.Errorf("-%s: %d is outside %d..%d", n.flag, n.value, n.min, n.max)
		}
	}
	for _, d := range []struct {
		flag       string
		value, min time.Duration
	}{
		{"for", c.For, time.Second}, {"ramp", c.Ramp, 0}, {"settle", c.Settle, 0},
		{"join-within", c.JoinWithin, time.Millisecond}, {"return-within", c.ReturnWithin, time.Millisecond},
	} {
		if d.value < d.min || d.value > 24*time.Hour {
			return fmt.Errorf("-%s: %v is outside %v..24h", d.flag, d.value, d.min)
		}
	}
	switch {
	case c.PID < 0:
		return fmt.Errorf("-pid: %d is no process", c.PID)
	case c.Metrics != "" && c.Metrics != simulator.NoMetrics && !strings.HasPrefix(c.Metrics, "http://") && !strings.HasPrefix(c.Metrics, "https://"):
		return fmt.Errorf("-metrics: %q does not begin with http:// or https://", c.Metrics)
	case cfg.processes > 1 && c.Parts > 0:
		return errors.New("-processes: a part is one process's")
	case !strings.HasPrefix(c.URL, "ws://") && !strings.HasPrefix(c.URL, "wss://"):
		return fmt.Errorf("-url: %q does not begin with ws:// or wss://: want one such as ws://127.0.0.1:8080/ws", c.URL)
	case !(g.MinRate >= 0 && g.MinRate <= 1000):
		return fmt.Errorf("-min-rate: %v is outside 0..1000", g.MinRate)
	case g.Behaviour != "" && !slices.Contains(simulator.Behaviours(), g.Behaviour):
		return fmt.Errorf("-behaviour: %q is not one of %s", g.Behaviour, strings.Join(simulator.Behaviours(), ", "))
	}
	return nil
}

// settings is a flag of the form name=value,name=value.
type settings map[string]int

// String is the flag's text.
func (s *settings) String() string {
	var parts []string
	for name, value := range *s {
		parts = append(parts, fmt.Sprintf("%s=%d", name, value))
	}
	slices.Sort(parts)
	return strings.Join(parts, ",")
}

// Set parses the flag's text.
func (s *settings) Set(text string) error {
	*s = settings{}
	if text == "" {
		return nil
	}
	for part := range strings.SplitSeq(text, ",") {
		name, value, ok := strings.Cut(part, "=")
		n, err := strconv.Atoi(strings.TrimSpace(value))
		if !ok || err != nil {
			return fmt.Errorf("want name=number, not %q", part)
		}
		(*s)[strings.TrimSpace(name)] = n
	}
	return nil
}
