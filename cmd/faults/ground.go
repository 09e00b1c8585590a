package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/deltatick/deltatick/cmd/internal/fleet"
)

// ground is a service with players, to which faults happen.
type ground struct {
	cfg   *config
	both  bool // its nodes have lobbies and run matches
	fleet *fleet.Fleet
	watch *watch
	crowd *crowd
	opens time.Time
	hit   map[*fleet.Process]time.Time // when a fault last happened to a node
	rng   *rand.Rand
}

// matchLasts is for how long matches are played on: their rounds take 10 minutes at most.
const matchLasts = 8 * time.Minute

// open starts a service and has players come.
func open(ctx context.Context, cfg *config, both bool, rng *rand.Rand) (*ground, error) {
	g := &ground{cfg: cfg, both: both, watch: &watch{copy: cfg.copyLog()}, opens: time.Now(), hit: map[*fleet.Process]time.Time{}, rng: rng}
	setup := fleet.Config{Lobbies: 2, Matches: 2, Redis: cfg.redis, Bin: cfg.bin, Args: cfg.nodeFlags, Log: g.watch, Wires: true}
	if both {
		setup.Lobbies, setup.Matches = 3, -1
	}
	var err error
	if g.fleet, err = fleet.Start(setup); err != nil {
		return nil, err
	}
	if g.crowd, err = gather(ctx, cfg, "ws://"+g.fleet.Addr()+"/ws"); err != nil {
		g.fleet.Close()
		return nil, fmt.Errorf("players cannot come: %w", err)
	}
	return g, nil
}

func (g *ground) close() {
	g.crowd.leave()
	g.fleet.Close()
}

// worn says whether it is time for a new one, since matches end some time.
func (g *ground) worn() bool { return time.Since(g.opens) > matchLasts }

// target is the node that a fault is to hit, so that there is something on it to lose: the match server with most matches, or the lobby node to which nothing has
// happened for longest.
func (g *ground) target(f *fault) *fleet.Process {
	nodes := g.fleet.Lobbies
	switch f.hits {
	case noNode:
		return nil
	case matchNode:
		return slices.MaxFunc(g.fleet.Matches, func(a, b *fleet.Process) int { return g.watch.matches(a.Name) - g.watch.matches(b.Name) })
	}
	p := slices.MinFunc(nodes, func(a, b *fleet.Process) int { return g.hit[a].Compare(g.hit[b]) })
	g.hit[p] = time.Now()
	return p
}

// happen has a fault happen, and waits until everybody plays again and the service is whole. broken says that neither could be reached, and
// that this ground is of no more use.
func (g *ground) happen(ctx context.Context, f *fault) (o *outcome, broken bool) {
	o = &outcome{Fault: f.name, Load: load()}
	sleep(ctx, time.Duration(g.rng.Int64N(int64(600*time.Millisecond)))) // so that checkpoints are not in step with faults
	if err := g.crowd.steady(ctx, time.Second, g.cfg.patience); err != nil {
		o.breaks("before the fault: %v", err)
		return o, true
	}
	for _, m := range g.crowd.players {
		_, early := m.take()
		o.Broken = append(o.Broken, early...)
	}
	p := g.target(f)
	if p != nil {
		o.Node = p.Name
	}
	began := time.Now()
	if err := f.inject(ctx, g.fleet, p); err != nil {
		o.breaks("%v", err)
		broken = true
	}
	if err := g.crowd.steady(ctx, 700*time.Millisecond, g.cfg.patience); err != nil {
		o.Absent = g.crowd.missing()
		o.breaks("after the fault: %v", err)
		broken = true
	}
	o.Took = time.Since(began).Seconds()
	g.measure(o, began)
	if len(o.Absent) > 0 && g.cfg.log != nil {
		for _, p := range slices.Concat(g.fleet.Lobbies, g.fleet.Matches) {
			_ = p.Dump() // it is of no more use
		}
	}
	if f.heal != nil && !broken {
		if err := f.heal(g.fleet, p); err != nil {
			o.breaks("%v", err)
			broken = true
		}
	}
	if !broken {
		if err := g.crowd.steady(ctx, 500*time.Millisecond, g.cfg.patience); err != nil {
			o.breaks("after the healing: %v", err)
			broken = true
		}
		o.ChatLost = append(o.ChatLost, g.unheard(ctx)...)
	}
	for _, m := range g.crowd.players {
		r, breaks := m.take()
		o.Broken = append(o.Broken, breaks...)
		o.Refused, o.ChatLost = append(o.Refused, r.notGiven...), append(o.ChatLost, r.renamed...)
	}
	breaks, bad := g.watch.take()
	o.Broken, o.Logged = append(o.Broken, breaks...), append(o.Logged, bad...)
	return o, broken || len(o.Absent) > 0
}

// settled is for how long what was acknowledged may still be on its way.
const settled = time.Second

func (g *ground) unheard(ctx context.Context) (all []string) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	before := time.Now().Add(-settled)
	for _, p := range g.crowd.parties {
		all = append(all, p.unheard(ctx, before)...)
	}
	return all
}
