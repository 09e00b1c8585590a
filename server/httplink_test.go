package server_test

import (
	"testing"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/server"
)

// carriers are the ways of a frame where no WebSocket gets through.
var carriers = map[string]client.Over{"stream": client.OverStream, "poll": client.OverPoll}

func (h *house) guestOver(over client.Over, name string) *guest {
	h.Helper()
	return h.guestWith(client.Config{Name: name, NetDial: h.net.dial, Over: over})
}

func TestAMatchIsPlayedOverHTTPBesideWebSockets(t *testing.T) {
	for name, over := range carriers {
		t.Run(name, func(t *testing.T) {
			bubble(t, server.Config{}, func(h *house) {
				ada := h.guestOver(over, "ada")
				h.seeEachOtherPlay(ada, h.guest("bob"))
				if s := ada.Stats(); s.Dials != 1 {
					t.Errorf("stats: %+v", s)
				}
			})
		})
	}
}

func TestAPlayerOverHTTPIsBackInItsSeatAndMissesNoEvent(t *testing.T) {
	for name, over := range carriers {
		for how, cut := range map[string]func(g *guest){
			"cut":       func(g *guest) { g.Cut() },
			"mid-frame": func(g *guest) { g.CutMidFrame() },
			"again": func(g *guest) {
				for range 5 {
					g.Cut()
					time.Sleep(time.Millisecond)
				}
			},
		} {
			t.Run(name+" "+how, func(t *testing.T) {
				bubble(t, server.Config{}, func(h *house) {
					ada, bob := h.guestOver(over, "ada"), h.guest("bob")
					lobby, before := ada.host(client.NewLobby{})
					bob.join(lobby.ID, false)
					defer bob.play(map[string]float64{"ring": 1})()
					defer ada.play(map[string]float64{"add": 1})()
					time.Sleep(time.Second)
					cut(ada)
					time.Sleep(3 * time.Second)
					room := ada.room(before)
					if room.Seat != before.Seat {
						t.Errorf("seat %d, was %d", room.Seat, before.Seat)
					}
					rings := ada.rings()
					for i := 1; i < len(rings); i++ {
						if rings[i] != rings[i-1]+1 {
							t.Fatalf("ring %d follows %d", rings[i], rings[i-1])
						}
					}
					if s := ada.Stats(); len(rings) < 200 || s.Resumes == 0 || s.EventsLost != 0 {
						t.Errorf("%d rings, stats %+v", len(rings), s)
					}
				})
			})
		}
	}
}
