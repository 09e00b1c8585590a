package lobby_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

func phaseOf(w *world, p *person) string {
	w.t.Helper()
	return w.stateOf(p).Phase
}

func TestTheHostStartsOnceEnoughPlayersAreIn(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		host := w.room(1, lobby.Options{})[0]
		code := w.stateOf(host).Code
		w.watch(code)
		w.refused(w.Start(w.ctx, host), protocol.CodeWrongPhase, "")
		w.join(code)
		w.must(w.Start(w.ctx, host))
		w.refused(w.Start(w.ctx, host), protocol.CodeWrongPhase, "")
		if got := w.stateOf(host); got.Phase != lobby.PhasePlaying || got.Match != "match-1" {
			t.Errorf("phase %s, match %q", got.Phase, got.Match)
		}
		if s := w.List().Lobbies[0]; s.Phase != lobby.PhasePlaying {
			t.Errorf("the list says %s", s.Phase)
		}
	})
}

func TestRacingStartsMakeOneMatch(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(2, lobby.Options{Start: of(lobby.StartReady)})
		var race sync.WaitGroup
		for range 20 {
			race.Go(func() { _ = w.Start(w.ctx, room[0]) })
			race.Go(func() { _ = w.Ready(w.ctx, room[0], true) })
			race.Go(func() { _ = w.Ready(w.ctx, room[1], true) })
		}
		race.Wait()
		if n := len(w.asked()); n != 1 || w.counters.Matches.Load() != 1 {
			t.Errorf("%d matches were made", n)
		}
	})
}

func TestAReadyLobbyStartsWhenAllPlayersAreReady(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		host := w.room(1, lobby.Options{Start: of(lobby.StartReady)})[0]
		code := w.stateOf(host).Code
		spectator := w.watch(code)
		w.refused(w.Ready(w.ctx, spectator, true), protocol.CodeForbidden, "")
		w.must(w.Ready(w.ctx, host, true))
		if phaseOf(w, host) != lobby.PhaseOpen {
			t.Fatal("started with fewer players than the game needs")
		}
		second, third := w.join(code), w.join(code)
		w.must(w.Ready(w.ctx, second, true))
		w.must(w.Ready(w.ctx, host, false))
		w.must(w.Ready(w.ctx, third, true))
		if phaseOf(w, host) != lobby.PhaseOpen {
			t.Fatal("started though one was not ready any more")
		}
		w.must(w.Ready(w.ctx, host, true))
		if phaseOf(w, host) != lobby.PhasePlaying {
			t.Fatal("did not start")
		}
		for _, m := range w.stateOf(host).Members {
			if m.Ready || (m.Role == lobby.RolePlayer) != (m.Seat != 0) {
				t.Errorf("in the match, a member is %+v", m)
			}
		}
		w.refused(w.Ready(w.ctx, host, true), protocol.CodeWrongPhase, "")
	})
}

func TestALobbyStartsWhenTheLastUnreadyPlayerLeaves(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(3, lobby.Options{Start: of(lobby.StartReady)})
		w.must(w.Ready(w.ctx, room[0], true))
		w.must(w.Ready(w.ctx, room[1], true))
		w.must(w.Leave(w.ctx, room[2]))
		if phaseOf(w, room[0]) != lobby.PhasePlaying {
			t.Error("did not start")
		}
	})
}

func TestALobbyWithTooFewPresentDoesNotStartByItself(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(2, lobby.Options{Start: of(lobby.StartReady)})
		w.must(w.SetAway(w.ctx, room[1], true))
		w.must(w.Ready(w.ctx, room[0], true))
		if phaseOf(w, room[0]) != lobby.PhaseOpen {
			t.Error("one player started a match for two")
		}
		time.Sleep(time.Minute)
		if phaseOf(w, room[0]) != lobby.PhaseOpen {
			t.Error("one player started a match for two, after a while")
		}
	})
}

func TestAStartThatAllAgreeToWaitsForWhoReloadsTheirPage(t *testing.T) {
	for name, wasReady := range map[string]bool{"ready": true, "not ready": false} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, nil, func(w *world) {
				room := w.room(3, lobby.Options{Start: of(lobby.StartReady)})
				w.must(w.Ready(w.ctx, room[0], wasReady))
				w.must(w.SetAway(w.ctx, room[0], true))
				w.must(w.Ready(w.ctx, room[1], true))
				w.must(w.Ready(w.ctx, room[2], true))
				time.Sleep(14 * time.Second)
				w.must(w.SetAway(w.ctx, room[0], true)) // is no other absence
				if phaseOf(w, room[1]) != lobby.PhaseOpen {
					t.Fatal("started without the host, who is loading the page")
				}
				w.must(w.SetAway(w.ctx, room[0], false))
				time.Sleep(time.Minute)
				state := w.stateOf(room[0])
				if state.Host != room[0].user || (state.Phase == lobby.PhasePlaying) != wasReady {
					t.Errorf("who comes back finds %s as host and the lobby %s", state.Host, state.Phase)
				}
				if !wasReady {
					w.must(w.Ready(w.ctx, room[0], true))
				}
				if phaseOf(w, room[0]) != lobby.PhasePlaying {
					t.Error("did not start when all were ready")
				}
			})
		})
	}
}

func TestAStartThatAllAgreeToPassesOverWhoStaysAwayAndKeepsTheirSeat(t *testing.T) {
	inWorld(t, func(cfg *lobby.Config) { cfg.AwayWait = 5 * time.Second }, func(w *world) {
		room := w.room(3, lobby.Options{Start: of(lobby.StartReady)})
		w.must(w.Ready(w.ctx, room[0], true))
		w.must(w.Ready(w.ctx, room[1], true))
		w.must(w.SetAway(w.ctx, room[2], true))
		time.Sleep(4900 * time.Millisecond)
		if phaseOf(w, room[0]) != lobby.PhaseOpen {
			t.Fatal("started before the time was over")
		}
		w.settle()
		if phaseOf(w, room[0]) != lobby.PhasePlaying {
			t.Fatal("did not start")
		}
		if room[0].newest().Phase != lobby.PhasePlaying {
			t.Error("nobody was told")
		}
		w.must(w.SetAway(w.ctx, room[2], false))
		if seat := room[2].newest().Members[2].Seat; seat != 3 {
			t.Errorf("who comes back has seat %d", seat)
		}
	})
}

func TestAStartThatAllAgreeToDoesNotWaitForWhoIsOut(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(3, lobby.Options{Start: of(lobby.StartReady)})
		w.must(w.SetAway(w.ctx, room[2], true))
		w.must(w.Ready(w.ctx, room[0], true))
		w.must(w.Ready(w.ctx, room[1], true))
		w.Forget(room[2], lobby.Expired)
		if phaseOf(w, room[0]) != lobby.PhasePlaying {
			t.Error("did not start")
		}
	})
}

func TestARematchWaitsForWhoReloadsTheirPage(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(3, lobby.Options{Settings: match.Settings{ticksSetting: 30}})
		w.must(w.Start(w.ctx, room[0]))
		w.settle()
		w.must(w.SetAway(w.ctx, room[2], true))
		w.must(w.Rematch(w.ctx, room[0]))
		w.must(w.Rematch(w.ctx, room[1]))
		if n := len(w.asked()); n != 1 {
			t.Fatalf("%d matches, though one is loading the page", n)
		}
		w.must(w.SetAway(w.ctx, room[2], false))
		w.must(w.Rematch(w.ctx, room[2]))
		if n := len(w.asked()); n != 2 {
			t.Errorf("%d matches after all have asked", n)
		}
	})
}

func TestTheHostStartsWithoutWaitingForAnyone(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(2, lobby.Options{Start: of(lobby.StartReady)})
		w.must(w.SetAway(w.ctx, room[1], true))
		w.must(w.Start(w.ctx, room[0]))
		if phaseOf(w, room[0]) != lobby.PhasePlaying {
			t.Error("did not start")
		}
	})
}

func TestAMatchThatFailsToStartAfterAWaitIsToldAndNotTriedOverAndOver(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(3, lobby.Options{Start: of(lobby.StartReady)})
		w.must(w.Ready(w.ctx, room[0], true))
		w.must(w.Ready(w.ctx, room[1], true))
		w.must(w.SetAway(w.ctx, room[2], true))
		w.refuseMatches(errors.New("no match today"))
		time.Sleep(time.Minute)
		if n := len(w.asked()); n != 1 || room[0].newest().Members[0].Ready {
			t.Errorf("%d matches were asked for, and the newest state says ready: %v", n, room[0].newest().Members[0].Ready)
		}
	})
}

func TestAFullLobbyStartsWhenEveryPlaceIsTakenAndOnceOnly(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(2, lobby.Options{Start: of(lobby.StartFull), MaxPlayers: of(3), Settings: match.Settings{ticksSetting: 30}})
		code := w.stateOf(room[0]).Code
		w.watch(code)
		if phaseOf(w, room[0]) != lobby.PhaseOpen {
			t.Fatal("started before it was full")
		}
		last := w.person()
		state, err := w.Join(w.ctx, last, lobby.JoinOptions{Code: code})
		w.must(err)
		if state.Phase != lobby.PhasePlaying || last.seat() == nil {
			t.Fatalf("who makes a lobby full is told that it is %s", state.Phase)
		}
		w.settle()
		w.must(w.SetAway(w.ctx, last, true))
		w.must(w.SetAway(w.ctx, last, false))
		w.must(w.Change(w.ctx, room[0], lobby.Options{Name: of("again")}))
		if n := len(w.asked()); n != 1 || phaseOf(w, room[0]) != lobby.PhaseOpen {
			t.Fatalf("%d matches in a lobby that is still full", n)
		}

		w.must(w.Leave(w.ctx, last))
		w.join(code)
		if n := len(w.asked()); n != 2 {
			t.Errorf("%d matches after it became full again, want 2", n)
		}
	})
}

func TestALobbyForOneStartsAsSoonAsItIsMade(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		p := w.person()
		state, err := w.Create(w.ctx, p, lobby.CreateOptions{
			Game: "crowd", Options: lobby.Options{Start: of(lobby.StartFull), MaxPlayers: of(1)},
		})
		w.must(err)
		if state.Phase != lobby.PhasePlaying || p.seat() == nil {
			t.Errorf("phase %s", state.Phase)
		}
	})
}

func TestAMatchThatCannotBeMadeLeavesTheLobbyOpen(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(2, lobby.Options{})
		w.refuseMatches(errors.New("no match today"))
		w.refused(w.Start(w.ctx, room[0]), protocol.CodeInternal, "")
		w.beforeMatches(func() { panic("no match, and how") })
		w.refused(w.Start(w.ctx, room[0]), protocol.CodeInternal, "")
		w.beforeMatches(nil)

		w.must(w.Change(w.ctx, room[0], lobby.Options{Start: of(lobby.StartReady)}))
		w.must(w.Ready(w.ctx, room[0], true))
		w.must(w.Ready(w.ctx, room[1], true))
		got := w.stateOf(room[0])
		if got.Phase != lobby.PhaseOpen || got.Members[0].Ready || got.Members[1].Ready {
			t.Errorf("phase %s, ready %v and %v, want an open lobby that asks again", got.Phase, got.Members[0].Ready, got.Members[1].Ready)
		}
		w.must(w.Change(w.ctx, room[0], lobby.Options{Name: of("still")}))
		if asked, failed := len(w.asked()), w.counters.Failures.Load(); asked != 2 || failed != 3 {
			t.Errorf("%d matches were asked for and %d failures counted, want 2 and 3", asked, failed)
		}
		w.refuseMatches(nil)
		w.must(w.Start(w.ctx, room[0]))
	})
}

func TestWhoIsKeptWaitingTooLongHasDoneNothing(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(2, lobby.Options{})
		w.beforeMatches(func() { time.Sleep(time.Minute) })
		go func() { _ = w.Start(w.ctx, room[0]) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(w.ctx, time.Second)
		defer cancel()
		late := w.person()
		if _, err := w.Join(ctx, late, lobby.JoinOptions{ID: w.List().Lobbies[0].ID}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Join gives %v", err)
		}
		if _, in := w.Of(late.user); in {
			t.Error("a place is still reserved")
		}
		if state := w.stateOf(room[0]); state.Phase != lobby.PhasePlaying || len(state.Members) != 2 {
			t.Errorf("phase %s with %d members", state.Phase, len(state.Members))
		}
	})
}
