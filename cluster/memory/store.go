// Package memory is the cluster engine of a service of one process: plain Go, nothing to install, nothing that outlives the process.
//
// A [Store] stands for what nodes share, and each node of the process has an [Engine] on it; a service usually has one node, and [New] makes
// both. Everything is guarded by the store's mutex, which is held for a few map operations and never across a call to anyone. There are no goroutines and no
// timers: what has ended is found out when somebody asks.
package memory

import (
	"fmt"
	"sync"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/internal/feed"
)

// Config is what a [Store] is made from. Zero values are the stated defaults.
type Config struct {
	// Now is the store's clock; default time.Now. Callers' clocks are theirs.
	Now func() time.Time
	// Queue is how many messages or presence changes a feed holds for its reader; default 1024.
	Queue int
}

const defaultQueue = 1024

// Store is what the engines of a process share.
type Store struct {
	// Static after construction.
	now   func() time.Time
	queue int

	// Guarded by mu.
	mu       sync.Mutex
	senders  int
	leases   map[cluster.Kind]map[string]*lease
	floors   map[cluster.Kind]uint32 // the highest epoch of what was forgotten
	nodes    map[string]cluster.Node
	lobbies  map[string]*lobby
	codes    map[string]string // join code to lobby
	matches  map[string]cluster.Match
	saved    map[string]*cluster.Saved
	owners   map[string]time.Time                   // of presences, and when they end
	users    map[string]map[string]cluster.Sessions // by user and owner
	watching map[*feed.Lobbies]struct{}
	presence map[*feed.Queue[cluster.PresenceChange]]struct{}
	topics   map[string]map[*feed.Queue[cluster.Message]]struct{}
}

// NewStore makes an empty store.
func NewStore(cfg Config) *Store {
	s := &Store{now: cfg.Now, queue: cfg.Queue}
	if s.now == nil {
		s.now = time.Now
	}
	if s.queue <= 0 {
		s.queue = defaultQueue
	}
	s.leases = map[cluster.Kind]map[string]*lease{}
	s.floors = map[cluster.Kind]uint32{}
	s.nodes = map[string]cluster.Node{}
	s.lobbies = map[string]*lobby{}
	s.codes = map[string]string{}
	s.matches = map[string]cluster.Match{}
	s.saved = map[string]*cluster.Saved{}
	s.owners = map[string]time.Time{}
	s.users = map[string]map[string]cluster.Sessions{}
	s.watching = map[*feed.Lobbies]struct{}{}
	s.presence = map[*feed.Queue[cluster.PresenceChange]]struct{}{}
	s.topics = map[string]map[*feed.Queue[cluster.Message]]struct{}{}
	return s
}

// Engine is one node's engine on a [Store].
type Engine struct {
	store  *Store
	sender string

	feeds feed.Set
}

var _ cluster.Engine = (*Engine)(nil)

// New makes an engine on a store of its own.
func New(cfg Config) *Engine { return NewStore(cfg).Open() }

// Open makes an engine for one node.
func (s *Store) Open() *Engine {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.senders++
	return &Engine{store: s, sender: fmt.Sprint("memory/", s.senders)}
}

// Close implements [cluster.Engine].
func (e *Engine) Close() { e.feeds.Close() }
