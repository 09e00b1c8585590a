package lobby_test

import (
	"testing"

	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// roleOf is a member's role and seat as the member itself was last told.
func roleOf(w *world, p *person) (role string, seat uint16) {
	w.t.Helper()
	for _, m := range w.stateOf(p).Members {
		if m.User == p.user {
			return m.Role, m.Seat
		}
	}
	w.t.Fatalf("%s is not in the lobby", p.user)
	return "", 0
}

func TestASpectatorTakesAFreePlaceAndGivesItUpAgain(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		host := w.room(1, lobby.Options{MaxPlayers: of(2)})[0]
		code := w.stateOf(host).Code
		a, b := w.watch(code), w.watch(code)
		w.must(w.Spectate(w.ctx, a, true)) // is one
		w.must(w.Spectate(w.ctx, a, false))
		if role, _ := roleOf(w, a); role != lobby.RolePlayer {
			t.Errorf("who took a place is a %s", role)
		}
		w.refused(w.Spectate(w.ctx, b, false), protocol.CodeFull, "")
		w.settle()
		if s := w.List().Lobbies[0]; s.Players != 2 || s.Spectators != 1 {
			t.Errorf("the list says %d players and %d spectators", s.Players, s.Spectators)
		}
		w.must(w.Ready(w.ctx, a, true))
		w.must(w.Spectate(w.ctx, a, true))
		w.must(w.Spectate(w.ctx, b, false))
		w.settle()
		for _, m := range host.newest().Members {
			if m.User == a.user && (m.Role != lobby.RoleSpectator || m.Ready) {
				t.Errorf("who gave the place up is %+v", m)
			}
		}
		w.refused(w.Spectate(w.ctx, w.person(), true), protocol.CodeNotFound, "")
	})
}

func TestNoMoreWatchThanMay(t *testing.T) {
	inWorld(t, func(cfg *lobby.Config) { cfg.MaxSpectators = 1 }, func(w *world) {
		room := w.room(2, lobby.Options{})
		w.watch(w.stateOf(room[0]).Code)
		w.refused(w.Spectate(w.ctx, room[1], true), protocol.CodeFull, "")
	})
}

func TestAHostWhoWatchesHandsOverToAPlayerAndTheFirstToPlayAgainIsHost(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(2, lobby.Options{})
		for _, step := range []struct {
			who      *person
			spectate bool
			host     *person
		}{
			{room[0], true, room[1]},
			{room[1], true, room[1]}, // nobody plays: it stays where it is
			{room[0], false, room[0]},
		} {
			w.must(w.Spectate(w.ctx, step.who, step.spectate))
			if host := w.stateOf(room[0]).Host; host != step.host.user {
				t.Fatalf("after %s said %v, %s is host, want %s", step.who.user, step.spectate, host, step.host.user)
			}
		}
	})
}

func TestTheLastPlaceTakenByASpectatorStartsAFullLobby(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		host := w.room(1, lobby.Options{Start: of(lobby.StartFull), MaxPlayers: of(2)})[0]
		spectator := w.watch(w.stateOf(host).Code)
		w.must(w.Spectate(w.ctx, spectator, false))
		if _, seat := roleOf(w, spectator); phaseOf(w, host) != lobby.PhasePlaying || seat != 2 {
			t.Errorf("the lobby is %s, the seat %d", phaseOf(w, host), seat)
		}
	})
}

func TestTheLastUnreadyPlayerWhoWatchesStartsAReadyLobby(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(3, lobby.Options{Start: of(lobby.StartReady)})
		w.must(w.Ready(w.ctx, room[0], true))
		w.must(w.Ready(w.ctx, room[1], true))
		w.must(w.Spectate(w.ctx, room[2], true))
		if phaseOf(w, room[0]) != lobby.PhasePlaying {
			t.Error("did not start")
		}
	})
}

func TestInARunningMatchASpectatorIsSeatedAndAPlayerGivesTheSeatUp(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		host := w.room(2, lobby.Options{MaxPlayers: of(2)})[0]
		w.must(w.Start(w.ctx, host))
		spectator := w.watch(w.stateOf(host).Code)
		w.settle()
		w.refused(w.Spectate(w.ctx, spectator, false), protocol.CodeFull, "")

		w.must(w.Spectate(w.ctx, host, true))
		w.must(w.Spectate(w.ctx, spectator, false)) // at once: the seat becomes free at the match's next tick
		w.settle()
		for _, want := range []struct {
			who  *person
			role string
			seat match.SeatID
		}{{host, lobby.RoleSpectator, 0}, {spectator, lobby.RolePlayer, 1}} {
			role, _ := roleOf(w, want.who)
			seat := want.who.seat()
			if role != want.role || seat == nil || seat.ID() != want.seat {
				t.Errorf("%s is a %s with %v, want a %s with seat %d", want.who.user, role, seat, want.role, want.seat)
			}
			if reason := want.who.reason("match", "exit"); reason != match.ReasonLeft {
				t.Errorf("%s was told that the former seat is over as %q", want.who.user, reason)
			}
		}
		if players, watching := w.matches.Players.Load(), w.matches.Watchers.Load(); players != 2 || watching != 1 {
			t.Errorf("%d play and %d watch, want 2 and 1", players, watching)
		}
	})
}
