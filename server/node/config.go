package node

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"

	"github.com/google/uuid"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/ticket"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/server"
)

// Config is what a node is made from. Zero values are the stated defaults.
type Config struct {
	Server server.Config // its Cluster is filled in; for a node without lobbies, Auth and Guests are not looked at
	Engine cluster.Engine
	Store  *cluster.Counters // that the engine was given, if it counts what only it knows; default: new ones
	Secret []byte            // that all nodes of the service have: signs seat tickets and resume tokens, and opens the mesh; 16 bytes or more

	ID       string // unique among the nodes; the same over restarts, or another each time; default: drawn at random
	URL      string // where clients reach this very node, "ws://host:port" or "wss://host"; "": they do not, other nodes relay for it
	Internal string // where other nodes reach it, likewise; default: URL; one of the two is required
	Apart    bool   // Internal leads to a listener of its own, with server.Server.InnerHandler: nodes are not answered at URL
	Region   string
	Version  string // of the program and its games

	// NetDial opens connections to other nodes. Default: TCP.
	NetDial func(ctx context.Context, network, addr string) (net.Conn, error)

	NoLobbies   bool // it runs matches only
	Matches     int  // that it runs at most; 0: none; below 0 the default: 100 for each CPU
	SameRegion  bool // matches of its lobbies go to nodes of its own region only
	SameVersion bool // likewise of its version

	LeaseTTL        time.Duration // after which a node that has not been heard counts as dead; default 1 s
	CheckpointEvery time.Duration // between two checkpoints of a match, which bounds what is made again after a node died; default 1 s
	FlushEvery      time.Duration // between two savings of what matches take in, which is the play that is lost when one dies; default 100 ms
}

// MatchesPerCPU is what a core runs of matches of eight at 60 Hz, with half of it to spare (docs/performance.md).
const MatchesPerCPU = 50

func (cfg Config) withDefaults(cpus int) (Config, error) {
	if cfg.ID == "" {
		cfg.ID = "node-" + uuid.NewString()[:8]
	}
	if cfg.Matches < 0 {
		cfg.Matches = MatchesPerCPU * cpus
	}
	if cfg.Store == nil {
		cfg.Store = new(cluster.Counters)
	}
	if cfg.Apart && cfg.Internal == "" {
		return cfg, errors.New("node: Apart without Internal")
	}
	cfg.Internal = cmp.Or(cfg.Internal, cfg.URL)
	switch {
	case cfg.Engine == nil:
		return cfg, errors.New("node: no engine")
	case len(cfg.Secret) < ticket.MinSecret:
		return cfg, fmt.Errorf("node: a secret of %d bytes: want %d at least", len(cfg.Secret), ticket.MinSecret)
	case cfg.NoLobbies && cfg.Matches == 0:
		return cfg, errors.New("node: neither lobbies nor matches")
	case len(cfg.Server.Kinds) == 0:
		return cfg, errors.New("node: no games")
	}
	for what, address := range map[string]string{"URL": cmp.Or(cfg.URL, cfg.Internal), "Internal": cfg.Internal} {
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "ws" && u.Scheme != "wss" || u.Host == "" || u.Path != "" || u.RawQuery != "" {
			return cfg, fmt.Errorf("node: %s %q: want ws://host:port or wss://host", what, address)
		}
	}
	return cfg, nil
}

// common is what the matches of a node have in common.
func (cfg *Config) common(counters *match.Counters) match.Config {
	return match.Config{
		TickRate: cfg.Server.TickRate, Grace: cmp.Or(cfg.Server.Grace, time.Minute) + seatMargin, MaxDivisor: cfg.Server.MaxDivisor,
		Logger: cfg.Server.Logger, Counters: counters,
	}
}

// seatMargin is how much longer a match keeps a seat than a lobby keeps its place: the lobby gives it up, and the match's own grace is there should
// that fail, or take the time of a node's death.
const seatMargin = 30 * time.Second
