package serve

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"os"
	"runtime"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/redis"
	"github.com/deltatick/deltatick/cluster/ticket"
	"github.com/deltatick/deltatick/server"
	"github.com/deltatick/deltatick/server/node"
)

// nodeConfig is what the flags say about other nodes.
type nodeConfig struct {
	redis, secretFile string
	public, internal  string
	listen            string // where other nodes are answered; "" where clients are
	node              node.Config
}

func (c *nodeConfig) define(fs *flag.FlagSet, p Program) {
	n := &c.node
	fs.StringVar(&c.redis, "redis", "", "`URL` of the Redis that nodes of a service share, such as redis://host:6379 or rediss://user:secret@host:6379?addr=other:6379 (docs/cluster.md)")
	fs.StringVar(&c.secretFile, "cluster-secret-file", "", "`file` with the secret that all nodes share, 16 bytes or more; a line end after it is not part of it")
	fs.StringVar(&n.ID, "node", "", "`name` of this node, unlike all others (default: host name and port)")
	fs.StringVar(&c.public, "public-url", "", "`URL` at which clients reach this very node, such as wss://eu-1.example.com; without one, other nodes relay for it")
	fs.StringVar(&c.internal, "internal-url", "", "`URL` at which other nodes reach this one (default: ws://, host name and port)")
	fs.StringVar(&c.listen, "cluster-listen", "", "`host:port` to listen on for other nodes, who are not answered at -addr then; empty: they are")
	fs.StringVar(&n.Region, "region", "", "`region` of this node")
	fs.DurationVar(&n.LeaseTTL, "lease", time.Second, "`time` after which a node that is not heard counts as dead, 200ms to 1m")
	fs.DurationVar(&n.CheckpointEvery, "checkpoint", time.Second, "`time` between two checkpoints of a match")
	if p.NoLobbies {
		fs.IntVar(&n.Matches, "matches", -1, "`matches` at a time at most; -1: 50 for each CPU")
		return
	}
	fs.IntVar(&n.Matches, "matches", -1, "with -redis: `matches` at a time at most, its own lobbies' and others'; 0: they all run on other nodes; -1: 50 for each CPU")
	fs.BoolVar(&n.SameRegion, "same-region", false, "with -redis: have matches run in this node's region only")
	fs.BoolVar(&n.SameVersion, "same-version", false, "with -redis: have matches run on nodes of this program's version only")
}

// apply checks the flags and fills in what was not said. Errors name the flag.
func (c *nodeConfig) apply(addr string, p Program) error {
	n := &c.node
	if c.redis == "" {
		if p.NoLobbies {
			return errors.New("-redis: a match server needs one, to be found by lobbies")
		}
		for flag, value := range map[string]string{
			"cluster-secret-file": c.secretFile, "node": n.ID, "public-url": c.public, "internal-url": c.internal, "cluster-listen": c.listen, "region": n.Region,
		} {
			if value != "" {
				return fmt.Errorf("-%s: of no use without -redis", flag)
			}
		}
		return nil
	}
	if c.secretFile == "" {
		return errors.New("-cluster-secret-file: needed with -redis, the same on all nodes")
	}
	secret, err := os.ReadFile(c.secretFile)
	if err != nil {
		return fmt.Errorf("-cluster-secret-file: %w", err)
	}
	if n.Secret = bytes.TrimRight(secret, "\r\n"); len(n.Secret) < ticket.MinSecret {
		return fmt.Errorf("-cluster-secret-file: %d bytes, want %d at least", len(n.Secret), ticket.MinSecret)
	}
	switch {
	case n.LeaseTTL < 200*time.Millisecond || n.LeaseTTL > time.Minute:
		return fmt.Errorf("-lease: %v is outside 200ms..1m", n.LeaseTTL)
	case n.CheckpointEvery < 50*time.Millisecond || n.CheckpointEvery > time.Minute:
		return fmt.Errorf("-checkpoint: %v is outside 50ms..1m", n.CheckpointEvery)
	case n.Matches < -1 || n.Matches > 100_000 || n.Matches == 0 && p.NoLobbies:
		return fmt.Errorf("-matches: %d is outside 1..100000", n.Matches)
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("-addr: %w", err)
	}
	if port == "0" && c.listen == "" && (c.public == "" && c.internal == "" || n.ID == "") {
		return errors.New("-addr: with -redis and port 0, give -node and -internal-url")
	}
	name, err := os.Hostname()
	if err != nil {
		name = "localhost"
	}
	host = cmp.Or(named(host), name)
	n.ID = cmp.Or(n.ID, name[:min(len(name), maxHost)]+"-"+port)
	n.URL, n.Internal = c.public, c.internal
	if c.listen != "" {
		if host, port, err = net.SplitHostPort(c.listen); err != nil || port == "0" || port == "" {
			return fmt.Errorf("-cluster-listen: %q: want host:port, with a port that other nodes can be told", c.listen)
		}
		host, n.Apart = cmp.Or(named(host), name), true
	}
	if n.Internal == "" && port == "0" {
		n.Internal = n.URL
	}
	n.Internal = cmp.Or(n.Internal, "ws://"+net.JoinHostPort(host, port))
	n.Version, n.NoLobbies = p.Version, p.NoLobbies
	if n.Matches < 0 {
		n.Matches = node.MatchesPerCPU * runtime.GOMAXPROCS(0)
	}
	return nil
}

// named is the host of an address to listen on, "" if it is any of this machine.
func named(host string) string {
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		return ""
	}
	return host
}

const maxHost = 48 // bytes of a host's name in a node's

// open makes the server, alone or as one of several nodes. closeStore is for when it has ended.
func (c *nodeConfig) open(ctx context.Context, cfg server.Config) (s *server.Server, closeStore func(), err error) {
	if c.redis == "" {
		s, err = server.New(cfg)
		return s, func() {}, err
	}
	counters := new(cluster.Counters)
	engine, err := c.dial(ctx, cfg.Logger, counters)
	if err != nil {
		return nil, nil, fmt.Errorf("-redis: %w", err)
	}
	n := c.node
	n.Server, n.Engine, n.Store = cfg, engine, counters
	if s, err = node.New(n); err != nil {
		engine.Close()
		return nil, nil, err
	}
	return s, engine.Close, nil
}

// dialPatience is for how long a node that starts waits for Redis: whoever runs it starts it again then.
const dialPatience = time.Minute

// dial connects to Redis, and waits for it if it is not there.
func (c *nodeConfig) dial(ctx context.Context, log *slog.Logger, counters *cluster.Counters) (*redis.Engine, error) {
	ctx, cancel := context.WithTimeout(ctx, dialPatience)
	defer cancel()
	for {
		engine, err := redis.Dial(redis.Config{URL: c.redis, Timeout: min(400*time.Millisecond, c.node.LeaseTTL*2/5), Logger: log, Counters: counters})
		if !errors.Is(err, cluster.ErrUnavailable) {
			return engine, err
		}
		log.Warn("Redis cannot be reached yet", "err", err)
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(time.Second):
		}
	}
}
