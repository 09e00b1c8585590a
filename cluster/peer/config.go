package peer

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net"
	"time"
)

// Config is what a [Mesh] is made from. Zero values are the stated defaults.
type Config struct {
	Node   string // own id, 1 to 128 bytes
	Secret []byte // that all nodes of the service have, 16 bytes or more
	// Address says where a node is reached, as "ws://host:port" or "wss://host:port": its mesh is at /cluster there.
	Address func(ctx context.Context, node string) (string, error)
	// NetDial opens connections to other nodes. Default: TCP.
	NetDial func(ctx context.Context, network, addr string) (net.Conn, error)

	DialTimeout time.Duration // for a connection and the proof of the secret; default 1 s
	PingEvery   time.Duration // on a connection that this node dialled; it is lost after four times that without an answer; default 500 ms
	MaxQueue    int           // bytes at most that wait for a peer or are just being written, on each connection; default 8 MiB
	MaxCalls    int           // of one peer that are under way here at most; default 256

	Logger   *slog.Logger // default: discard
	Counters *Counters    // default: its own
}

// MaxPayload is how large what is said in one call, answer or cast may be, in bytes.
const MaxPayload = 2 << 20

const (
	maxNode   = 128 // bytes of a node's id
	maxMethod = 64  // likewise
	minSecret = 16
)

func (cfg Config) withDefaults() (Config, error) {
	cfg.DialTimeout = cmp.Or(cfg.DialTimeout, time.Second)
	cfg.PingEvery = cmp.Or(cfg.PingEvery, 500*time.Millisecond)
	cfg.MaxQueue = cmp.Or(cfg.MaxQueue, 8<<20)
	cfg.MaxCalls = cmp.Or(cfg.MaxCalls, 256)
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Counters == nil {
		cfg.Counters = new(Counters)
	}
	switch {
	case cfg.Node == "" || len(cfg.Node) > maxNode:
		return cfg, fmt.Errorf("peer: node id of %d bytes: want 1 to %d", len(cfg.Node), maxNode)
	case len(cfg.Secret) < minSecret:
		return cfg, fmt.Errorf("peer: a secret of %d bytes: want %d at least", len(cfg.Secret), minSecret)
	case cfg.Address == nil:
		return cfg, fmt.Errorf("peer: no way to find other nodes: set Address")
	case cfg.DialTimeout < 0 || cfg.PingEvery < 0:
		return cfg, fmt.Errorf("peer: DialTimeout %v, PingEvery %v: want 0 or more", cfg.DialTimeout, cfg.PingEvery)
	case cfg.MaxQueue < MaxPayload+frameOverhead || cfg.MaxCalls < 1:
		return cfg, fmt.Errorf("peer: MaxQueue %d, MaxCalls %d: want %d and 1 at least", cfg.MaxQueue, cfg.MaxCalls, MaxPayload+frameOverhead)
	}
	return cfg, nil
}
