// Package redis is the cluster engine on Redis 7 or later, or what speaks its protocol: one server, behind Sentinel, or a Redis Cluster.
//
// Whatever has to be decided at once is decided by a Lua script (folder lua) by the clock of the store, over keys of one slot. What others
// need to hear of is published in shards, in the same script. docs/cluster.md has the keys.
//
// A call that is not answered within [Config.Timeout] returns [cluster.ErrUnavailable]. It may still be done when the store goes on, which is why every
// script can be repeated, and is refused when somebody with a higher epoch was there in between.
package redis

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/redis/rueidis"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/internal/feed"
)

// Config is what an [Engine] is made from. Zero values are the stated defaults.
type Config struct {
	// URL is where the store is, as redis://user:password@host:port/0; rediss:// with TLS (to Sentinels, too), ?addr=host:port for further nodes of a Redis
	// Cluster, ?master_set=name for Sentinels at these addresses, ?protocol=2 for servers without RESP3.
	URL     string
	Prefix  string        // of all keys, for services that share a store; default "deltatick"
	Timeout time.Duration // of every call; below half of the leases' TTL; default 400 ms
	CatchUp time.Duration // between two looks whether a watch of lobbies has missed something; default 5 s
	Queue   int           // messages or presence changes that a feed holds for its reader; default 1024
	Logger  *slog.Logger  // default: discard
	// Counters are what the engine counts in; default: some of its own. [cluster.Metered] counts calls in the same ones.
	Counters *cluster.Counters
}

const (
	defaultPrefix  = "deltatick"
	defaultTimeout = 400 * time.Millisecond
	defaultCatchUp = 5 * time.Second
	defaultQueue   = 1024
)

// Engine is an engine on Redis, of one node. Make it with [Dial].
type Engine struct {
	// Static after construction.
	client  rueidis.Client
	prefix  string
	sender  string
	timeout time.Duration
	catchUp time.Duration
	queue   int
	log     *slog.Logger
	count   *cluster.Counters
	// How long codes and what belongs to one id are kept without a write, and how long what nobody renews. Shorter in tests.
	keepFor, retention time.Duration

	under   chan struct{}   // holds one for every call that is under way
	life    context.Context // ends with Close
	end     context.CancelFunc
	running goroutines // of calls, stations and watches
	feeds   feed.Set

	mu       sync.Mutex // guards what follows
	stations map[string]*station
}

var _ cluster.Engine = (*Engine)(nil)

// Dial connects to the store. It returns [cluster.ErrUnavailable] if that cannot be reached now, and another error if the URL cannot be right. Later the
// engine connects by itself whenever it has to.
func Dial(cfg Config) (*Engine, error) {
	e := &Engine{
		prefix: cmp.Or(cfg.Prefix, defaultPrefix), sender: uuid.NewString(), timeout: cmp.Or(cfg.Timeout, defaultTimeout),
		catchUp: cmp.Or(cfg.CatchUp, defaultCatchUp), queue: cmp.Or(cfg.Queue, defaultQueue), log: cfg.Logger, count: cfg.Counters,
		keepFor: keepFor, retention: cluster.Retention,
		under: make(chan struct{}, maxUnderWay), stations: map[string]*station{},
	}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	if e.count == nil {
		e.count = &cluster.Counters{}
	}
	if e.timeout < 0 || e.catchUp < 0 || e.queue < 0 || cluster.CheckName("prefix", e.prefix) != nil {
		return nil, fmt.Errorf("%w: timeout %v, catch-up every %v, %d in a queue, prefix %q", cluster.ErrInvalid, e.timeout, e.catchUp, e.queue, e.prefix)
	}
	option, err := rueidis.ParseURL(cfg.URL)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", cluster.ErrInvalid, err)
	}
	e.tune(&option)
	if e.client, err = rueidis.NewClient(option); err != nil {
		return nil, unavailable(err)
	}
	e.life, e.end = context.WithCancel(context.Background())
	return e, nil
}

// tune says how the client is to behave.
func (e *Engine) tune(option *rueidis.ClientOption) {
	option.DisableCache = true                          // nothing is cached: scripts answer
	option.DisableRetry = true                          // the caller is told, and knows whether it still wants it
	option.AlwaysPipelining = true                      // a call that is given up does not close the connection under the others
	option.ClientSetInfo = rueidis.DisableClientSetInfo // a user need not be allowed to
	option.PipelineMultiplex = -1                       // one connection: what one caller does comes in the order in which it was done
	option.Dialer.Timeout = e.timeout
	option.Dialer.KeepAlive = time.Second // pings when idle, so that a dead connection is noticed
	option.ConnWriteTimeout = max(time.Second, 2*e.timeout)
	option.ClusterOption.ShardsRefreshInterval = 30 * time.Second
	if option.TLSConfig != nil {
		option.TLSConfig.ServerName = "" // each server's certificate is for the host by which that one is dialled, not for the first in the URL
		option.Sentinel.TLSConfig = option.TLSConfig
	}
	if option.Sentinel.MasterSet != "" {
		option.Sentinel.TopologyRefreshInterval = 5 * time.Second
		option.Sentinel.Dialer = option.Dialer
	}
}

// Close implements [cluster.Engine].
func (e *Engine) Close() {
	e.running.refuse()
	e.feeds.Close()
	e.end()
	e.client.Close()
	e.running.wait()
}

// unavailable is how a caller is told that the store did not answer; the end of the caller's own ctx is returned as it is. Calls share a connection that is being made:
// one that fails because another caller has gone is no such end, though its error wraps it.
func unavailable(err error) error {
	if err == context.Canceled {
		return err
	}
	return fmt.Errorf("%w: %w", cluster.ErrUnavailable, err)
}
