package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/lobby/shared"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
	"github.com/deltatick/deltatick/session/channel"
	"github.com/deltatick/deltatick/session/httplink"
	"github.com/deltatick/deltatick/session/presence"
	"github.com/deltatick/deltatick/tick"
)

// Server is one node of the service. All methods may be called by any goroutine.
type Server struct {
	cfg       Config
	hub       *session.Hub
	links     *httplink.Handler
	directory lobbies
	local     *lobby.Directory // the same; nil: lobbies are those of all nodes
	rejoiner  rejoiner         // the same; nil: they are those of this node
	abroad    *abroad          // likewise
	restored  func(cluster.Lease)
	nodeOf    func(lobby string) string // nil: lobbies are those of this node
	channels  *channel.Set
	presence  *presence.Registry
	matches   *matchmaker
	following *following // nil: there are no other nodes
	seats     *seats     // nil: no matches here that players of other nodes have seats in
	handler   http.Handler
	players   sync.Map // *session.Session: *player
	draining  atomic.Bool
	entered   atomic.Bool   // Run has begun, in what Cluster.Around puts around it
	drains    chan struct{} // has a token when an administrator wants this node drained
	sessions  *session.Counters
	lobbies   *lobby.Counters
	shared    shared.Counters // nothing, if lobbies are those of this node
}

// New assembles a server. It starts nothing. Errors name the setting or game at fault.
func New(cfg Config) (*Server, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	records, err := newRecordings(cfg)
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	s := &Server{
		cfg: cfg, sessions: new(session.Counters), lobbies: new(lobby.Counters), drains: make(chan struct{}, 1),
		matches: &matchmaker{cfg: cfg, counters: new(match.Counters), stats: new(tick.Stats), records: records},
	}
	if c := cfg.Cluster; c != nil {
		s.matches.counters, s.matches.stats = cmp.Or(c.Counters, s.matches.counters), cmp.Or(c.Ticks, s.matches.stats)
	}
	present := presence.Config{MayWatch: cfg.MayWatch}
	if cfg.Cluster.shared() {
		s.abroad = newAbroad(cfg.Cluster, s)
		present.Changed = s.abroad.changed
	}
	s.presence, err = presence.New(present)
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	if err := s.newLobbies(); err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	if s.channels, err = s.newChannels(); err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	var auth session.Authenticator = doorman{newDoor(cfg), cfg.Middleware}
	if cfg.Cluster != nil {
		if s.following, err = newFollowing(cfg.Cluster, cfg.Logger); err != nil {
			return nil, fmt.Errorf("server: %w", err)
		}
		s.following.withdraw = s.withdraw
	}
	if cfg.Cluster != nil && cfg.Cluster.Host != nil {
		if cfg.Cluster.TicketsOnly {
			auth = nil
		}
		if auth, err = newTurnstile(cfg.Cluster.Secret, auth); err != nil {
			return nil, fmt.Errorf("server: %w", err)
		}
		s.seats = newSeats(cfg.Cluster, cfg.Logger)
	}
	hub := session.Config{
		Codecs:  []string{protocol.CodecPacked, protocol.CodecMP},
		Auth:    auth,
		Renewed: s.channels.Changed,
		Upload:  s.channels.Upload,
		Handler: s, Grace: cfg.Grace, MaxSessions: cfg.MaxSessions, Origins: cfg.Origins, ServerName: cfg.Name,
		TrustedProxies: cfg.TrustedProxies, MaxPerAddress: cfg.MaxPerAddress, HandshakeRate: cfg.HandshakeRate,
		Bytes: cfg.Bytes, KindLimits: cfg.KindLimits,
		Logger: cfg.Logger, Counters: s.sessions,
	}
	if cfg.Cluster.shared() {
		hub.Secret, hub.Node, hub.Elsewhere = cfg.Cluster.Secret, cfg.Cluster.Node, &sessionElsewhere{cfg.Cluster.Mesh, s.rejoiner.Of}
		cfg.Cluster.Mesh.Handle(callGiveUp, s.giveUp)
	}
	if cfg.Cluster != nil && cfg.Cluster.Mesh != nil {
		s.answerAdmins(cfg.Cluster.Mesh)
	}
	if s.hub, err = session.NewHub(hub); err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	if s.links, err = httplink.New(httplink.Config{Hub: s.hub, Origins: cfg.Origins}); err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	if s.handler, err = s.routes(); err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	return s, nil
}

// Handler serves everything: /ws, the page and the client, health and metrics (docs/PROTOCOL.md, section 10).
func (s *Server) Handler() http.Handler { return s.handler }

// Ticks is how well all matches have kept time so far.
func (s *Server) Ticks() tick.StatsSnapshot { return s.matches.stats.Snapshot() }

// Directory holds the server's lobbies, for Go code that opens or joins some itself. It is nil for one of several nodes that have their lobbies in common.
func (s *Server) Directory() *lobby.Directory { return s.local }

// Run keeps lobbies and matches going until ctx ends, and then ends the service within DrainWait and a few seconds: nothing new is
// taken and /readyz says so; sessions get DrainWait to end by themselves; then lobbies and matches end, the sessions that are
// left are told to come back, and recordings are written to their ends. When it returns nil, nothing of the server is running.
//
// One of several nodes hands its lobbies, matches and sessions over to the others instead, within DrainWait.
func (s *Server) Run(ctx context.Context) error {
	if c := s.cfg.Cluster; c != nil && c.Around != nil {
		return c.Around(ctx, s.run)
	}
	return s.run(ctx)
}

func (s *Server) run(ctx context.Context) error {
	s.entered.Store(true)
	if c := s.cfg.Cluster; c != nil && c.Drain != nil {
		untilEnd, stop := context.WithCancel(ctx)
		var handing sync.WaitGroup
		handing.Go(func() { s.handOver(untilEnd) })
		defer handing.Wait()
		defer stop()
	}
	if s.abroad != nil {
		telling, stop := context.WithCancel(context.WithoutCancel(ctx))
		var told sync.WaitGroup
		told.Go(func() { s.abroad.run(telling) })
		defer told.Wait()
		defer stop()
	}
	houseCtx, stopHouse := context.WithCancel(context.WithoutCancel(ctx))
	defer stopHouse()
	house := make(chan error, 1)
	go func() { house <- s.directory.Run(houseCtx) }()
	select {
	case <-ctx.Done():
	case err := <-house:
		return fmt.Errorf("server: lobbies ended: %w", err)
	}
	s.drain()
	// Connections outlive the lobbies and matches, so that whoever is in one hears how it ended.
	stopHouse()
	var err error
	select {
	case houseErr := <-house:
		if !errors.Is(houseErr, context.Canceled) {
			err = houseErr
		}
	case <-time.After(closeTimeout):
		err = errHung
	}
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	if stuck := s.hub.Shutdown(closing); stuck != nil {
		err = errors.Join(err, stuck)
	} else {
		s.waitForOthers()
	}
	s.presence.Close()
	if !s.matches.records.wait(closeTimeout) {
		err = errors.Join(err, errUnwritten)
	}
	return err
}

// waitForOthers returns when nothing is running for players whose matches are on other nodes, or whose sessions are. All sessions are over.
func (s *Server) waitForOthers() {
	if s.seats != nil {
		s.seats.wait()
	}
	if s.following != nil {
		s.following.wait()
	}
}

// closeTimeout bounds the end of all lobbies and matches, and after it the closing of all connections.
const closeTimeout = 5 * time.Second

// errUnwritten means that a disk does not take the end of a recording.
var errUnwritten = errors.New("server: a recording is not written to its end")

// errHung means that the step of some game does not return: nothing can stop it but the end of the process.
var errHung = errors.New("server: a match does not end")

// drain lets what is running end by itself, within DrainWait.
func (s *Server) drain() {
	s.stopTaking()
	s.hub.Drain()
	s.cfg.Logger.Info("draining", "sessions", s.hub.Sessions(), "wait", s.cfg.DrainWait)
	if c := s.cfg.Cluster; c != nil && c.Drain != nil {
		ctx, cancel := context.WithTimeout(context.Background(), s.cfg.DrainWait)
		defer cancel()
		if err := c.Drain(ctx); err != nil {
			s.cfg.Logger.Warn("not everything could be handed over", "err", err)
		}
		return
	}
	deadline := time.NewTimer(s.cfg.DrainWait)
	defer deadline.Stop()
	poll := time.NewTicker(100 * time.Millisecond)
	defer poll.Stop()
	for s.hub.Sessions() > 0 {
		select {
		case <-deadline.C:
			return
		case <-poll.C:
		}
	}
}
