package matches_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/matches"
	"github.com/deltatick/deltatick/cluster/memory"
	"github.com/deltatick/deltatick/cluster/peer"
	"github.com/deltatick/deltatick/cluster/roster"
	"github.com/deltatick/deltatick/match"
)

func TestMain(m *testing.M) {
	// What packs checkpoints is made when the first one is, and may not belong to the virtual time of one test.
	sim, err := match.NewSim(raceKind, match.SimConfig{})
	if err != nil {
		panic(err)
	}
	data, err := sim.Checkpoint()
	if err == nil {
		_, err = match.RestoreSim(raceKind, data)
	}
	if err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// service is some nodes in one bubble of virtual time, on one store.
type service struct {
	t     *testing.T
	store atomic.Pointer[memory.Store]
	net   *network
	nodes map[string]*node
}

// node is one of them. It runs until the test ends or it dies.
type node struct {
	*service
	id       string
	engine   *engine
	keeper   *cluster.Keeper
	roster   *roster.Roster
	mesh     *mesh
	host     *matches.Host // nil: it runs no matches
	placer   *matches.Placer
	counters *matches.Counters
	matches  *match.Counters
	events   *events
	left     chan string
	die      func()
}

func newService(t *testing.T) *service {
	s := &service{t: t, net: &network{nodes: map[string]*mesh{}}, nodes: map[string]*node{}}
	s.store.Store(memory.NewStore(memory.Config{}))
	return s
}

// add starts a node with room for so many matches.
func (s *service) add(id string, capacity int, change func(*matches.Config)) *node {
	s.t.Helper()
	n := &node{
		service: s, id: id, engine: newEngine(s), mesh: s.net.join(id), counters: new(matches.Counters), matches: new(match.Counters),
		events: &events{}, left: make(chan string, 256),
	}
	var err error
	n.keeper, err = cluster.NewKeeper(cluster.KeeperConfig{Engine: n.engine, Restored: func(l cluster.Lease) {
		if l.Kind == cluster.KindMatch && n.host != nil {
			n.host.Restored(l)
		}
		if l.Kind == cluster.KindNode {
			n.roster.Again()
		}
	}})
	must(s.t, err)
	self := cluster.Node{ID: id, Owner: id + "/" + fmt.Sprint(len(s.nodes)), Address: "ws://" + id, Capacity: capacity}
	n.roster, err = roster.New(roster.Config{Engine: n.engine, Keeper: n.keeper, Node: self, Load: func() (int, time.Duration) {
		if n.host == nil {
			return 0, 0
		}
		return n.host.Load(), 0
	}})
	must(s.t, err)
	if capacity > 0 {
		cfg := matches.Config{
			Engine: n.engine, Keeper: n.keeper, Peers: n.mesh, Roster: n.roster, Kinds: []match.Kind{raceKind, mapKind}, Counters: n.counters,
			Outbox: n.events.of, Left: func(id string) { n.left <- id }, Match: match.Config{Counters: n.matches},
		}
		if change != nil {
			change(&cfg)
		}
		n.host, err = matches.New(cfg)
		must(s.t, err)
	}
	n.placer, err = matches.NewPlacer(matches.PlacerConfig{Engine: n.engine, Peers: n.mesh, Roster: n.roster, Counters: n.counters})
	must(s.t, err)
	must(s.t, n.roster.Open(s.t.Context()))
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = n.keeper.Run(ctx) })
	running.Go(func() { _ = n.roster.Run(ctx) })
	if n.host != nil {
		running.Go(func() { _ = n.host.Run(ctx) })
	}
	n.die = sync.OnceFunc(func() {
		s.net.cut(id)
		n.engine.away.Store(true) // it says nothing to anybody any more
		cancel()
		running.Wait()
		n.mesh.close()
	})
	s.t.Cleanup(n.die)
	s.nodes[id] = n
	return n
}

// settle lets the nodes find each other and become steady.
func (s *service) settle() { time.Sleep(4 * time.Second) }

// engine is a node's way to the store, which can break.
type engine struct {
	*service
	cluster.Engine // of the store that was there first; see the methods below
	away           atomic.Bool
	blind          atomic.Bool // it does not see which leases have ended
}

func newEngine(s *service) *engine { return &engine{service: s, Engine: s.store.Load().Open()} }

// at is the engine on the store as it is now.
func (e *engine) at() (cluster.Engine, error) {
	if e.away.Load() {
		return nil, cluster.ErrUnavailable
	}
	return e.store.Load().Open(), nil
}

func (e *engine) Acquire(ctx context.Context, kind cluster.Kind, id, owner string, ttl time.Duration) (cluster.Lease, error) {
	at, err := e.at()
	if err != nil {
		return cluster.Lease{}, err
	}
	return at.Acquire(ctx, kind, id, owner, ttl)
}

func (e *engine) Renew(ctx context.Context, leases ...cluster.Lease) (all []cluster.Renewal) {
	at, err := e.at()
	if err != nil {
		for _, l := range leases {
			all = append(all, cluster.Renewal{Lease: l, Err: err})
		}
		return all
	}
	return at.Renew(ctx, leases...)
}

func (e *engine) Transfer(ctx context.Context, lease cluster.Lease, owner string) (cluster.Lease, error) {
	at, err := e.at()
	if err != nil {
		return cluster.Lease{}, err
	}
	return at.Transfer(ctx, lease, owner)
}

func (e *engine) Release(ctx context.Context, lease cluster.Lease) error {
	at, err := e.at()
	if err != nil {
		return err
	}
	return at.Release(ctx, lease)
}

func (e *engine) Expired(ctx context.Context, kind cluster.Kind) ([]cluster.Lease, error) {
	at, err := e.at()
	if err != nil || e.blind.Load() {
		return nil, err
	}
	return at.Expired(ctx, kind)
}

func (e *engine) PutNode(ctx context.Context, lease cluster.Lease, node cluster.Node) error {
	at, err := e.at()
	if err != nil {
		return err
	}
	return at.PutNode(ctx, lease, node)
}

func (e *engine) Nodes(ctx context.Context) ([]cluster.Node, error) {
	at, err := e.at()
	if err != nil {
		return nil, err
	}
	return at.Nodes(ctx)
}

func (e *engine) PutMatch(ctx context.Context, lease cluster.Lease, m cluster.Match) error {
	at, err := e.at()
	if err != nil {
		return err
	}
	return at.PutMatch(ctx, lease, m)
}

func (e *engine) Match(ctx context.Context, id string) (cluster.Match, error) {
	at, err := e.at()
	if err != nil {
		return cluster.Match{}, err
	}
	return at.Match(ctx, id)
}

func (e *engine) Saved(ctx context.Context, id string) (cluster.Saved, error) {
	at, err := e.at()
	if err != nil {
		return cluster.Saved{}, err
	}
	return at.Saved(ctx, id)
}

func (e *engine) Save(ctx context.Context, saves ...cluster.Save) []error {
	at, err := e.at()
	if err != nil {
		errs := make([]error, len(saves))
		for i := range errs {
			errs[i] = err
		}
		return errs
	}
	return at.Save(ctx, saves...)
}

// network is what nodes say to each other, without sockets.
type network struct {
	mu    sync.Mutex
	nodes map[string]*mesh
}

// mesh is a node's end of it.
type mesh struct {
	net *network
	id  string

	calls map[string]peer.Handler
	casts map[string]func(string, []byte)
	lost  []func(string)
	found []func(string)

	ctx     context.Context
	stop    context.CancelFunc
	running sync.WaitGroup

	// Guarded by net.mu.
	down   bool            // nothing comes or goes
	deaf   map[string]bool // methods whose answers are lost
	queues map[string]chan func()
}

func (n *network) join(id string) *mesh {
	n.mu.Lock()
	defer n.mu.Unlock()
	m := &mesh{net: n, id: id, calls: map[string]peer.Handler{}, casts: map[string]func(string, []byte){}, queues: map[string]chan func(){}, deaf: map[string]bool{}}
	m.ctx, m.stop = context.WithCancel(context.Background())
	n.nodes[id] = m
	return m
}

func (m *mesh) close() {
	m.stop()
	m.running.Wait()
}

// cut takes a node off the network, and others notice.
func (n *network) cut(id string) { n.set(id, true) }

// mend puts it back, and it connects to the others.
func (n *network) mend(id string) { n.set(id, false) }

func (n *network) set(id string, down bool) {
	n.mu.Lock()
	changed := n.nodes[id].down != down
	n.nodes[id].down = down
	var others []*mesh
	for other, m := range n.nodes {
		if other != id && !m.down {
			others = append(others, m)
		}
	}
	n.mu.Unlock()
	for _, m := range others {
		told := m.lost
		if !down {
			told = m.found
		}
		for _, f := range told {
			if changed {
				f(id)
			}
		}
	}
}

// answersAreLost has calls of a method to a node done and not answered.
func (n *network) answersAreLost(id, method string, lost bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.nodes[id].deaf[method] = lost
}

func (m *mesh) Handle(method string, h peer.Handler)     { m.calls[method] = h }
func (m *mesh) On(method string, f func(string, []byte)) { m.casts[method] = f }
func (m *mesh) OnLost(f func(node string))               { m.lost = append(m.lost, f) }
func (m *mesh) OnConnect(f func(node string))            { m.found = append(m.found, f) }

func (m *mesh) to(id string) *mesh {
	m.net.mu.Lock()
	defer m.net.mu.Unlock()
	to := m.net.nodes[id]
	if to == nil || to.down || m.down {
		return nil
	}
	return to
}

func (m *mesh) Call(ctx context.Context, node, method string, payload []byte) ([]byte, error) {
	to := m.to(node)
	if to == nil || to.calls[method] == nil {
		return nil, peer.ErrUnreachable
	}
	answer, err := to.calls[method](ctx, m.id, append([]byte(nil), payload...))
	m.net.mu.Lock()
	deaf := to.deaf[method]
	m.net.mu.Unlock()
	if deaf {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if m.to(node) == nil {
		return nil, peer.ErrUnreachable
	}
	return answer, err
}

func (m *mesh) Cast(node, method string, payload []byte) error {
	to := m.to(node)
	if to == nil {
		return peer.ErrUnreachable
	}
	payload = append([]byte(nil), payload...)
	m.net.mu.Lock()
	defer m.net.mu.Unlock()
	if to.ctx.Err() != nil {
		return peer.ErrClosed
	}
	q := to.queues[m.id]
	if q == nil {
		q = make(chan func(), 4096)
		to.queues[m.id] = q
		to.running.Go(func() {
			for {
				select {
				case f := <-q:
					f()
				case <-to.ctx.Done():
					return
				}
			}
		})
	}
	select {
	case q <- func() {
		if f := to.casts[method]; f != nil && m.to(node) != nil {
			f(m.id, payload)
		}
	}:
		return nil
	default:
		return peer.ErrFull
	}
}

// events are those of all seats of a node.
type events struct {
	mu   sync.Mutex
	told []string
}

type mailbox struct {
	events *events
	who    string
}

func (e *events) of(id string, seat match.SeatID, user string) match.Outbox {
	return mailbox{e, fmt.Sprint(user, "@", seat)}
}

func (b mailbox) Emit(_, name string, _ []byte, tick uint32) {
	b.events.mu.Lock()
	defer b.events.mu.Unlock()
	b.events.told = append(b.events.told, fmt.Sprint(b.who, " ", name, " ", tick))
}

func (e *events) take() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	told := e.told
	e.told = nil
	return told
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// within waits, in virtual time, until something is so.
func within(t *testing.T, d time.Duration, what string, is func() bool) time.Duration {
	t.Helper()
	began := time.Now()
	for {
		synctest.Wait()
		if is() {
			return time.Since(began)
		}
		if time.Since(began) > d {
			t.Fatalf("not within %v: %s", d, what)
		}
		time.Sleep(time.Millisecond)
	}
}
