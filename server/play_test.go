package server_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/server"
)

func TestTwoGuestsMeetInALobbyAndSeeEachOtherPlay(t *testing.T) {
	bubble(t, server.Config{}, func(h *house) {
		ada := h.guest("ada")
		h.seeEachOtherPlay(ada, h.guest("bob"))
	})
}

// seeEachOtherPlay has two guests meet and play for five seconds.
func (h *house) seeEachOtherPlay(ada, bob *guest) {
	h.Helper()
	lobby, room := ada.host(client.NewLobby{})
	theirs := bob.join(lobby.ID, false)
	defer ada.play(map[string]float64{"add": 1})()
	defer bob.play(map[string]float64{"add": -1})()
	time.Sleep(5 * time.Second)
	for _, r := range []*client.Room{room, theirs} {
		if up, down := count(r, room.Seat), count(r, theirs.Seat); up < 270 || down > -270 {
			h.Errorf("after 5 s the counters show %d and %d", up, down)
		}
	}
	if stats := ada.Stats(); stats.Desyncs != 0 || stats.Snapshots < 290 {
		h.Errorf("stats: %+v", stats)
	}
}

func TestADroppedPlayerIsBackInItsSeatAndMissesNoEvent(t *testing.T) {
	for name, cut := range map[string]func(g *guest){
		"socket": func(g *guest) { g.Cut() },
		"frame":  func(g *guest) { g.CutMidFrame() },
		"twice in a second": func(g *guest) {
			g.Cut()
			time.Sleep(300 * time.Millisecond)
			g.Cut()
		},
		"again at once": func(g *guest) {
			for range 5 {
				g.Cut()
				time.Sleep(time.Millisecond)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, server.Config{}, func(h *house) {
				ada, bob := h.guest("ada"), h.guest("bob")
				lobby, before := ada.host(client.NewLobby{})
				bob.join(lobby.ID, false)
				defer bob.play(map[string]float64{"ring": 1})()
				defer ada.play(map[string]float64{"add": 1})()
				time.Sleep(time.Second)
				cut(ada)
				time.Sleep(3 * time.Second)
				after := ada.Room()
				if after == before || after.Match != before.Match || after.Seat != before.Seat {
					t.Fatalf("was in %s seat %d, is in %s seat %d", before.Match, before.Seat, after.Match, after.Seat)
				}
				if n := count(after, after.Seat); n < 200 {
					t.Errorf("its counter shows %d after 4 s", n)
				}
				h.must(bob.Lobby().Leave(h.ctx))
				time.Sleep(time.Second)
				if a, b := ada.rings(), bob.rings(); len(b) < 200 || !slices.Equal(a[len(a)-len(b):], b) {
					t.Errorf("ada heard %d rings, bob %d: not the same ones", len(a), len(b))
				}
				if s := ada.Stats(); s.Desyncs != 0 || s.EventGaps != 0 {
					t.Errorf("stats: %+v", s)
				}
			})
		})
	}
}

func TestAfterTheGraceTheSeatIsFreeAndTheCodeSaysSo(t *testing.T) {
	bubble(t, server.Config{Grace: 20 * time.Second}, func(h *house) {
		ada, bob := h.guest("ada"), h.guest("bob")
		lobby, room := ada.host(client.NewLobby{MaxPlayers: 1})
		h.net.cutOff.Store(true)
		ada.Cut()
		time.Sleep(4 * time.Second)
		h.net.cutOff.Store(false)
		if _, err := bob.Lobby().Join(h.ctx, lobby.ID, false); !refusedWith(err, protocol.CodeFull) {
			t.Errorf("the place of who is away was given out: %v", err)
		}
		again := ada.room(room)
		if again.Seat != room.Seat {
			t.Errorf("back in seat %d, was in %d", again.Seat, room.Seat)
		}
		h.net.cutOff.Store(true)
		ada.Cut()
		time.Sleep(21 * time.Second)
		h.net.cutOff.Store(false)
		var closed *protocol.Closed
		if err := <-ada.ended; !errors.As(err, &closed) || closed.Code != protocol.CloseResumeExpired {
			t.Errorf("after the grace it ended with %v", err)
		}
		if _, err := bob.Lobby().Join(h.ctx, lobby.ID, false); !refusedWith(err, protocol.CodeNotFound) {
			t.Errorf("the lobby of the only member, who is gone, is still there: %v", err)
		}
	})
}

func refusedWith(err error, code string) bool {
	var refused *protocol.Error
	return errors.As(err, &refused) && refused.Code == code
}

func TestALateJoinerAndASpectatorGetTheWholeWorld(t *testing.T) {
	bubble(t, server.Config{}, func(h *house) {
		ada, bob, eve := h.guest("ada"), h.guest("bob"), h.guest("eve")
		lobby, _ := ada.host(client.NewLobby{Settings: map[string]int{"pad": 50}})
		defer ada.play(map[string]float64{"add": 1})()
		time.Sleep(2 * time.Second)
		late, watched := bob.join(lobby.ID, false), eve.join(lobby.ID, true)
		if late.Seat != 2 || watched.Seat != 0 {
			t.Errorf("late joiner in seat %d, spectator in %d", late.Seat, watched.Seat)
		}
		time.Sleep(time.Second)
		for _, room := range []*client.Room{late, watched} {
			if n := room.Table("counters").Len(room.View()); n != 52 {
				t.Errorf("%d rows", n)
			}
			if n := count(room, 1); n < 150 {
				t.Errorf("ada's counter shows %d", n)
			}
		}
		if err := watched.Play(h.ctx, nil); !errors.Is(err, client.ErrSpectator) {
			t.Errorf("a spectator plays: %v", err)
		}
	})
}

func TestALobbyOutlivesItsMatchAndARematchFollows(t *testing.T) {
	bubble(t, server.Config{}, func(h *house) {
		ada, bob := h.guest("ada"), h.guest("bob")
		lobby, room := ada.host(client.NewLobby{})
		bob.join(lobby.ID, false)
		stop := bob.play(map[string]float64{"end": 1})
		<-room.Done()
		stop()
		state, err := ada.Lobby().Await(h.ctx, func(s *client.State) bool { return s != nil && s.Phase == client.PhaseOpen })
		h.must(err)
		if state.Round != 1 || state.Result == nil || state.Result.Reason != "ended" || len(state.Members) != 2 {
			t.Errorf("after the match the lobby is %+v", state)
		}
		h.must(ada.Lobby().Rematch(h.ctx))
		h.must(bob.Lobby().Rematch(h.ctx))
		if next := ada.room(room); next.Match == room.Match || next.Epoch == room.Epoch {
			t.Errorf("the rematch is %s, epoch %d", next.Match, next.Epoch)
		}
	})
}

func TestTheSnapshotOfTheLastTickIsSeenBeforeTheEnd(t *testing.T) {
	bubble(t, server.Config{}, func(h *house) {
		ada := h.guest("ada")
		room := ada.hostAny()
		stop := ada.play(map[string]float64{"add": 1, "end": 1})
		<-room.Done()
		stop()
		if n := count(room, room.Seat); n != 1 {
			t.Errorf("its counter shows %d at the end", n)
		}
	})
}

func TestABrokenGameEndsItsMatchAndNoOther(t *testing.T) {
	bubble(t, server.Config{}, func(h *house) {
		ada, bob := h.guest("ada"), h.guest("bob")
		_, broken := ada.host(client.NewLobby{})
		_, whole := bob.host(client.NewLobby{})
		defer bob.play(map[string]float64{"add": 1})()
		stop := ada.play(map[string]float64{"boom": 1})
		<-broken.Done()
		stop()
		var exit *client.Exit
		if !errors.As(broken.Err(), &exit) || exit.Reason != "failed" {
			t.Errorf("the broken match ended with %v", broken.Err())
		}
		time.Sleep(2 * time.Second)
		if n := count(whole, 1); n < 100 {
			t.Errorf("the other match's counter shows %d", n)
		}
		_, again := ada.Lobby().State(), ada.Lobby().Start(h.ctx)
		h.must(again)
	})
}

func TestDrainingRefusesNewcomersAndLetsPlayersFinish(t *testing.T) {
	bubble(t, server.Config{DrainWait: 10 * time.Second}, func(h *house) {
		ada := h.guest("ada")
		_, room := ada.host(client.NewLobby{})
		if status := h.get(server.PathReady).StatusCode; status != 200 {
			t.Errorf("ready: %d", status)
		}
		h.stop()
		time.Sleep(5 * time.Second)
		if status := h.get(server.PathReady).StatusCode; status != 503 {
			t.Errorf("ready while draining: %d", status)
		}
		if status := h.get(server.PathHealth).StatusCode; status != 200 {
			t.Errorf("health while draining: %d", status)
		}
		late := h.guest("late")
		time.Sleep(time.Second)
		if late.Online() {
			t.Error("a newcomer was let in")
		}
		ada.Cut()
		if back := ada.room(room); back.Match != room.Match {
			t.Error("a player could not come back while draining")
		}
		ctx, cancel := context.WithTimeout(h.ctx, time.Second)
		defer cancel()
		h.must(ada.Bye(ctx))
	})
}

func TestWhoIsThereAtTheEndOfTheServiceHearsWhy(t *testing.T) {
	bubble(t, server.Config{DrainWait: time.Second}, func(h *house) {
		ada := h.guest("ada")
		_, room := ada.host(client.NewLobby{})
		h.stop()
		<-room.Done()
		var exit *client.Exit
		if !errors.As(room.Err(), &exit) || exit.Reason != "shutdown" {
			t.Errorf("the match ended with %v", room.Err())
		}
		time.Sleep(time.Second)
		if !slices.Contains(ada.heard(), "lobby/closed") {
			t.Errorf("heard %v", ada.heard())
		}
	})
}
