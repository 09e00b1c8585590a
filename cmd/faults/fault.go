package main

import (
	"context"
	"errors"
	"time"

	"github.com/deltatick/deltatick/cmd/internal/fleet"
)

// fault is something that happens to a service.
type fault struct {
	name string
	what string // for people
	hits role
	both bool // to a service whose nodes have lobbies and run matches
	soak bool // it is one of those that a soak draws from

	// inject has it happen, and returns when it is over but for what heal does, which comes after everybody plays again. p is the node it hits, if any.
	inject func(ctx context.Context, f *fleet.Fleet, p *fleet.Process) error
	heal   func(f *fleet.Fleet, p *fleet.Process) error

	promise promise
}

// promise is what is expected of a fault. Times of 0 are not looked at.
type promise struct {
	p95, p99 time.Duration // of the gap between snapshots
	play     time.Duration // that is lost at most
	inputs   bool          // what was acknowledged just before, inputs and chat, may be lost
}

// role says which nodes a fault hits.
type role uint8

const (
	noNode role = iota // Redis, or all
	matchNode
	lobbyNode
)

// patience is for one process to start or end.
const patience = 30 * time.Second

var (
	crash   = promise{p99: 2 * time.Second, play: time.Second, inputs: true}
	planned = promise{p95: 250 * time.Millisecond}
	// A client gives a link up after 2 s without a word, and a balancer that asks nobody how they are may send it to the same node again.
	stalled = func(d time.Duration) promise { return promise{p99: d + 2*time.Second, play: time.Second, inputs: true} }
)

// catalogue are all faults there are.
var catalogue = []fault{
	{name: "kill-match", what: "kill -9 of a match server", hits: matchNode, soak: true, inject: kill, heal: start, promise: crash},
	{name: "kill-lobby", what: "kill -9 of a lobby node", hits: lobbyNode, soak: true, inject: kill, heal: start, promise: crash},
	{name: "kill-both", what: "kill -9 of a node with lobbies and matches", hits: lobbyNode, both: true, inject: kill, heal: start, promise: crash},
	{name: "freeze-match", what: "match server frozen for 4 s", hits: matchNode, soak: true, inject: freeze(4 * time.Second), promise: crash},
	{name: "freeze-lobby", what: "lobby node frozen for 4 s", hits: lobbyNode, soak: true, inject: freeze(4 * time.Second), promise: stalled(4 * time.Second)},
	{name: "drain-match", what: "match server drained (SIGTERM)", hits: matchNode, soak: true, inject: drain, heal: start, promise: planned},
	{name: "drain-lobby", what: "lobby node drained (SIGTERM)", hits: lobbyNode, soak: true, inject: drain, heal: start, promise: planned},
	{name: "drain-both", what: "node with lobbies and matches drained", hits: lobbyNode, both: true, inject: drain, heal: start, promise: planned},
	{name: "rolling", what: "rolling restart of all nodes", inject: rolling, promise: planned},
	{name: "redis-empty", what: "Redis killed, started again empty", soak: true, inject: redisAway(0), promise: stalled(500 * time.Millisecond)},
	{name: "redis-stall-600ms", what: "Redis frozen for 0.6 s", soak: true, inject: redisStall(600 * time.Millisecond), promise: stalled(600 * time.Millisecond)},
	{name: "redis-stall-3s", what: "Redis frozen for 3 s", soak: true, inject: redisStall(3 * time.Second), promise: stalled(3 * time.Second)},
	{name: "redis-away-5s", what: "Redis away for 5 s, back empty", soak: true, inject: redisAway(5 * time.Second), promise: stalled(5 * time.Second)},
	{name: "cut-match", what: "match server cut off from Redis for 5 s", hits: matchNode, soak: true, inject: wire((*fleet.Wire).Cut), promise: crash},
	{name: "stall-match", what: "match server's way to Redis stalls for 5 s", hits: matchNode, soak: true, inject: wire((*fleet.Wire).Stall), promise: crash},
	{name: "cut-lobby", what: "lobby node cut off from Redis for 5 s", hits: lobbyNode, soak: true, inject: wire((*fleet.Wire).Cut), promise: crash},
	{name: "stall-lobby", what: "lobby node's way to Redis stalls for 5 s", hits: lobbyNode, soak: true, inject: wire((*fleet.Wire).Stall), promise: crash},
}

func find(name string) (fault, bool) {
	for _, f := range catalogue {
		if f.name == name {
			return f, true
		}
	}
	return fault{}, false
}

func kill(_ context.Context, _ *fleet.Fleet, p *fleet.Process) error { return p.Kill() }

func start(_ *fleet.Fleet, p *fleet.Process) error { return p.Start(patience) }

// drain takes a node out of the balancer and tells it to end, as an operator does.
func drain(_ context.Context, f *fleet.Fleet, p *fleet.Process) error {
	in := f.Out(p)
	defer in()
	return p.Terminate(patience)
}

func freeze(d time.Duration) func(context.Context, *fleet.Fleet, *fleet.Process) error {
	return func(ctx context.Context, _ *fleet.Fleet, p *fleet.Process) error {
		if err := p.Freeze(); err != nil {
			return err
		}
		sleep(ctx, d)
		return p.Thaw()
	}
}

func rolling(ctx context.Context, f *fleet.Fleet, _ *fleet.Process) error {
	for _, p := range f.Nodes() {
		if err := errors.Join(drain(ctx, f, p), p.Start(patience)); err != nil {
			return err
		}
		sleep(ctx, 2*time.Second) // as one does, to see whether it is well
	}
	return nil
}

func redisAway(d time.Duration) func(context.Context, *fleet.Fleet, *fleet.Process) error {
	return func(ctx context.Context, f *fleet.Fleet, _ *fleet.Process) error {
		err := f.Redis.Kill()
		sleep(ctx, d)
		return errors.Join(err, f.Redis.Start(patience))
	}
}

func redisStall(d time.Duration) func(context.Context, *fleet.Fleet, *fleet.Process) error {
	return func(ctx context.Context, f *fleet.Fleet, _ *fleet.Process) error { return freeze(d)(ctx, f, f.Redis) }
}

func wire(harm func(*fleet.Wire)) func(context.Context, *fleet.Fleet, *fleet.Process) error {
	return func(ctx context.Context, f *fleet.Fleet, p *fleet.Process) error {
		w := f.Wire(p)
		harm(w)
		sleep(ctx, 5*time.Second)
		w.Mend()
		return nil
	}
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
