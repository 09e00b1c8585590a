package serve

import (
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/deltatick/deltatick/cmd/internal/env"
	"github.com/deltatick/deltatick/conformance/testchannel"
	"github.com/deltatick/deltatick/games/arena"
	"github.com/deltatick/deltatick/games/swarm"
	"github.com/deltatick/deltatick/hosting"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/server"
	"github.com/deltatick/deltatick/session/channel"
)

// config is what the flags say.
type config struct {
	addr   string
	pprof  string // where profiles are served; "" nowhere
	auth   authConfig
	log    *slog.Logger
	server server.Config
	host   hosting.Host
	node   nodeConfig

	healthcheck bool // ask the server that runs, and do nothing else
	version     bool // say which version this is, and do nothing else
}

// parse reads flags and their twins in the environment. Help goes to out, the log to errOut. Errors are one line that names the flag.
func (p Program) parse(args []string, lookup func(string) (string, bool), out, errOut io.Writer) (config, error) {
	var cfg config
	var origins, trusted, level, format, host string
	c := &cfg.server
	fs := flag.NewFlagSet(p.Name, flag.ContinueOnError)
	fs.StringVar(&cfg.addr, "addr", ":8080", "`host:port` to listen on; port 0 takes a free one")
	fs.IntVar(&c.TickRate, "tick-rate", 60, "`ticks` a second of every match, 1 to 240")
	fs.IntVar(&c.MaxSessions, "max-sessions", 10_000, "`sessions` at most, connected or away")
	fs.DurationVar(&c.Grace, "grace", 60*time.Second, "`time` for which a dropped player's seat is kept")
	fs.IntVar(&c.MaxDivisor, "max-divisor", 6, "`ticks` in which a player on a poor link gets one snapshot at least: 1 (one in each tick, whatever the link), 2, 3 or 6")
	fs.DurationVar(&c.DrainWait, "drain", 10*time.Second, "`time` to let sessions end by themselves after SIGTERM")
	fs.StringVar(&c.RecordDir, "record", "", "`directory` in which to record every match, in a file each (docs/replays.md); none if empty")
	fs.Int64Var(&c.RecordMaxBytes, "record-max-bytes", 1<<30, "`bytes` of a recording at most: it ends there, and the match goes on")
	fs.StringVar(&origins, "origins", "", "`hosts` whose pages may connect, separated by commas, in place of this server's own (name it, too, if it serves the page); * for any")
	if p.NoLobbies {
		c.MaxPlayers, c.MaxLobbies = match.MaxSeats, 1
	} else {
		fs.IntVar(&c.MaxPlayers, "max-players", match.MaxSeats, "`players` in a lobby at most, 1 to 64; a game may take fewer")
		fs.IntVar(&c.MaxLobbies, "max-lobbies", 1_000, "`lobbies` at most")
		cfg.auth.define(fs)
	}
	cfg.node.define(fs, p)
	fs.StringVar(&trusted, "trusted-proxies", "", "`networks` of reverse proxies, such as 10.0.0.0/8,192.0.2.7, whose X-Forwarded-For says where players come from")
	fs.IntVar(&c.MaxPerAddress, "max-per-address", 64, "`connections` of one address at most; an IPv6 /64 is one address, and private ones are not limited")
	fs.Float64Var(&c.HandshakeRate, "handshakes-per-address", 10, "`handshakes` a second of one address, and at once twice -max-per-address")
	fs.StringVar(&level, "log-level", "info", "`level`: debug, info, warn or error")
	fs.StringVar(&format, "log-format", "text", "`format`: text or json")
	fs.StringVar(&cfg.pprof, "pprof", "", "loopback `host:port` for /debug/pprof, apart from players; empty for none")
	fs.StringVar(&host, "hosting", "none", "`host` that is told how the server is (docs/hosting.md): none, agones, or exec:COMMAND")
	fs.BoolVar(&cfg.healthcheck, "healthcheck", false, "ask the server at -addr on this machine whether it is well, and end with 0 or 1")
	fs.BoolVar(&cfg.version, "version", false, "say which version this is")
	fs.BoolVar(&c.Dev, "dev", false, "for development: serve /debug/pprof, keep nothing in browser caches, offer the channel of the conformance suite")
	if err := env.Parse(fs, "DELTATICK_", p.Intro, args, lookup, out); err != nil {
		return cfg, err
	}
	if err := cfg.check(); err != nil {
		return cfg, err
	}
	for host := range strings.SplitSeq(origins, ",") {
		if host = strings.TrimSpace(host); host != "" {
			c.Origins = append(c.Origins, host)
		}
	}
	var err error
	if c.TrustedProxies, err = parseNetworks(trusted); err != nil {
		return cfg, fmt.Errorf("-trusted-proxies: %w", err)
	}
	if cfg.log, err = newLogger(level, format, errOut); err != nil {
		return cfg, err
	}
	if cfg.healthcheck || cfg.version {
		return cfg, nil
	}
	if cfg.host, err = hosting.Open(host, lookup, cfg.log); err != nil {
		return cfg, fmt.Errorf("-hosting: %w", err)
	}
	if p.NoLobbies {
		c.Guests = true // whom nobody asks: only seat tickets open the door of a match server
	} else if err := cfg.auth.apply(fs, c, cfg.log); err != nil {
		return cfg, err
	}
	if err := cfg.node.apply(cfg.addr, p); err != nil {
		return cfg, err
	}
	c.Logger = cfg.log
	c.Kinds = []match.Kind{arena.Kind(), swarm.Kind()}
	if c.Dev {
		c.Channels = []*channel.Channel{testchannel.New()}
	}
	return cfg, nil
}

func (cfg *config) check() error {
	c := &cfg.server
	_, port, err := net.SplitHostPort(cfg.addr)
	if err == nil {
		_, err = net.LookupPort("tcp", port)
	}
	if err != nil {
		return fmt.Errorf("-addr: %w", err)
	}
	if cfg.pprof != "" {
		if err := checkLoopback(cfg.pprof); err != nil {
			return fmt.Errorf("-pprof: %w", err)
		}
	}
	for _, n := range []struct {
		flag            string
		value, min, max int
	}{
		{"tick-rate", c.TickRate, 1, 240},
		{"max-players", c.MaxPlayers, 1, match.MaxSeats},
		{"max-sessions", c.MaxSessions, 1, 1_000_000},
		{"max-lobbies", c.MaxLobbies, 1, 1_000_000},
		{"max-per-address", c.MaxPerAddress, 1, 1_000_000},
	} {
		if n.value < n.min || n.value > n.max {
			return fmt.Errorf("-%s: %d is outside %d..%d", n.flag, n.value, n.min, n.max)
		}
	}
	if !(c.HandshakeRate >= 0.01 && c.HandshakeRate <= 1_000_000) { // so that NaN is refused, too
		return fmt.Errorf("-handshakes-per-address: %v is outside 0.01..1000000", c.HandshakeRate)
	}
	if !slices.Contains(match.Divisors(), c.MaxDivisor) {
		return fmt.Errorf("-max-divisor: %d is not one of %v", c.MaxDivisor, match.Divisors())
	}
	if c.RecordMaxBytes < 1<<20 || c.RecordMaxBytes > 1<<40 {
		return fmt.Errorf("-record-max-bytes: %d is outside 1048576..1099511627776", c.RecordMaxBytes)
	}
	for _, d := range []struct {
		flag  string
		value time.Duration
	}{{"grace", c.Grace}, {"drain", c.DrainWait}} {
		if d.value < time.Millisecond || d.value > 24*time.Hour {
			return fmt.Errorf("-%s: %v is outside 1ms..24h", d.flag, d.value)
		}
	}
	return nil
}

func newLogger(level, format string, out io.Writer) (*slog.Logger, error) {
	var options slog.HandlerOptions
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("-log-level: %q is not debug, info, warn or error", level)
	}
	options.Level = l
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(out, &options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(out, &options)), nil
	}
	return nil, fmt.Errorf("-log-format: %q is not text or json", format)
}
