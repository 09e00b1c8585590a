package server_test

import (
	"slices"
	"testing"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/server"
)

// bell is a tally that rings by itself, twice in every seventh tick.
type bell struct{ tally }

func bellKind() match.Kind {
	return match.Kind{Name: "bell", MaxPlayers: 4, New: func() match.Game {
		return &bell{tally{bySeat: map[match.SeatID]match.EntityID{}}}
	}}
}

func (g *bell) Step(t *match.Tick) {
	g.tally.Step(t)
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
