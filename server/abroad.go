package server

import (
	"context"
	"errors"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session/presence"
)

//lint:file-ignore U1000 msgpack finds the _msgpack field by reflection.

// What nodes tell each other of channels and presence.
const (
	castBroadcast = "channel/broadcast"
	castPresence  = "presence/told"
)

// abroad tells the other nodes what is said on channels, and who is present here, and takes what they tell. One goroutine, in run, tells of presence, so that
// nobody who changes it waits, and a node that is new hears of everyone.
type abroad struct {
	mesh   Mesh
	nodes  func() []cluster.Node
	server *Server

	counters abroadCounters
	wake     chan struct{} // has a token when something waits

	// Guarded by mu.
	mu      sync.Mutex
	waiting []presence.Told
	strange map[string]bool            // nodes that are to hear everything: a connection to them was lost
	hearing map[string]map[string]bool // users by node, while it tells everything

	// Of the goroutine in run.
	told map[string]time.Time // nodes that have heard everything, and when they were there last
}

// abroadCounters count what nodes tell each other of channels and presence.
type abroadCounters struct {
	said     atomic.Uint64 // broadcasts, once for each node that they were sent to
	unsaid   atomic.Uint64 // likewise, that could not be sent
	heard    atomic.Uint64 // broadcasts of other nodes
	reached  atomic.Uint64 // sessions that these were sent to
	refused  atomic.Uint64 // broadcasts of other nodes that are of another version, or for a channel that is not here
	garbled  atomic.Uint64 // likewise, that could not be read
	told     atomic.Uint64 // users whose presence was told, once for each node
	untold   atomic.Uint64 // likewise, who could not be told
	learnt   atomic.Uint64 // users of whose presence other nodes told
	unlearnt atomic.Uint64 // casts about presence that could not be read
	foreign  atomic.Uint64 // likewise, that are of another version
	gone     atomic.Uint64 // nodes whose users were taken to be gone
}

// How the goroutine paces itself.
const (
	lookForNodes = 250 * time.Millisecond
	nodeGrace    = 5 * time.Second // after which a node that is not there any more takes its users along: they had time to come back
	maxTold      = 256             // users in one cast
)

// words are the payload of a cast about presence.
type words struct {
	_msgpack struct{} `msgpack:",as_array"`

	Version byte // 1
	Begin   bool // everything comes
	End     bool // and has come: of whom nothing was said is not there
	Users   []word
}

type word struct {
	_msgpack struct{} `msgpack:",as_array"`

	User  string
	State presence.State
	Lobby string
}

func newAbroad(c *Cluster, s *Server) *abroad {
	a := &abroad{
		mesh: c.Mesh, nodes: c.Roster.Nodes, server: s, wake: make(chan struct{}, 1), strange: map[string]bool{},
		hearing: map[string]map[string]bool{}, told: map[string]time.Time{},
	}
	a.mesh.On(castBroadcast, a.onBroadcast)
	a.mesh.On(castPresence, a.onPresence)
	a.mesh.OnLost(func(node string) {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.strange[node] = true
		delete(a.hearing, node)
	})
	return a
}

// broadcast tells every other node what is said on a channel. What does not get to one is lost to its sessions.
func (a *abroad) broadcast(b []byte) {
	for _, node := range a.others() {
		if a.mesh.Cast(node, castBroadcast, b) == nil {
			a.counters.said.Add(1)
		} else {
			a.counters.unsaid.Add(1)
		}
	}
}

// others are the other nodes that may have sessions.
func (a *abroad) others() (ids []string) {
	for _, n := range a.nodes() {
		if n.Lobbies && n.ID != a.mesh.Node() {
			ids = append(ids, n.ID)
		}
	}
	return ids
}

func (a *abroad) onBroadcast(from string, payload []byte) {
	a.counters.heard.Add(1)
	reached, err := a.server.channels.Deliver(payload)
	a.counters.reached.Add(uint64(reached))
	if err != nil {
		if errors.Is(err, protocol.ErrMalformed) {
			a.counters.garbled.Add(1)
		} else {
			a.counters.refused.Add(1)
		}
		a.server.cfg.Logger.Warn("a broadcast of another node is not for this one", "from", from, "err", err)
	}
}

// changed is presence.Config.Changed.
func (a *abroad) changed(told presence.Told) {
	a.mu.Lock()
	a.waiting = append(a.waiting, told)
	a.mu.Unlock()
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// run tells other nodes of presence until ctx ends.
func (a *abroad) run(ctx context.Context) {
	ticker := time.NewTicker(lookForNodes)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			a.look(now)
		case <-a.wake:
		}
		a.mu.Lock()
		waiting := a.waiting
		a.waiting = nil
		a.mu.Unlock()
		for node := range a.told {
			a.tell(node, waiting, false)
		}
	}
}

// look has nodes that are new hear of everyone, and forgets those that are gone.
func (a *abroad) look(now time.Time) {
	for _, node := range a.others() {
		a.mu.Lock()
		strange := a.strange[node]
		delete(a.strange, node)
		a.mu.Unlock()
		if _, known := a.told[node]; !known || strange {
			a.tell(node, a.server.presence.Here(), true)
		}
		a.told[node] = now
	}
	for node, seen := range a.told {
		if now.Sub(seen) > nodeGrace {
			delete(a.told, node)
			a.mu.Lock()
			delete(a.hearing, node)
			a.mu.Unlock()
			a.counters.gone.Add(1)
			a.server.presence.NodeGone(node)
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	maps.DeleteFunc(a.strange, func(node string, _ bool) bool { // one that comes back hears everything anyway
		_, known := a.told[node]
		return !known
	})
}

// tell casts what users are, in pieces. all: nobody else is here. What cannot be cast is told again with everything else.
func (a *abroad) tell(node string, users []presence.Told, all bool) {
	for first := true; len(users) > 0 || all && first; first = false {
		n := min(len(users), maxTold)
		w := words{Version: 1, Begin: all && first, End: all && n == len(users), Users: make([]word, n)}
		for i, u := range users[:n] {
			w.Users[i] = word{User: u.User, State: u.State, Lobby: u.Lobby}
		}
		if a.mesh.Cast(node, castPresence, protocol.MustEncode(&w)) != nil {
			a.counters.untold.Add(uint64(len(users)))
			a.mu.Lock()
			a.strange[node] = true
			a.mu.Unlock()
			return
		}
		a.counters.told.Add(uint64(n))
		users = users[n:]
	}
}

func (a *abroad) onPresence(from string, payload []byte) {
	var w words
	err := protocol.DecodeWithin(payload, protocol.FromServer, &w)
	if err != nil || w.Version != 1 {
		if err != nil {
			a.counters.unlearnt.Add(1)
		} else {
			a.counters.foreign.Add(1)
		}
		a.server.cfg.Logger.Warn("what another node says of presence cannot be read", "from", from, "version", w.Version, "err", err)
		return
	}
	here := a.server.presence
	a.counters.learnt.Add(uint64(len(w.Users)))
	heard := a.hear(from, &w)
	for _, u := range w.Users {
		here.Abroad(from, presence.Told{User: u.User, State: u.State, Lobby: u.Lobby})
	}
	if heard == nil {
		return
	}
	for _, user := range here.From(from) {
		if !heard[user] {
			here.Abroad(from, presence.Told{User: user, State: presence.Offline})
		}
	}
}

// hear notes of whom a node speaks while it tells everything, and returns them at the end of that.
func (a *abroad) hear(from string, w *words) map[string]bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if w.Begin {
		a.hearing[from] = map[string]bool{}
	}
	heard := a.hearing[from]
	if heard == nil {
		return nil
	}
	for _, u := range w.Users {
		heard[u.User] = true
	}
	if !w.End {
		return nil
	}
	delete(a.hearing, from)
	return heard
}
