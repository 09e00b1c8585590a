package server_test

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/server"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tally is the game of these tests: everyone has a counter that the input moves.
type tally struct {
	counters *match.Table[counter]
	inputs   *match.Inputs[press]
	bySeat   map[match.SeatID]match.EntityID
}

type counter struct {
	Seat match.SeatID
	N    int32
	Name string `sync:"max=96"`
}

type press struct {
	Add  int8 `sync:"min=-1,max=1"`
	Boom bool
	End  bool
	Ring bool
}

func tallyKind() match.Kind {
	return match.Kind{
		Name: "tally", MaxPlayers: 4, New: func() match.Game { return &tally{bySeat: map[match.SeatID]match.EntityID{}} },
		Settings: []match.Setting{{Name: "pad", Max: 2000}},
	}
}

func (g *tally) Setup(s *match.Setup) error {
	g.counters = match.AddTable[counter](s, "counters")
	g.inputs = match.AddInputs[press](s)
	for range s.Settings["pad"] {
		g.counters.Spawn(counter{})
	}
	return nil
}

func (g *tally) Join(_ *match.Tick, p match.Player) {
	g.bySeat[p.Seat] = g.counters.Spawn(counter{Seat: p.Seat, Name: p.Name})
}

func (g *tally) Leave(_ *match.Tick, p match.Player) { g.counters.Despawn(g.bySeat[p.Seat]) }

func (g *tally) Step(t *match.Tick) {
	if g.counters.Len() > 100 {
		for _, c := range g.counters.All() {
			if c.Seat == 0 {
				c.N += int32(t.Number()) * 7
			}
		}
	}
	for p := range t.Players() {
		in, age := g.inputs.Of(p.Seat)
		if age < 0 {
			continue
		}
		g.counters.Get(g.bySeat[p.Seat]).N += int32(in.Add)
		switch {
		case in.Boom:
			panic("boom")
		case in.End:
			t.End(map[string]any{"winner": p.Name})
		case in.Ring && age == 0:
			t.Emit("ring", map[string]any{"tick": t.Number()})
		}
	}
}

// house is a server in memory and in virtual time.
type house struct {
	*testing.T
	server *server.Server
	net    *memoryNet
	front  *http.Server
	stop   context.CancelFunc
	ended  chan error
	guests sync.WaitGroup
	ctx    context.Context
	leave  context.CancelFunc
}

// bubble runs a test with a server that has ended, and left nothing behind, when the test has.
func bubble(t *testing.T, cfg server.Config, test func(h *house)) {
	synctest.Test(t, func(t *testing.T) {
		cfg.Guests = cfg.Guests || cfg.Auth == nil
		if cfg.Kinds == nil {
			cfg.Kinds = []match.Kind{tallyKind()}
		}
		cfg.Logger = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
		s, err := server.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		h := &house{T: t, server: s, net: newMemoryNet(), front: &http.Server{Handler: s.Handler()}, ended: make(chan error, 1)}
		run, stop := context.WithCancel(t.Context())
		h.stop = stop
		h.ctx, h.leave = context.WithCancel(t.Context())
		served := make(chan struct{})
		go func() {
			defer close(served)
			_ = h.front.Serve(h.net)
		}()
		go func() { h.ended <- s.Run(run) }()
		defer func() {
			stop()
			if err := <-h.ended; err != nil {
				t.Error(err)
			}
			h.leave()
			h.guests.Wait()
			_ = h.front.Close()
			<-served
		}()
		test(h)
	})
}

// guest is a client of the house.
type guest struct {
	*client.Client
	h      *house
	ended  chan error
	cancel context.CancelFunc
	mu     sync.Mutex
	events []protocol.Event
}

func (h *house) guest(name string) *guest {
	h.Helper()
	return h.guestWith(client.Config{Name: name, NetDial: h.net.dial})
}

func (h *house) guestWith(cfg client.Config) *guest {
	h.Helper()
	g := &guest{h: h, ended: make(chan error, 1)}
	cfg.URL = cmp.Or(cfg.URL, "ws://memory/ws")
	cfg.Handlers.Event = func(e protocol.Event) {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.events = append(g.events, e)
	}
	var err error
	g.Client, err = client.New(cfg)
	if err != nil {
		h.Fatal(err)
	}
	ctx, cancel := context.WithCancel(h.ctx)
	g.cancel = cancel
	h.guests.Go(func() { g.ended <- g.Run(ctx) })
	return g
}

// rings counts the game's events that came.
func (g *guest) rings() (ticks []uint32) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, e := range g.events {
		if e.Channel == protocol.ChannelMatch && e.Name == "ring" {
			ticks = append(ticks, e.Tick)
		}
	}
	return ticks
}

// heard names the events that came, in order.
func (g *guest) heard() (names []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, e := range g.events {
		names = append(names, e.Channel+"/"+e.Name)
	}
	return names
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// host opens a lobby, starts a match in it and waits until it is in.
func (g *guest) host(lobby client.NewLobby) (*client.State, *client.Room) {
	g.h.Helper()
	lobby.Game = cmp.Or(lobby.Game, "tally")
	state, err := g.Lobby().Create(g.h.ctx, lobby)
	g.h.must(err)
	g.h.must(g.Lobby().Start(g.h.ctx))
	return state, g.room(nil)
}

func (g *guest) join(id string, spectate bool) *client.Room {
	g.h.Helper()
	_, err := g.Lobby().Join(g.h.ctx, id, spectate)
	g.h.must(err)
	return g.room(nil)
}

func (g *guest) hostAny() *client.Room {
	g.h.Helper()
	_, room := g.host(client.NewLobby{})
	return room
}

// room waits for a room other than the given one, and for its first view.
func (g *guest) room(after *client.Room) *client.Room {
	g.h.Helper()
	ctx, cancel := context.WithTimeout(g.h.ctx, time.Minute)
	defer cancel()
	room, err := g.NextRoom(ctx, after)
	g.h.must(err)
	for room.View() == nil {
		if ctx.Err() != nil {
			g.h.Fatal("no view within a minute")
		}
		time.Sleep(time.Millisecond)
	}
	return room
}

// play sends the same input every tick until stopped, through all rooms of the match.
func (g *guest) play(inputs map[string]float64) (stop func()) {
	return g.steer(func(room *client.Room) func(*client.View, *client.Input) {
		return func(_ *client.View, in *client.Input) {
			for name, v := range inputs {
				in.Set(room.Input(name), v)
			}
		}
	})
}

// steer lets what at returns make the inputs in every room of the match, until stopped.
func (g *guest) steer(at func(*client.Room) func(*client.View, *client.Input)) (stop func()) {
	ctx, cancel := context.WithCancel(g.h.ctx)
	var playing sync.WaitGroup
	playing.Go(func() {
		var room *client.Room
		for {
			next, err := g.NextRoom(ctx, room)
			if err != nil {
				return
			}
			room = next
			_ = room.Play(ctx, at(room))
		}
	})
	return func() {
		cancel()
		playing.Wait()
	}
}

// count is what a seat's counter shows in a room's newest view.
func count(room *client.Room, seat int) int {
	view, table := room.View(), room.Table("counters")
	for row := range table.Len(view) {
		if table.Column("seat").Int(view, row) == seat {
			return table.Column("n").Int(view, row)
		}
	}
	return -1
}

// memoryNet is a network of in-memory pipes. As a listener it serves what is dialed.
type memoryNet struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
	cutOff atomic.Bool // dials fail
}

func newMemoryNet() *memoryNet {
	return &memoryNet{conns: make(chan net.Conn), closed: make(chan struct{})}
}

var errClosed = errors.New("network closed")

func (n *memoryNet) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	if n.cutOff.Load() {
		return nil, errClosed
	}
	here, there := net.Pipe()
	select {
	case n.conns <- there:
		return here, nil
	case <-n.closed:
		return nil, errClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (n *memoryNet) Accept() (net.Conn, error) {
	select {
	case c := <-n.conns:
		return c, nil
	case <-n.closed:
		return nil, errClosed
	}
}

func (n *memoryNet) Close() error {
	n.once.Do(func() { close(n.closed) })
	return nil
}

func (n *memoryNet) Addr() net.Addr { return &net.UnixAddr{Name: "memory", Net: "memory"} }
