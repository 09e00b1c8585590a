package server_test

import (
	"slices"
	"testing"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/server"
)

// bell is a game that can be kept: everyone has a counter that the input moves, and it rings by itself, twice in every seventh tick.
type bell struct {
	counters *match.Table[counter]
	inputs   *match.Inputs[press]
	bySeat   [5]match.EntityID
}

func bellKind() match.Kind {
	return match.Kind{Name: "bell", MaxPlayers: 4, New: func() match.Game { return &bell{} }}
}

func (g *bell) Setup(s *match.Setup) error {
	g.counters, g.inputs = match.AddTable[counter](s, "counters"), match.AddInputs[press](s)
	return nil
}

func (g *bell) Join(_ *match.Tick, p match.Player) {
	g.bySeat[p.Seat] = g.counters.Spawn(counter{Seat: p.Seat})
}

func (g *bell) Leave(_ *match.Tick, p match.Player) { g.counters.Despawn(g.bySeat[p.Seat]) }

func (g *bell) Step(t *match.Tick) {
	for p := range t.Players() {
		in, age := g.inputs.Of(p.Seat)
		if age < 0 {
			continue
		}
		g.counters.Get(g.bySeat[p.Seat]).N += int32(in.Add)
		if in.End {
			t.End(nil)
		}
	}
	if t.Number()%7 == 0 {
		t.Emit("ring", map[string]any{"tick": t.Number()})
		t.Emit("ring", map[string]any{"tick": t.Number(), "again": true})
	}
}

// twice fails unless rings came twice in every seventh tick, from the first one on that came.
func twice(t *testing.T, ticks []uint32, atLeast int) {
	t.Helper()
	if len(ticks) < atLeast {
		t.Fatalf("%d rings, want %d", len(ticks), atLeast)
	}
	for i, tick := range ticks {
		if want := ticks[0]/7*7 + uint32(i/2)*7; tick != want {
			t.Fatalf("ring %d is of tick %d, want %d: %v", i, tick, want, ticks)
		}
	}
}

// reaches waits until a seat's counter shows this much in a client's view, in whatever room it is.
func (g *guest) reaches(room *client.Room, seat, n int) *client.Room {
	g.h.Helper()
	for range 20_000 {
		if room != nil && count(room, seat) >= n {
			return room
		}
		time.Sleep(time.Millisecond)
		if next := g.Room(); next != nil && next.View() != nil {
			room = next
		}
	}
	g.h.Fatalf("seat %d shows %d, want %d", seat, count(room, seat), n)
	return nil
}

func TestMatchOnAnotherNodeIsPlayedThroughARelay(t *testing.T) {
	for _, codec := range []string{"packed", "mp"} {
		t.Run(codec, func(t *testing.T) {
			nodes(t, server.Config{}, func(s *service, front *node) {
				s.where = "back"
				ada := front.guestWith(client.Config{Name: "ada", NetDial: front.net.dial, Codecs: codecs(codec)})
				_, room := ada.host(client.NewLobby{Game: "bell"})
				stop := ada.play(map[string]float64{"add": 1})
				ada.reaches(room, 1, 100)
				stop()
				twice(t, ada.rings(), 20)
				if desyncs := ada.Stats().Desyncs; desyncs != 0 {
					t.Errorf("%d desyncs", desyncs)
				}
			}, "front", "back")
		})
	}
}

func codecs(best string) []string { return slices.Compact([]string{best, "mp"}) }

// playing is ada in a match of bells that began on a node, with her input held down.
func playing(s *service, front *node, where string) (ada *guest, room *client.Room, stop func()) {
	s.where = where
	ada = front.guest("ada")
	_, room = ada.host(client.NewLobby{Game: "bell"})
	stop = ada.play(map[string]float64{"add": 1})
	return ada, ada.reaches(room, 1, 60), stop
}

// goesOn waits until ada's counter has grown further, and then holds everything against what she should have seen: one connection, rings that each came
// once, and a world without a flaw.
func (g *guest) goesOn(room *client.Room) *client.Room {
	g.h.Helper()
	room = g.reaches(room, 1, count(room, 1)+60)
	stats := g.Stats()
	if stats.Desyncs != 0 || stats.Connects != 1 {
		g.h.Errorf("%d desyncs, %d connections", stats.Desyncs, stats.Connects)
	}
	twice(g.h.T, g.rings(), 30)
	return room
}

func TestPlayerFollowsAMatchThatIsHandedOver(t *testing.T) {
	for name, told := range map[string]bool{"its former node knows where": true, "only the store knows": false} {
		t.Run(name, func(t *testing.T) {
			nodes(t, server.Config{}, func(s *service, front *node) {
				ada, room, stop := playing(s, front, "back")
				defer stop()
				for _, to := range []string{"other", "front", "back", "front"} {
					from := time.Now()
					s.only().move(s.nodes[to], told)
					for ada.Room() == room {
						time.Sleep(time.Millisecond)
					}
					if took := time.Since(from); took > 500*time.Millisecond {
						t.Errorf("to %s: %v", to, took)
					}
					room = ada.goesOn(ada.Room())
				}
				if n := front.counts("match_moves_total"); n != 4 {
					t.Errorf("%d moves", n)
				}
			}, "front", "back", "other")
		})
	}
}

func TestEventsThatATakeoverTellsAgainComeOnce(t *testing.T) {
	for _, to := range []string{"other", "front"} {
		t.Run("to "+to, func(t *testing.T) {
			nodes(t, server.Config{}, func(s *service, front *node) {
				ada, room, stop := playing(s, front, "back")
				defer stop()
				saved := s.only().checkpoint()
				ada.reaches(room, 1, count(room, 1)+40)
				s.only().crash(s.nodes[to], saved)
				for ada.Room() == room {
					time.Sleep(time.Millisecond)
				}
				ada.goesOn(ada.Room())
				if n := front.counts(`drops_total{reason="taken_over",room="follow"}`); n < 10 {
					t.Errorf("%d events were told again", n)
				}
			}, "front", "back", "other")
		})
	}
}

func TestRelayGoesOnAfterItsConnectionBroke(t *testing.T) {
	nodes(t, server.Config{}, func(s *service, front *node) {
		ada, room, stop := playing(s, front, "back")
		defer stop()
		for range 5 {
			s.nodes["back"].cut()
			time.Sleep(300 * time.Millisecond)
		}
		ada.goesOn(room)
		if n := front.counts(`relay_connections_total{outcome="resumed"}`); n != 5 {
			t.Errorf("%d resumed", n)
		}
		if n := s.nodes["back"].counts("seat_sessions"); n != 1 {
			t.Errorf("%d sessions for one seat", n)
		}
	}, "front", "back")
}

func TestPlayerDoesNotWaitForANodeThatIsFrozen(t *testing.T) {
	nodes(t, server.Config{}, func(s *service, front *node) {
		ada, room, stop := playing(s, front, "back")
		defer stop()
		saved := s.only().checkpoint()
		back, begun := s.nodes["back"], time.Now()
		back.frozen.Store(true)
		time.Sleep(time.Second) // until its lease has ended
		s.only().crash(s.nodes["other"], saved)
		for ada.Room() == room {
			time.Sleep(time.Millisecond)
		}
		if took := time.Since(begun); took > 1500*time.Millisecond {
			t.Errorf("playing again after %v", took)
		}
		ada.goesOn(ada.Room())
		back.frozen.Store(false)
		ada.goesOn(ada.Room())
	}, "front", "back", "other")
}

func TestMatchHearsThatARelayedPlayerIsAwayAndEventsWaitForThem(t *testing.T) {
	nodes(t, server.Config{}, func(s *service, front *node) {
		ada, room, stop := playing(s, front, "back")
		defer stop()
		back := s.nodes["back"]
		for range 3 {
			front.net.cutOff.Store(true)
			ada.Cut()
			time.Sleep(time.Second)
			if n := s.only().current().Linked(); n != 0 {
				t.Errorf("%d players are there", n)
			}
			front.net.cutOff.Store(false)
			room = ada.room(room)
			if n := s.only().current().Linked(); n != 1 {
				t.Errorf("%d players are there", n)
			}
		}
		ada.reaches(room, 1, count(room, 1)+60)
		twice(t, ada.rings(), 60)
		if lost := ada.Stats().EventsLost; lost != 0 {
			t.Errorf("%d events lost", lost)
		}
		if n := back.counts("connections_total"); n != 1 {
			t.Errorf("%d connections, want the first one", n)
		}
	}, "front", "back")
}

func TestSpectatorsAndSeveralPlayersAreRelayed(t *testing.T) {
	nodes(t, server.Config{}, func(s *service, front *node) {
		s.where = "back"
		ada := front.guest("ada")
		lobby, room := ada.host(client.NewLobby{Game: "bell"})
		bob, eve := front.guest("bob"), front.guest("eve")
		bobs, eves := bob.join(lobby.ID, false), eve.join(lobby.ID, true)
		defer bob.play(map[string]float64{"add": 1})()
		ada.reaches(room, 2, 60)
		bob.reaches(bobs, 2, 60)
		eve.reaches(eves, 2, 60)
		if n := eves.Seat; n != 0 {
			t.Errorf("a spectator sits at %d", n)
		}
		twice(t, eve.rings(), 10)
		s.only().move(s.nodes["front"], true)
		ada.reaches(room, 2, 300)
		bob.reaches(bobs, 2, 300)
	}, "front", "back")
}

func TestEndOfARelayedMatchIsToldAndLeavesNothing(t *testing.T) {
	nodes(t, server.Config{}, func(s *service, front *node) {
		ada, _, stop := playing(s, front, "back")
		stop()
		stop = ada.play(map[string]float64{"end": 1})
		ctx, room := s.Context(), ada.Room()
		<-room.Done()
		stop()
		time.Sleep(time.Second)
		if heard := ada.heard(); !slices.Contains(heard, "match/exit") {
			t.Errorf("heard %v", heard)
		}
		for metric, n := range map[string]*node{"seat_sessions": s.nodes["back"], "relays": front} {
			if left := n.counts(metric); left != 0 {
				t.Errorf("%s: %d", metric, left)
			}
		}
		if err := ada.Lobby().Start(ctx); err != nil {
			t.Error(err)
		}
		ada.reaches(ada.room(room), 1, 0)
		if err := ada.Lobby().Leave(ctx); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Second)
		if left := s.nodes["back"].counts("seat_sessions"); left != 0 {
			t.Errorf("%d sessions for seats nobody has", left)
		}
	}, "front", "back")
}
