package node

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/matches"
	"github.com/deltatick/deltatick/cluster/outage"
	"github.com/deltatick/deltatick/cluster/peer"
	"github.com/deltatick/deltatick/cluster/roster"
	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/lobby/shared"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/server"
	"github.com/deltatick/deltatick/tick"
)

// node is what is around the server of one node.
type node struct {
	cfg     Config
	log     *slog.Logger
	keeper  *cluster.Keeper
	roster  *roster.Roster
	outage  *outage.Watch
	mesh    *peer.Mesh
	host    *matches.Host   // nil: no matches run here
	placer  *matches.Placer // nil: no lobbies are here
	ticks   lateness
	meshed  peer.Counters
	outages outage.Counters
	counts  matches.Counters              // of host and placer
	server  atomic.Pointer[server.Server] // set once it is made
}

// New makes a server that is one of several nodes. It starts nothing, and does not ask the engine. The engine is the caller's to close, after the server's Run has
// returned. Errors name the setting or the game at fault.
func New(cfg Config) (*server.Server, error) {
	cfg, err := cfg.withDefaults(runtime.GOMAXPROCS(0))
	if err != nil {
		return nil, err
	}
	n := &node{cfg: cfg, log: cfg.Server.Logger}
	if n.log == nil {
		n.log = slog.New(slog.DiscardHandler)
	}
	n.log = n.log.With("node", cfg.ID) // other nodes are called peer, from or to
	cfg.Server.Logger, n.cfg.Server.Logger = n.log, n.log
	cfg.Engine = cluster.Metered(cfg.Engine, cfg.Store)
	n.cfg.Engine = cfg.Engine
	if err := n.connect(); err != nil {
		return nil, err
	}
	c := &server.Cluster{
		Node: cfg.ID, Engine: cfg.Engine, Address: n.roster.Address, Public: n.public, Secret: cfg.Secret, TicketsOnly: cfg.NoLobbies, Mesh: n.mesh, Apart: cfg.Apart, Roster: n.roster,
		Around: n.around, Drain: n.drain, NetDial: cfg.NetDial,
		Counters: new(match.Counters), Ticks: new(tick.Stats), MeshCounters: &n.meshed, MatchCounters: &n.counts,
		StoreCounters: cfg.Store, Outages: &n.outages,
	}
	n.ticks.stats = c.Ticks
	if cfg.Matches > 0 {
		if err := n.makeHost(c); err != nil {
			return nil, err
		}
	}
	if !cfg.NoLobbies {
		if err := n.makePlacer(c); err != nil {
			return nil, err
		}
	}
	if cfg.NoLobbies && len(cfg.Server.Origins) == 0 {
		cfg.Server.Origins = []string{"*"} // pages come from lobby nodes, and what lets them in is a ticket, which no browser adds by itself
	}
	cfg.Server.Cluster = c
	s, err := server.New(cfg.Server)
	if err != nil {
		return nil, err
	}
	n.server.Store(s)
	return s, nil
}

// connect makes what nodes know each other by.
func (n *node) connect() (err error) {
	cfg := &n.cfg
	n.keeper, err = cluster.NewKeeper(cluster.KeeperConfig{Engine: cfg.Engine, TTL: cfg.LeaseTTL, Restored: n.restored})
	if err != nil {
		return err
	}
	n.roster, err = roster.New(roster.Config{
		Engine: cfg.Engine, Keeper: n.keeper, Load: n.load, Logger: n.log,
		Node: cluster.Node{
			ID: cfg.ID, Owner: cfg.ID + "/" + uuid.NewString(), Address: cfg.URL, Internal: cfg.Internal, Lobbies: !cfg.NoLobbies,
			Region: cfg.Region, Version: cfg.Version, Capacity: cfg.Matches,
		},
	})
	if err != nil {
		return err
	}
	n.mesh, err = peer.New(peer.Config{Node: cfg.ID, Secret: cfg.Secret, Address: n.roster.Address, NetDial: cfg.NetDial, Logger: n.log, Counters: &n.meshed})
	if err != nil {
		return err
	}
	n.outage, err = outage.New(outage.Config{Keeper: n.keeper, Peers: n.mesh, Nodes: n.roster.Nodes, CutOff: n.cutOff, Logger: n.log, Counters: &n.outages})
	return err
}

// cutOff is outage.Config.CutOff: other nodes take over what this one has, and its players are to be there.
func (n *node) cutOff(cut bool) {
	n.log.Warn("whether this node alone has lost the store", "cut", cut)
	n.server.Load().SendAway(cut)
}

// public is server.Cluster.Public.
func (n *node) public(ctx context.Context, id string) (string, error) {
	other, err := n.roster.Node(ctx, id)
	return other.Address, err
}

// makeHost makes what runs matches here.
func (n *node) makeHost(c *server.Cluster) (err error) {
	c.Outboxes = new(server.Outboxes)
	common := n.cfg.common(c.Counters)
	common.Stats = c.Ticks
	n.host, err = matches.New(matches.Config{
		Engine: n.cfg.Engine, Keeper: n.keeper, Peers: n.mesh, Roster: n.roster, Kinds: n.cfg.Server.Kinds, Match: common, Outbox: c.Outboxes.Of,
		Record:          func(matchID, lobby string) match.Recorder { return n.server.Load().Recorder(matchID, lobby) },
		CheckpointEvery: n.cfg.CheckpointEvery, FlushEvery: n.cfg.FlushEvery, Logger: n.log, Counters: &n.counts,
	})
	if err != nil {
		return err
	}
	c.Host, c.Oversee = n.host, n.host.Oversee
	return nil
}

// makePlacer makes what has matches run for the lobbies here, and for those that come here from other nodes.
func (n *node) makePlacer(c *server.Cluster) (err error) {
	n.placer, err = matches.NewPlacer(matches.PlacerConfig{Engine: n.cfg.Engine, Peers: n.mesh, Roster: n.roster, Logger: n.log, Counters: &n.counts})
	c.Keeper, c.NewMatch, c.ResumeMatch = n.keeper, n.newMatch, n.resumeMatch
	return err
}

// newMatch is lobby.Config.NewMatch: the lobby waits for it, for placeTimeout at most.
func (n *node) newMatch(q lobby.MatchRequest) (lobby.Match, error) {
	ctx, cancel := context.WithTimeout(context.Background(), placeTimeout)
	defer cancel()
	spec := matches.Spec{
		Lobby: q.Lobby, Round: int(q.Round), Kind: q.Kind.Name, Settings: q.Settings, MaxPlayers: q.MaxPlayers, MaxSpectators: q.MaxSpectators,
		After: q.After,
	}
	if n.cfg.SameVersion {
		spec.Version = n.cfg.Version
	}
	if n.cfg.SameRegion {
		spec.Region = n.cfg.Region
	}
	placed, err := n.placer.NewMatch(ctx, spec)
	for began := time.Now(); errors.Is(err, roster.ErrNoRoom) && time.Since(began) < roomPatience; {
		time.Sleep(roomRetry)
		n.roster.Look(ctx) // one may have come a moment ago
		placed, err = n.placer.NewMatch(ctx, spec)
	}
	if err != nil {
		return nil, n.refusal(q.Lobby, err)
	}
	return lobby.MatchOf(placed), nil
}

// refusal is what a lobby's players are told of a match that could not be placed: if no node has room, or answers, to try again.
func (n *node) refusal(lobby string, err error) error {
	if refused := (*protocol.Error)(nil); errors.As(err, &refused) && refused.Code != protocol.CodeFull && refused.Code != protocol.CodeUnavailable {
		return err // the game's fault, or ours
	}
	n.log.Warn("match not placed", "lobby", lobby, "err", err)
	return protocol.Refuse(protocol.CodeUnavailable, "no server has room for a match at the moment")
}

const placeTimeout = 2 * time.Second

// A node that has just begun may have clients before it has heard of those that run matches, and one that runs them may just be started anew.
const (
	roomPatience = time.Second
	roomRetry    = 50 * time.Millisecond
)

// resumeMatch is shared.Config.ResumeMatch.
func (n *node) resumeMatch(ctx context.Context, r shared.ResumeRequest) (lobby.Match, error) {
	placed, err := n.placer.Adopt(ctx, r.Match)
	if err != nil {
		return nil, err
	}
	return lobby.ResumedOf(placed), nil
}

// restored hears of leases that the store had lost.
func (n *node) restored(lease cluster.Lease) {
	if lease.Kind == cluster.KindNode {
		n.roster.Again()
	}
	if n.host != nil {
		n.host.Restored(lease)
	}
	if s := n.server.Load(); s != nil {
		s.Restored(lease)
	}
}

// load is roster.Config.Load.
func (n *node) load() (running int, late time.Duration) {
	if n.host == nil {
		return 0, 0
	}
	return n.host.Load(), n.ticks.p99(time.Now())
}

// around is server.Cluster.Around. The keeper outlives everything that holds leases.
func (n *node) around(ctx context.Context, run func(ctx context.Context) error) error {
	inner, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer n.mesh.Close()
	var below sync.WaitGroup
	defer below.Wait()
	defer stop()
	below.Go(func() { _ = n.keeper.Run(inner) }) // returns inner's error, as host, roster and outage do
	below.Go(func() { _ = n.outage.Run(inner) })
	if err := n.roster.Open(ctx); err != nil {
		if ctx.Err() != nil {
			return nil // told to end before it was anybody's
		}
		return err
	}
	n.log.Info("node entered", "url", n.cfg.URL, "lobbies", !n.cfg.NoLobbies, "matches", n.cfg.Matches, "region", n.cfg.Region)
	ctx, lose := context.WithCancelCause(ctx)
	defer lose(nil)
	listed := make(chan struct{})
	below.Go(func() {
		defer close(listed)
		if err := n.roster.Run(inner); errors.Is(err, cluster.ErrFenced) {
			lose(err)
		}
	})
	if n.host != nil {
		below.Go(func() { _ = n.host.Run(inner) })
	}
	err := run(ctx)
	if cause := context.Cause(ctx); errors.Is(cause, cluster.ErrFenced) {
		err = errors.Join(cause, err)
	}
	stop()
	<-listed
	leaving, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveTimeout)
	defer cancel()
	if left := n.roster.Leave(leaving); left != nil {
		n.log.Warn("the directory keeps this node until its lease ends", "err", left)
	}
	return err
}

const leaveTimeout = time.Second

// drain is server.Cluster.Drain: sessions are not waited for, since other nodes fetch them.
func (n *node) drain(ctx context.Context) error {
	n.roster.Drain()
	if n.host == nil {
		return nil
	}
	return n.host.Drain(ctx)
}

// lateness is how late ticks begin of late. It belongs to the goroutine of the roster.
type lateness struct {
	stats  *tick.Stats
	before []seen // the oldest first
}

type seen struct {
	at   time.Time
	late tick.HistogramSnapshot
}

// lateFor is over how long the lateness is taken.
const lateFor = 3 * time.Second

// p99 is the 99th percentile of the lateness of the last lateFor.
func (l *lateness) p99(now time.Time) time.Duration {
	current := l.stats.Snapshot().Lateness
	l.before = append(l.before, seen{now, current})
	for len(l.before) > 1 && now.Sub(l.before[1].at) >= lateFor {
		l.before = l.before[1:]
	}
	return current.Since(l.before[0].late).Quantile(0.99)
}
