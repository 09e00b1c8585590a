package hosting

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// EnvAgonesPort is the variable in which Agones tells a container the port of its sidecar's REST gateway.
const EnvAgonesPort = "AGONES_SDK_HTTP_PORT"

// DrainLabel is the label that asks an allocated gameserver to drain, with the value "true": what a Fleet's allocationOverflow sets. A
// label set through the sidecar has a prefix, and asks, too.
const DrainLabel = "deltatick-drain"

// AgonesConfig is what an [Agones] is made from. Zero values are the stated defaults.
type AgonesConfig struct {
	Port    string            // of the gateway on this machine; default 9358, which is Agones' own default
	Rooms   string            // the counter of rooms; default "rooms"
	Players string            // the list of players' ids; default "players"
	Idle    time.Duration     // how long a gameserver without rooms stays allocated; default 30 s
	Client  http.RoundTripper // default: a transport of its own, without a proxy
	Logger  *slog.Logger      // default: discard
}

// Agones tells the sidecar of a gameserver of Agones, over its REST gateway.
//
// Rooms go into a counter and player ids into a list, for the allocator and the autoscaler to see; a Fleet must name both, and what it does
// not name is tried for in vain, now and then. The gameserver is allocated by itself from its first room on, so that nobody scales it away, and
// ready again when it has had no room for a while and nobody has allocated it meanwhile.
type Agones struct {
	cfg      AgonesConfig
	gateway  *gateway
	draining chan struct{}
	over     chan struct{} // closed when Shutdown has been told

	state   *duty[agonesState]
	health  *duty[struct{}]
	counter *duty[Load]
	list    *duty[Load]

	known agonesCounter // what the counter was told last; of the counter's duty alone

	// Guarded by mu.
	mu       sync.Mutex
	wanted   agonesState
	isReady  bool // Ready was called
	leaving  bool // Drain was called
	asked    bool // draining is closed
	load     Load
	hasLoad  bool
	lastUse  time.Time // when it last had a room or was allocated by others
	lastSeen string    // the time of its last allocation as Agones notes it
}

// agonesState is a state that a gameserver is asked to be in, by the last part of the path that asks for it; "" for none.
type agonesState string

const (
	agonesReady     agonesState = "ready"
	agonesAllocated agonesState = "allocate"
	agonesShutdown  agonesState = "shutdown"
)

// NewAgones makes a host and starts nothing. The error is a port that is none.
func NewAgones(cfg AgonesConfig) (*Agones, error) {
	cfg.Port = cmp.Or(cfg.Port, "9358")
	cfg.Rooms = cmp.Or(cfg.Rooms, "rooms")
	cfg.Players = cmp.Or(cfg.Players, "players")
	cfg.Idle = cmp.Or(cfg.Idle, 30*time.Second)
	if port, err := strconv.Atoi(cfg.Port); err != nil || port < 1 || port > 65535 {
		return nil, fmt.Errorf("hosting: %s=%q is no port", EnvAgonesPort, cfg.Port)
	}
	if cfg.Client == nil {
		cfg.Client = &http.Transport{DisableCompression: true, IdleConnTimeout: time.Minute}
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	a := &Agones{
		cfg: cfg, gateway: &gateway{"http://localhost:" + cfg.Port, &http.Client{Transport: cfg.Client}},
		draining: make(chan struct{}), over: make(chan struct{}),
	}
	a.state = newDuty("state", cfg.Logger, a.tellState)
	a.health = newDuty("health", cfg.Logger, a.tellHealth)
	a.health.passing = true // that it was well some seconds ago is no news
	a.counter = newDuty("rooms", cfg.Logger, a.tellRooms)
	a.list = newDuty("players", cfg.Logger, a.tellPlayers)
	return a, nil
}

// Run implements [Host].
func (a *Agones) Run(ctx context.Context) {
	ctx, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { a.state.run(ctx) })
	running.Go(func() { a.health.run(ctx) })
	running.Go(func() { a.counter.run(ctx) })
	running.Go(func() { a.list.run(ctx) })
	running.Go(func() { a.watch(ctx) })
	select {
	case <-ctx.Done():
	case <-a.over:
	}
	stop()
	running.Wait()
	a.gateway.client.CloseIdleConnections()
}

// Health implements [Host].
func (a *Agones) Health() { a.health.want(struct{}{}) }

// Draining implements [Host].
func (a *Agones) Draining() <-chan struct{} { return a.draining }

// Ready implements [Host].
func (a *Agones) Ready() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.isReady = true
	a.settle()
}

// Drain implements [Host]. A gameserver that drains has no room for more, and is not made ready again.
func (a *Agones) Drain() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.leaving = true
	if a.hasLoad {
		a.take(a.load)
	}
}

// Shutdown implements [Host].
func (a *Agones) Shutdown() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ask(agonesShutdown)
}

// SetLoad implements [Host].
func (a *Agones) SetLoad(l Load) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.take(l)
	a.settle()
}

// take notes a load, and has told what of it is new. It needs mu.
func (a *Agones) take(l Load) {
	l.Players = slices.Clone(l.Players[:min(len(l.Players), maxList)])
	l.PlayerCapacity = min(l.PlayerCapacity, maxList)
	if a.leaving {
		l.RoomCapacity, l.PlayerCapacity = l.Rooms, len(l.Players)
	}
	before, first := a.load, !a.hasLoad
	a.load, a.hasLoad = l, true
	if first || l.Rooms != before.Rooms || l.RoomCapacity != before.RoomCapacity {
		a.counter.want(l)
	}
	if first || l.PlayerCapacity != before.PlayerCapacity || !slices.Equal(l.Players, before.Players) {
		a.list.want(l)
	}
}

// settle asks for the state that the load calls for. It needs mu.
func (a *Agones) settle() {
	now := time.Now()
	if a.load.Rooms > 0 {
		a.lastUse = now
	}
	switch {
	case !a.isReady || a.wanted == agonesShutdown:
	case a.load.Rooms > 0:
		a.ask(agonesAllocated)
	case a.leaving:
	case a.wanted == "" || now.Sub(a.lastUse) >= a.cfg.Idle:
		a.ask(agonesReady)
	}
}

// ask needs mu.
func (a *Agones) ask(s agonesState) {
	if a.wanted != s {
		a.wanted = s
		a.state.want(s)
	}
}

// tellState is of the state's duty.
func (a *Agones) tellState(ctx context.Context, s agonesState) error {
	if err := a.gateway.call(ctx, http.MethodPost, "/"+string(s), struct{}{}, nil); err != nil {
		return err
	}
	if s == agonesShutdown {
		close(a.over) // wanted once, and done once
	}
	return nil
}

func (a *Agones) tellHealth(ctx context.Context, _ struct{}) error {
	return a.gateway.call(ctx, http.MethodPost, "/health", struct{}{}, nil)
}
