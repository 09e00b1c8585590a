package server_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/memory"
	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/server"
)

// service is several nodes in memory and in virtual time, over one store. The first has lobbies; their matches run where the test says.
type service struct {
	*testing.T
	engine cluster.Engine
	nodes  map[string]*node
	where  string // node that the next match begins on
	open   bool   // clients reach every node
	made   atomic.Uint32

	mu      sync.Mutex
	matches []*awayMatch
}

// node is a server with a host of matches.
type node struct {
	*house
	name   string
	served *service
	outbox *server.Outboxes

	mu      sync.Mutex
	conns   []net.Conn
	running map[string]*awayMatch
	went    map[string]place
	frozen  atomic.Bool
}

type place struct {
	node  string
	epoch uint32
}

var serviceSecret = []byte("the secret of the service")

// nodes runs a test with nodes of these names, all of which have ended, and left nothing behind, when the test has.
func nodes(t *testing.T, cfg server.Config, test func(s *service, first *node), names ...string) {
	compression(t)
	synctest.Test(t, func(t *testing.T) {
		s := &service{T: t, engine: memory.New(memory.Config{}), nodes: map[string]*node{}, where: names[0]}
		var stops []func()
		for _, name := range names {
			n, stop := s.start(name, cfg)
			s.nodes[name] = n
			stops = append(stops, stop)
		}
		defer func() {
			for _, m := range s.matches {
				m.stop()
			}
			for _, stop := range stops {
				stop()
			}
			s.engine.Close()
		}()
		test(s, s.nodes[names[0]])
	})
}

// compression has what all checkpoints of the process share made outside of any bubble.
func compression(t *testing.T) {
	t.Helper()
	sim, err := match.NewSim(bellKind(), match.SimConfig{})
	if err == nil {
		var data []byte
		if data, err = sim.Checkpoint(); err == nil {
			_, err = match.RestoreSim(bellKind(), data)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (s *service) start(name string, cfg server.Config) (*node, func()) {
	n := &node{name: name, served: s, outbox: &server.Outboxes{}, running: map[string]*awayMatch{}, went: map[string]place{}}
	cfg.Guests, cfg.Kinds = true, []match.Kind{tallyKind(), bellKind()}
	cfg.Logger = slog.New(slog.NewTextHandler(s.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	cfg.Cluster = &server.Cluster{
		Node: name, Engine: s.engine, Secret: serviceSecret, Host: n, Outboxes: n.outbox, NewMatch: s.newMatch, NetDial: s.dial,
		Public: s.public, TicketsOnly: name == "tickets", Address: func(_ context.Context, node string) (string, error) { return "ws://" + node, nil },
	}
	srv, err := server.New(cfg)
	if err != nil {
		s.Fatal(err)
	}
	h := &house{T: s.T, server: srv, net: newMemoryNet(), front: &http.Server{Handler: srv.Handler()}, ended: make(chan error, 1)}
	n.house = h
	run, stop := context.WithCancel(s.Context())
	h.stop = stop
	h.ctx, h.leave = context.WithCancel(s.Context())
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = h.front.Serve(h.net)
	}()
	go func() { h.ended <- srv.Run(run) }()
	return n, func() {
		stop()
		if err := <-h.ended; err != nil {
			s.Error(err)
		}
		h.leave()
		h.guests.Wait()
		_ = h.front.Close()
		<-served
	}
}

// public is where clients reach a node.
func (s *service) public(_ context.Context, node string) (string, error) {
	if !s.open {
		return "", nil
	}
	return "ws://" + node, nil
}

// dial is the network between nodes.
func (s *service) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	name, _, _ := strings.Cut(addr, ":")
	n := s.nodes[name]
	if n == nil {
		return nil, fmt.Errorf("no node %s", name)
	}
	c, err := n.net.dial(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.conns = append(n.conns, c)
	return &freezable{c, n}, nil
}

// freezable is a connection to a node that may freeze: what is sent to it is taken and stays unread, and nothing comes of it.
type freezable struct {
	net.Conn
	to *node
}

func (c *freezable) Write(b []byte) (int, error) {
	if c.to.frozen.Load() {
		return len(b), nil
	}
	return c.Conn.Write(b)
}

func (c *freezable) Read(b []byte) (int, error) {
	for {
		n, err := c.Conn.Read(b)
		if err != nil || !c.to.frozen.Load() {
			return n, err
		}
	}
}

// cut breaks the connections that other nodes have to this one.
func (n *node) cut() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, c := range n.conns {
		_ = c.Close()
	}
	n.conns = nil
}

// counts is what a node's metrics say, by name with labels.
func (n *node) counts(metric string) int {
	n.Helper()
	answer := n.get("/metrics")
	for line := range strings.Lines(body(answer)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if name == "deltatick_"+metric {
			v, err := strconv.Atoi(value)
			if err != nil {
				n.Fatal(err)
			}
			return v
		}
	}
	n.Fatalf("no metric %s", metric)
	return 0
}

// vanish leaves the node unreachable; its matches are gone with it, and nobody is told.
func (n *node) vanish() {
	n.net.cutOff.Store(true)
	n.cut()
	n.mu.Lock()
	defer n.mu.Unlock()
	clear(n.running)
}

// elsewhere is the error of a host that knows where a match has gone.
type elsewhere struct{ place }

func (e *elsewhere) Error() string { return "it runs on " + e.node }

func (e *elsewhere) Place() (node, address string, epoch uint32) {
	return e.node, "ws://" + e.node, e.epoch
}

var errUnknown = errors.New("unknown match")

// Attach implements server.Host.
func (n *node) Attach(id string, seat match.SeatID, user string) (*match.Seat, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	m := n.running[id]
	if m == nil {
		if at, ok := n.went[id]; ok {
			return nil, &elsewhere{at}
		}
		return nil, errUnknown
	}
	return m.find(seat, user)
}

// awayMatch is a match on some node, as its lobby has it. It can be moved.
type awayMatch struct {
	s      *service
	id     string
	over   chan struct{}
	kind   match.Kind
	once   sync.Once
	result match.Result

	running sync.WaitGroup

	mu    sync.Mutex
	on    *node
	match *match.Match
	seats []*match.Seat
}

func (s *service) newMatch(q lobby.MatchRequest) (lobby.Match, error) {
	a := &awayMatch{s: s, id: fmt.Sprintf("m-%d", s.made.Add(1)), kind: q.Kind, over: make(chan struct{})}
	n := s.nodes[s.where]
	lease := a.acquire(n)
	m, err := match.New(match.Config{
		Kind: q.Kind, Settings: q.Settings, MaxPlayers: q.MaxPlayers, MaxSpectators: q.MaxSpectators,
		ID: a.id, Epoch: lease.Epoch, Seed: 1, Grace: time.Hour,
	})
	if err != nil {
		return nil, err
	}
	a.settle(n, lease, m, nil)
	s.mu.Lock()
	s.matches = append(s.matches, a)
	s.mu.Unlock()
	return a, nil
}

// acquire waits until the match can be the node's.
func (a *awayMatch) acquire(n *node) cluster.Lease {
	for round := 0; ; round++ {
		lease, err := a.s.engine.Acquire(context.Background(), cluster.KindMatch, a.id, fmt.Sprintf("%s/%d", n.name, round), cluster.MinTTL)
		if err == nil {
			return lease
		}
		time.Sleep(cluster.MinTTL) // the former owner's ends by itself
	}
}

// settle lets the match run on a node.
func (a *awayMatch) settle(n *node, lease cluster.Lease, m *match.Match, seats []*match.Seat) {
	a.mu.Lock()
	a.on, a.match, a.seats = n, m, seats
	a.mu.Unlock()
	n.mu.Lock()
	n.running[a.id] = a
	delete(n.went, a.id)
	n.mu.Unlock()
	if err := a.s.engine.PutMatch(context.Background(), lease, cluster.Match{Node: n.name}); err != nil {
		a.s.Error(err)
	}
	a.running.Go(func() {
		if err := m.Run(context.Background()); errors.Is(err, match.ErrElsewhere) {
			return
		}
		a.once.Do(func() {
			a.result = m.Result()
			close(a.over)
		})
	})
}

// move hands the match over to another node, as a drain does. With told, its former node knows where it went.
func (a *awayMatch) move(to *node, told bool) {
	a.s.Helper()
	a.mu.Lock()
	from, m := a.on, a.match
	a.mu.Unlock()
	last := make(chan match.Capture, 1)
	if err := m.HandOver(last, 0); err != nil {
		a.s.Fatal(err)
	}
	data, err := (<-last).Bytes()
	if err != nil {
		a.s.Fatal(err)
	}
	lease := a.acquire(to)
	from.mu.Lock()
	delete(from.running, a.id)
	if told {
		from.went[a.id] = place{to.name, lease.Epoch}
	}
	from.mu.Unlock()
	a.resume(to, lease, data)
}

// resume lets the match go on on a node, as it was.
func (a *awayMatch) resume(to *node, lease cluster.Lease, checkpoint []byte) {
	a.s.Helper()
	m, seats, err := match.Restore(match.Config{Kind: a.kind, Epoch: lease.Epoch, Grace: time.Hour}, checkpoint,
		func(seat match.SeatID, user string) match.Outbox { return to.outbox.Of(a.id, seat, user) })
	if err != nil {
		a.s.Fatal(err)
	}
	a.settle(to, lease, m, seats)
}

// checkpoint is the match as it is now.
func (a *awayMatch) checkpoint() []byte {
	a.s.Helper()
	data, err := a.current().Checkpoint(a.s.Context())
	if err != nil {
		a.s.Fatal(err)
	}
	return data
}

// stop ends the match, wherever it runs.
func (a *awayMatch) stop() {
	a.current().Stop(match.ReasonShutdown)
	a.running.Wait()
}

// crash takes a node away with the match, which goes on as another node has it from a checkpoint.
func (a *awayMatch) crash(to *node, checkpoint []byte) {
	a.s.Helper()
	a.mu.Lock()
	from, m := a.on, a.match
	a.mu.Unlock()
	from.vanish()
	m.Abandon(0)
	a.resume(to, a.acquire(to), checkpoint)
}

// only is the service's one match.
func (s *service) only() *awayMatch {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.matches[0]
}

// ID, Run, Join, Watch, Configure, Stop and Result make it a lobby.Match.
func (a *awayMatch) ID() string { return a.id }

func (a *awayMatch) Run(ctx context.Context) error {
	select {
	case <-a.over:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (a *awayMatch) Join(who match.Member) (lobby.TakenSeat, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	id := match.SeatID(len(a.seats) + 1)
	return a.took(a.match.JoinAt(id, match.Member{User: who.User, Name: who.Name, Out: a.on.outbox.Of(a.id, id, who.User)}))
}

func (a *awayMatch) Watch(who match.Member) (lobby.TakenSeat, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.took(a.match.Watch(match.Member{User: who.User, Name: who.Name, Out: a.on.outbox.Of(a.id, 0, who.User)}))
}

func (a *awayMatch) took(seat *match.Seat, err error) (lobby.TakenSeat, error) {
	if err != nil {
		return nil, err
	}
	a.seats = append(a.seats, seat)
	return &awaySeat{a, seat.ID(), seat.User()}, nil
}

func (a *awayMatch) Configure(match.Settings) {}

func (a *awayMatch) Stop(reason string) { a.current().Stop(reason) }

func (a *awayMatch) Result() match.Result { return a.result }

// awaySeat is a place in such a match.
type awaySeat struct {
	match *awayMatch
	id    match.SeatID
	user  string
}

func (s *awaySeat) ID() match.SeatID { return s.id }

func (s *awaySeat) MatchID() string { return s.match.id }

func (s *awaySeat) Leave(reason string) {
	if seat, err := s.match.find(s.id, s.user); err == nil {
		seat.Leave(reason)
	}
}

func (a *awayMatch) find(id match.SeatID, user string) (*match.Seat, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, seat := range a.seats {
		if seat.ID() == id && seat.User() == user {
			return seat, nil
		}
	}
	return nil, errUnknown
}

func (a *awayMatch) current() *match.Match {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.match
}
