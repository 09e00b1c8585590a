package server_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/cluster/ticket"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/server"
)

// road is what leads a client to nodes, by their names; "memory" is the one that it has its session on.
type road struct {
	s     *service
	front *node
	dead  atomic.Bool // nothing gets through to other nodes than the front any more, and nobody is told
	block atomic.Bool // they cannot be dialled

	mu    sync.Mutex
	conns []net.Conn
	views []view
}

// view is what a snapshot left in its room.
type view struct {
	room *client.Room
	tick uint32
}

func (r *road) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	name, _, _ := strings.Cut(addr, ":")
	n := r.s.nodes[name]
	switch {
	case n == nil:
		return r.front.net.dial(ctx, network, addr)
	case r.block.Load():
		return nil, errClosed
	}
	c, err := n.net.dial(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.conns = append(r.conns, c)
	return &mute{c, &r.dead}, nil
}

// mute is a connection that a network may take everything from.
type mute struct {
	net.Conn
	dead *atomic.Bool
}

func (c *mute) Write(b []byte) (int, error) {
	if c.dead.Load() {
		return len(b), nil
	}
	return c.Conn.Write(b)
}

func (c *mute) Read(b []byte) (int, error) {
	for {
		n, err := c.Conn.Read(b)
		if err != nil || !c.dead.Load() {
			return n, err
		}
	}
}

// cut breaks the client's connections to other nodes than its own.
func (r *road) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.conns {
		_ = c.Close()
	}
	r.conns = nil
}

// saw notes a view.
func (r *road) saw(room *client.Room, v *client.View) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.views = append(r.views, view{room, v.Tick})
}

// seen holds the views of a room to having gone forward, with no gap longer than this many ticks.
func (r *road) seen(room *client.Room, most uint32) {
	r.s.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	last := uint32(0)
	for _, v := range r.views {
		if v.room != room {
			continue
		}
		if last != 0 && (v.tick <= last || v.tick > last+most) {
			r.s.Errorf("after tick %d comes %d", last, v.tick)
		}
		last = v.tick
	}
}

// traveller is ada in a match of bells on a node that she reaches by herself, if the service is open, with her input held down.
func traveller(s *service, front *node, where string, cfg client.Config) (ada *guest, room *client.Room, r *road, stop func()) {
	s.Helper()
	s.where = where
	r = &road{s: s, front: front}
	cfg.Name, cfg.NetDial, cfg.Handlers.Snapshot = "ada", r.dial, r.saw
	ada = front.guestWith(cfg)
	_, room = ada.host(client.NewLobby{Game: "bell"})
	stop = ada.play(map[string]float64{"add": 1})
	return ada, ada.reaches(room, 1, 60), r, stop
}

// comes waits until so many connections to nodes of matches have brought their frames.
func (g *guest) comes(upgrades uint64) {
	g.h.Helper()
	for range 20_000 {
		if g.Stats().Upgrades >= upgrades {
			return
		}
		time.Sleep(time.Millisecond)
	}
	g.h.Fatalf("came directly %d times, want %d", g.Stats().Upgrades, upgrades)
}

func TestClientComesToTheNodeOfItsMatchByItself(t *testing.T) {
	for _, codec := range []string{"packed", "mp"} {
		t.Run(codec, func(t *testing.T) {
			nodes(t, server.Config{}, func(s *service, front *node) {
				s.open = true
				ada, room, r, stop := traveller(s, front, "back", client.Config{Codecs: codecs(codec)})
				defer stop()
				ada.comes(1)
				before, inputs := ada.Stats(), front.counts(`relayed_total{what="frame"}`)
				if ada.goesOn(room) != room || ada.Room() != room {
					t.Error("it is another room")
				}
				after := ada.Stats()
				if d := after.Snapshots - before.Snapshots; d == 0 || after.Direct-before.Direct != d {
					t.Errorf("of %d snapshots %d came directly", d, after.Direct-before.Direct)
				}
				if n := front.counts(`relayed_total{what="frame"}`) - inputs; n > 5 {
					t.Errorf("%d inputs went through the relay", n)
				}
				r.seen(room, 2)
				if after.Resyncs != before.Resyncs || after.Fallbacks != 0 {
					t.Errorf("%+v", after)
				}
				back := s.nodes["back"]
				if all, direct := back.counts("seat_sessions"), back.counts("seat_sessions_direct"); all != 2 || direct != 1 {
					t.Errorf("%d sessions for the seat, %d of them direct", all, direct)
				}
			}, "front", "back")
		})
	}
}

func TestRelayTakesOverAtOnceWhenTheDirectConnectionIsLost(t *testing.T) {
	nodes(t, server.Config{}, func(s *service, front *node) {
		s.open = true
		ada, room, r, stop := traveller(s, front, "back", client.Config{})
		defer stop()
		for n := range uint64(3) {
			ada.comes(n + 1)
			ada.goesOn(room)
			r.cut()
			for ada.Stats().Fallbacks <= n {
				time.Sleep(time.Millisecond)
			}
			if ada.goesOn(room); ada.Room() != room {
				t.Fatal("it is another room")
			}
		}
		r.seen(room, 4)
	}, "front", "back")
}

func TestRelayTakesOverWhenTheDirectConnectionIsSilent(t *testing.T) {
	nodes(t, server.Config{}, func(s *service, front *node) {
		s.open = true
		ada, room, r, stop := traveller(s, front, "back", client.Config{LinkTimeout: time.Second})
		defer stop()
		ada.comes(1)
		ada.goesOn(room)
		r.block.Store(true)
		r.dead.Store(true)
		ada.goesOn(room)
		r.seen(room, 75) // a second until it is noticed: the other end has not, by then
		if s := ada.Stats(); s.Fallbacks != 1 {
			t.Errorf("%d fallbacks", s.Fallbacks)
		}
		time.Sleep(5 * time.Second)
		r.dead.Store(false)
		r.block.Store(false)
		ada.comes(2)
		if ada.goesOn(room); ada.Room() != room {
			t.Error("it is another room")
		}
	}, "front", "back")
}

func TestClientThatCannotReachTheNodeStaysBehindItsRelay(t *testing.T) {
	nodes(t, server.Config{}, func(s *service, front *node) {
		s.open = true
		r := &road{s: s, front: front}
		r.block.Store(true)
		s.where = "back"
		ada := front.guestWith(client.Config{Name: "ada", NetDial: r.dial, Handlers: client.Handlers{Snapshot: r.saw}})
		_, room := ada.host(client.NewLobby{Game: "bell"})
		defer ada.play(map[string]float64{"add": 1})()
		ada.reaches(room, 1, 300)
		r.seen(room, 2)
		if s := ada.Stats(); s.Direct != 0 || s.Upgrades != 0 || s.Fallbacks != 0 || s.Connects != 1 || s.Keyframes != 1 {
			t.Errorf("%+v", s)
		}
	}, "front", "back")
}

func TestPlayGoesOnWhileTheLobbyConnectionIsLost(t *testing.T) {
	nodes(t, server.Config{}, func(s *service, front *node) {
		s.open = true
		ada, room, r, stop := traveller(s, front, "back", client.Config{})
		defer stop()
		ada.comes(1)
		ada.reaches(room, 1, count(room, 1)+60)
		front.net.cutOff.Store(true)
		ada.Cut()
		ada.reaches(room, 1, count(room, 1)+100)
		if ada.Online() {
			t.Error("the lobby connection is there")
		}
		front.net.cutOff.Store(false)
		for !ada.Online() {
			time.Sleep(time.Millisecond)
		}
		ada.reaches(room, 1, count(room, 1)+60)
		if ada.Room() != room || ada.Stats().Upgrades != 1 {
			t.Errorf("%d upgrades, the same room: %v", ada.Stats().Upgrades, ada.Room() == room)
		}
		r.seen(room, 2)
		twice(t, ada.rings(), 30)
		if s := ada.Stats(); s.EventGaps != 0 || s.Desyncs != 0 {
			t.Errorf("%+v", s)
		}
	}, "front", "back")
}

func TestBothConnectionsLostBringThePlayerBackByTheLobby(t *testing.T) {
	nodes(t, server.Config{}, func(s *service, front *node) {
		s.open = true
		ada, room, r, stop := traveller(s, front, "back", client.Config{})
		defer stop()
		ada.comes(1)
		r.block.Store(true)
		front.net.cutOff.Store(true)
		ada.Cut()
		r.cut()
		<-room.Done()
		if !errors.Is(room.Err(), client.ErrOffline) {
			t.Errorf("the room ended with %v", room.Err())
		}
		front.net.cutOff.Store(false)
		next := ada.room(room)
		if next.Match != room.Match || next.Epoch != room.Epoch || next.Seat != room.Seat {
			t.Errorf("back in %s, epoch %d", next.Match, next.Epoch)
		}
		ada.reaches(next, 1, count(next, 1)+60)
		r.block.Store(false)
		ada.comes(2)
		ada.reaches(next, 1, count(next, 1)+60)
		twice(t, ada.rings(), 20)
	}, "front", "back")
}

func TestClientFollowsItsMatchDirectly(t *testing.T) {
	for name, leave := range map[string]func(s *service, to string, saved []byte){
		"moved":      func(s *service, to string, _ []byte) { s.only().move(s.nodes[to], true) },
		"taken over": func(s *service, to string, saved []byte) { s.only().crash(s.nodes[to], saved) },
	} {
		for _, to := range []string{"other", "front"} {
			t.Run(name+" to "+to, func(t *testing.T) {
				nodes(t, server.Config{}, func(s *service, front *node) {
					s.open = true
					ada, room, _, stop := traveller(s, front, "back", client.Config{})
					defer stop()
					ada.comes(1)
					saved := s.only().checkpoint()
					ada.goesOn(room)
					begun := time.Now()
					leave(s, to, saved)
					for ada.Room() == room {
						time.Sleep(time.Millisecond)
					}
					// A crash is noticed by the connection that breaks; the lease has to end first, which is the store's second.
					if took := time.Since(begun); took > 500*time.Millisecond {
						t.Errorf("playing again after %v", took)
					}
					next := ada.goesOn(ada.Room())
					if to == "front" {
						if ada.Stats().Upgrades != 1 {
							t.Error("came directly to where it is already")
						}
						return
					}
					ada.comes(2)
					ada.goesOn(next)
					if n := s.nodes[to].counts("seat_sessions_direct"); n != 1 {
						t.Errorf("%d direct", n)
					}
				}, "front", "back", "other")
			})
		}
	}
}

func TestMatchThatEndsLeavesNoDirectConnection(t *testing.T) {
	nodes(t, server.Config{}, func(s *service, front *node) {
		s.open = true
		ada, room, _, stop := traveller(s, front, "back", client.Config{})
		ada.comes(1)
		stop()
		stop = ada.play(map[string]float64{"end": 1})
		<-room.Done()
		stop()
		time.Sleep(time.Second)
		for metric, n := range map[string]*node{"seat_sessions": s.nodes["back"], "seat_sessions_direct": s.nodes["back"], "relays": front} {
			if left := n.counts(metric); left != 0 {
				t.Errorf("%s: %d", metric, left)
			}
		}
		if n := ada.Stats().Fallbacks; n != 0 {
			t.Errorf("%d fallbacks", n)
		}
	}, "front", "back")
}

func TestWhoGetsNoTicketIsToldWhy(t *testing.T) {
	nodes(t, server.Config{}, func(s *service, front *node) {
		s.where = "back"
		ada := front.guest("ada")
		ask := func() error { return ada.Call(s.Context(), protocol.ChannelMatch, protocol.RequestDirect, nil, nil) }
		if err := ask(); !refusedWith(err, protocol.CodeNotFound) {
			t.Errorf("in no match: %v", err)
		}
		ada.host(client.NewLobby{Game: "bell"})
		if err := ask(); !refusedWith(err, protocol.CodeUnavailable) {
			t.Errorf("with a relay alone: %v", err)
		}
		s.only().move(front, true)
		time.Sleep(time.Second)
		if err := ask(); !refusedWith(err, protocol.CodeAlready) {
			t.Errorf("on this node: %v", err)
		}
		if err := ada.Call(s.Context(), protocol.ChannelMatch, "nonsense", nil, nil); !refusedWith(err, protocol.CodeUnknownRequest) {
			t.Errorf("nonsense: %v", err)
		}
		if n := ada.Stats().Direct; n != 0 {
			t.Errorf("%d snapshots came directly", n)
		}
		for _, heard := range ada.heard() {
			if heard == "session/direct" {
				t.Error("told of a node that is not reached")
			}
		}
	}, "front", "back")
}

func TestDirectTicketBringsFramesAndNoEvents(t *testing.T) {
	nodes(t, server.Config{}, func(s *service, front *node) {
		ada, room, stop := playing(s, front, "back")
		defer stop()
		back, user := s.nodes["back"], ada.Session().User
		direct := func(k *ticket.Ticket) { k.Direct = true }
		good, late := s.ticketFor(user, direct), s.ticketFor(user, direct)
		self := back.shows(good)
		there := self.room(nil)
		self.reaches(there, 1, count(there, 1)+60)
		if n := len(self.heard()); n != 0 {
			t.Errorf("%d events came", n)
		}
		if code := back.shows(good).refusedIn(); code != protocol.CloseTicketRefused {
			t.Errorf("used twice: %d", code)
		}
		second := back.shows(s.ticketFor(user, direct))
		second.reaches(second.room(nil), 1, 1)
		if code := self.refusedIn(); code != protocol.CloseDisplaced {
			t.Errorf("the older one of two: %d", code)
		}
		second.cancel()
		<-second.ended
		ada.goesOn(room) // by the relay, which nobody had to ask
		time.Sleep(ticket.Life + ticket.Skew)
		for text, metric := range map[string]string{
			late:                           `closes_total{code="4006",name="ticket-late"}`,
			s.ticketFor("another", direct): `closes_total{code="4005",name="moved"}`,
		} {
			before := back.counts(metric)
			g := back.shows(text)
			time.Sleep(1500 * time.Millisecond)
			g.cancel()
			<-g.ended
			if back.counts(metric) == before || g.Room() != nil {
				t.Errorf("not closed: %s", metric)
			}
		}
	}, "front", "back")
}

func TestWhoLeavesIsToldThatTheSeatIsOver(t *testing.T) {
	for _, where := range []string{"back", "front"} {
		t.Run("on "+where, func(t *testing.T) {
			nodes(t, server.Config{}, func(s *service, front *node) {
				s.open = true
				ada, room, _, stop := traveller(s, front, where, client.Config{})
				stop()
				if err := ada.Lobby().Leave(s.Context()); err != nil {
					t.Fatal(err)
				}
				<-room.Done()
				var exit *client.Exit
				if !errors.As(room.Err(), &exit) || exit.Reason != match.ReasonLeft {
					t.Errorf("the room ended with %v", room.Err())
				}
				time.Sleep(time.Second)
				if n := s.nodes["back"].counts("seat_sessions"); n != 0 {
					t.Errorf("%d sessions for a seat that nobody has", n)
				}
			}, "front", "back")
		})
	}
}
