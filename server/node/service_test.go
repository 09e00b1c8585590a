package node_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/memory"
	"github.com/deltatick/deltatick/games/dots"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/server"
	"github.com/deltatick/deltatick/server/node"
	"github.com/deltatick/deltatick/session/channel"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*persistConn).readLoop"), goleak.IgnoreAnyFunction("net/http.(*persistConn).writeLoop"))
}

// soon is by when what has to come has come, on the slowest machine.
const soon = 30 * time.Second

// service is nodes in this process, over loopback and one store.
type service struct {
	*testing.T
	store *memory.Store
	ctx   context.Context
	nodes map[string]*running
}

// running is a node that runs.
type running struct {
	id     string
	addr   string
	shop   *channel.Channel
	end    func() // as SIGTERM would; it waits
	kill   func() // as SIGKILL would, seen from outside: nobody hears of the node any more, nor it of anybody
	wires  *wires
	server *server.Server
}

func newService(t *testing.T) *service {
	ctx, cancel := context.WithTimeout(context.Background(), soon)
	s := &service{T: t, store: memory.NewStore(memory.Config{}), ctx: ctx, nodes: map[string]*running{}}
	t.Cleanup(func() {
		for _, n := range s.nodes {
			n.end()
		}
		cancel()
	})
	return s
}

// start starts a node: one of lobbies, or, with matches above 0, a match server, unless an edit of its settings says otherwise.
func (s *service) start(id string, matches int, edits ...func(*node.Config)) *running {
	s.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.Fatal(err)
	}
	engine := s.store.Open()
	way := &cut{Engine: engine}
	n := &running{id: id, addr: listener.Addr().String(), shop: channel.New("shop", channel.Config{Auto: true}), wires: &wires{}}
	cfg := node.Config{
		Engine: way, NetDial: n.wires.dial, Secret: []byte("the secret of the service"), ID: id, URL: "ws://" + n.addr, NoLobbies: matches > 0, Matches: matches,
		Server: server.Config{Kinds: []match.Kind{dots.Kind()}, Guests: true, Grace: 20 * time.Second, DrainWait: 5 * time.Second},
	}
	if matches == 0 {
		cfg.Server.Channels = []*channel.Channel{n.shop}
	}
	for _, edit := range edits {
		edit(&cfg)
	}
	if n.server, err = node.New(cfg); err != nil {
		s.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- n.server.Serve(ctx, door{listener, n.wires}, nil) }()
	var killed atomic.Bool
	n.kill = func() {
		killed.Store(true)
		way.off.Store(true)
		n.wires.kill()
	}
	var once sync.Once
	n.end = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil && !killed.Load() {
				s.Errorf("%s: %v", id, err)
			}
			engine.Close()
		})
	}
	s.nodes[id] = n
	s.eventually(id+" is in the directory", func() bool {
		nodes, err := engine.Nodes(s.ctx)
		for _, other := range nodes {
			if other.ID == id {
				return true
			}
		}
		return err != nil && !errors.Is(err, cluster.ErrUnavailable)
	})
	return n
}

func (s *service) eventually(what string, ask func() bool) {
	s.Helper()
	for !ask() {
		select {
		case <-s.ctx.Done():
			s.Fatalf("not within %v: %s", soon, what)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// player is a client that dials the nodes of a list in turn, as through a load balancer.
type player struct {
	*client.Client
	s *service

	mu       sync.Mutex
	dials    []*running
	sessions []client.Session
	heard    []string // chat and events of the shop
	room     *client.Room
	views    int // of the present room
	onEvent  func(protocol.Event)
}

func (s *service) join(name string, nodes ...*running) *player {
	s.Helper()
	p := &player{s: s, dials: nodes}
	c, err := client.New(client.Config{
		URL: "ws://service/ws", Name: name, KeepDialing: true, NetDial: p.dial, BackoffCap: 100 * time.Millisecond, RequestTimeout: soon,
		Handlers: client.Handlers{
			Connected: func(at client.Session) { p.note(func() { p.sessions = append(p.sessions, at) }) },
			Message:   func(m client.ChatMessage) { p.note(func() { p.heard = append(p.heard, m.Name+": "+m.Text) }) },
			Entered:   func(r *client.Room) { p.note(func() { p.room, p.views = r, 0 }) },
			Event: func(e protocol.Event) {
				p.note(func() {
					if p.onEvent != nil {
						p.onEvent(e)
					}
				})
			},
			Snapshot: func(*client.Room, *client.View) { p.note(func() { p.views++ }) },
		},
	})
	if err != nil {
		s.Fatal(err)
	}
	p.Client = c
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = c.Run(ctx) // ends with ctx
	}()
	s.Cleanup(func() {
		cancel()
		<-done
	})
	s.eventually(name+" is connected", func() bool { return p.session().ID != "" })
	return p
}

func (p *player) note(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
}

func (p *player) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	p.mu.Lock()
	nodes := slices.Clone(p.dials)
	p.dials = append(nodes[1:len(nodes):len(nodes)], nodes[0])
	p.mu.Unlock()
	var errs []error
	for _, n := range nodes {
		c, err := new(net.Dialer).DialContext(ctx, network, n.addr)
		if err == nil {
			return c, nil
		}
		errs = append(errs, err)
	}
	return nil, errors.Join(errs...)
}

// session is the newest.
func (p *player) session() (at client.Session) {
	p.note(func() {
		if len(p.sessions) > 0 {
			at = p.sessions[len(p.sessions)-1]
		}
	})
	return at
}

// plays waits for views in a room that is as wanted, and returns it.
func (p *player) plays(wanted func(*client.Room) bool) (room *client.Room) {
	p.s.Helper()
	p.s.eventually("views in a room as wanted", func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		room = p.room
		return room != nil && p.views > 5 && wanted(room)
	})
	return room
}

func (p *player) hears(text string) {
	p.s.Helper()
	p.s.eventually(text, func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return len(p.heard) > 0 && p.heard[len(p.heard)-1] == text
	})
}

// meet has two players share a lobby of the first's, and returns its id.
func (s *service) meet(ann, bob *player) (id string) {
	s.Helper()
	lobby, err := ann.Lobby().Create(s.ctx, client.NewLobby{Game: "dots"})
	if err != nil {
		s.Fatal(err)
	}
	if _, err := bob.Lobby().JoinCode(s.ctx, lobby.Code, false); err != nil {
		s.Fatal(err)
	}
	return lobby.ID
}

func any(*client.Room) bool { return true }

// onEvent notes who hears an event.
func onEvent(channel, name, who string, got chan<- string) func(protocol.Event) {
	return func(e protocol.Event) {
		if e.Channel == channel && e.Name == name {
			got <- who
		}
	}
}
