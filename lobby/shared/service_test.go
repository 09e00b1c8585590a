package shared_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/memory"
	"github.com/deltatick/deltatick/cluster/roster"
	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/lobby/shared"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var kind = match.Kind{Name: "toy", Title: "The Toy", MinPlayers: 2, MaxPlayers: 4, New: func() match.Game { return toy{} }}

type toy struct{}

func (toy) Setup(*match.Setup) error        { return nil }
func (toy) Join(*match.Tick, match.Player)  {}
func (toy) Leave(*match.Tick, match.Player) {}
func (toy) Step(*match.Tick)                {}

// service is some nodes over one store, in a synctest bubble.
type service struct {
	t     *testing.T
	ctx   context.Context
	store *memory.Store
	net   *network
	nodes []*node
	games *games

	version func(cluster.Engine) cluster.Engine // what nodes that start see the store through; nil: as it is
}

// node is what a process would be.
type node struct {
	*shared.Directory
	s        *service
	id       string
	engine   *faulty
	counters *shared.Counters
	lobbies  *lobby.Counters
	roster   *roster.Roster
	stop     func() // ends Run and waits
	die      func() // ends everything at once, as a crash does
}

func inService(t *testing.T, nodes int, test func(*service)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &service{t: t, ctx: t.Context(), store: memory.NewStore(memory.Config{}), net: &network{stations: map[string]*station{}}, games: newGames()}
		for i := range nodes {
			s.start(string(rune('a' + i)))
		}
		defer func() {
			for _, n := range s.nodes {
				n.stop()
			}
			s.net.close()
		}()
		s.pass(4 * time.Second) // nodes are steady
		test(s)
	})
}

func (s *service) start(id string) *node {
	s.t.Helper()
	var store cluster.Engine = s.store.Open()
	if s.version != nil {
		store = s.version(store)
	}
	n := &node{s: s, id: id, engine: &faulty{Engine: store}, counters: new(shared.Counters), lobbies: new(lobby.Counters)}
	owner := id + "/1"
	var d atomic.Pointer[shared.Directory]
	keeper, err := cluster.NewKeeper(cluster.KeeperConfig{Engine: n.engine, Restored: func(l cluster.Lease) { d.Load().Restored(l) }})
	s.must(err)
	n.roster, err = roster.New(roster.Config{Engine: n.engine, Keeper: keeper, Node: cluster.Node{ID: id, Owner: owner, Lobbies: true}})
	s.must(err)
	s.must(n.roster.Open(s.ctx))
	n.Directory, err = shared.New(shared.Config{
		Node: id, Owner: owner, Engine: n.engine, Keeper: keeper, Mesh: s.net.add(id), Roster: n.roster, Counters: n.counters,
		ResumeMatch: n.resume,
		Lobby: lobby.Config{
			Kinds: []match.Kind{kind}, NewMatch: n.newMatch, Counters: n.lobbies,
			Moved: func(m lobby.Member, id string) { m.(*person).moved(id) },
		},
	})
	s.must(err)
	d.Store(n.Directory)
	ctx, cancel := context.WithCancel(context.Background())
	own, cancelOwn := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = keeper.Run(own) })
	running.Go(func() { _ = n.roster.Run(own) })
	ran := make(chan struct{})
	go func() {
		defer close(ran)
		if err := n.Run(ctx); !errors.Is(err, context.Canceled) {
			s.t.Errorf("Run returned %v", err)
		}
	}()
	n.stop = sync.OnceFunc(func() {
		cancel()
		<-ran
		cancelOwn()
		running.Wait()
		n.engine.Close()
	})
	n.die = func() {
		n.engine.away.Store(true)
		s.net.kill(id)
		cancelOwn()
		running.Wait()
		n.stop()
	}
	s.nodes = append(s.nodes, n)
	return n
}

func (s *service) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// pass lets time pass, and what it brings about be done.
func (s *service) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (s *service) refused(err error, code string) {
	s.t.Helper()
	var refused *protocol.Error
	if !errors.As(err, &refused) || refused.Code != code {
		s.t.Errorf("got %v, want a refusal with %s", err, code)
	}
}

// node is one by id.
func (s *service) node(id string) *node {
	return s.nodes[slices.IndexFunc(s.nodes, func(n *node) bool { return n.id == id })]
}

// owner is the node that the store says has a lobby.
func (s *service) owner(id string) string {
	s.t.Helper()
	entry, err := s.store.Open().Lobby(s.ctx, id)
	s.must(err)
	return entry.Node
}

// person is a session on a node.
type person struct {
	at         *node
	user, name string

	mu     sync.Mutex
	events []event
	seats  []lobby.Seat
	places []string
}

type event struct {
	name    string // channel/name
	payload []byte
}

func (n *node) person(user string) *person {
	return &person{at: n, user: user, name: "Name of " + user}
}

func (p *person) User() string { return p.user }

func (p *person) Name() string { return p.name }

func (p *person) Emit(channel, name string, payload []byte, _ uint32) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.events = append(p.events, event{channel + "/" + name, bytes.Clone(payload)})
}

func (p *person) Seated(seat lobby.Seat) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seats = append(p.seats, seat)
}

func (p *person) moved(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.places = append(p.places, id)
}

// seat is what is held now: match and number.
func (p *person) seat() (string, match.SeatID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.seats) == 0 || p.seats[len(p.seats)-1] == nil {
		return "", 0
	}
	s := p.seats[len(p.seats)-1].(*shared.Seat)
	if s.User() != p.user {
		return "somebody else's", 0
	}
	return s.MatchID(), s.ID()
}

func (p *person) place() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.places) == 0 {
		return ""
	}
	return p.places[len(p.places)-1]
}

func (p *person) told(name string) (payloads [][]byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range p.events {
		if e.name == name {
			payloads = append(payloads, e.payload)
		}
	}
	return payloads
}

func (p *person) heard() (texts []string) {
	for _, m := range p.told("chat/message") {
		texts = append(texts, decoded[lobby.ChatMessage](p.at.s.t, m).Text)
	}
	return texts
}

func (p *person) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.events = nil
}

// newest is the lobby as the client knows it.
func (p *person) newest() lobby.State {
	p.at.s.t.Helper()
	states := p.told("lobby/state")
	if len(states) == 0 {
		p.at.s.t.Fatalf("%s was told no state", p.user)
	}
	var newest lobby.State
	for _, b := range states {
		if s := decoded[lobby.State](p.at.s.t, b); s.Rev >= newest.Rev {
			newest = s
		}
	}
	return newest
}

// ask makes a request on the channel of lobbies.
func (p *person) ask(name string, payload any) error {
	_, err := p.at.Request(p.at.s.ctx, p, name, protocol.MustEncode(payload))
	return err
}

func (p *person) say(text string) error {
	_, err := p.at.ChatRequest(p.at.s.ctx, p, "say", protocol.MustEncode(map[string]string{"text": text}))
	return err
}

func (p *person) create() lobby.State {
	p.at.s.t.Helper()
	reply, err := p.at.Request(p.at.s.ctx, p, "create", protocol.MustEncode(map[string]any{"game": "toy", "start": "host"}))
	p.at.s.must(err)
	return reply.(lobby.LobbyReply).Lobby
}

func (p *person) join(id string) error { return p.ask("join", map[string]string{"id": id}) }

func decoded[T any](t testing.TB, payload []byte) (v T) {
	t.Helper()
	if err := protocol.Decode(payload, &v); err != nil {
		t.Fatal(err)
	}
	return v
}
