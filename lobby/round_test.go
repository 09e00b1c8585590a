package lobby_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

func TestAMatchIsMadeAsTheLobbySays(t *testing.T) {
	inWorld(t, func(cfg *lobby.Config) { cfg.MaxSpectators = 9 }, func(w *world) {
		room := w.room(2, lobby.Options{MaxPlayers: of(3), Settings: match.Settings{ticksSetting: 500}})
		w.must(w.Start(w.ctx, room[0]))
		got := w.asked()[0]
		got.Kind = match.Kind{Name: got.Kind.Name}
		want := lobby.MatchRequest{
			Lobby: w.stateOf(room[0]).ID, Kind: match.Kind{Name: "toy"}, MaxPlayers: 3, MaxSpectators: 9,
			Settings: match.Settings{ticksSetting: 500, breakSetting: 0},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestEveryoneIsSeatedAtTheStartAndWhoComesLaterAtOnce(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(2, lobby.Options{})
		code := w.stateOf(room[0]).Code
		early := w.watch(code)
		w.must(w.SetAway(w.ctx, room[1], true)) // away, but it is their match as well
		w.must(w.Start(w.ctx, room[0]))
		w.settle()
		player, late := w.join(code), w.watch(code)
		for i, p := range []*person{room[0], room[1], player} {
			if s := p.seat(); s == nil || s.ID() != match.SeatID(i+1) {
				t.Errorf("player %d holds seat %v", i+1, s)
			}
		}
		for _, p := range []*person{early, late} {
			if s := p.seat(); s == nil || s.ID() != 0 {
				t.Errorf("a spectator holds seat %v", s)
			}
		}
		w.settle()
		for i, seat := range []uint16{1, 2, 0, 3, 0} {
			if m := early.newest().Members[i]; m.Seat != seat {
				t.Errorf("%s is said to hold seat %d, want %d", m.User, m.Seat, seat)
			}
		}
		if players, watchers := w.matches.Players.Load(), w.matches.Watchers.Load(); players != 3 || watchers != 2 {
			t.Errorf("the match has %d players and %d spectators", players, watchers)
		}
	})
}

func TestALobbyOutlivesItsMatchAndKeepsItsPlayers(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(2, lobby.Options{Settings: match.Settings{ticksSetting: 30}})
		w.must(w.Start(w.ctx, room[0]))
		w.settle()
		got := room[1].newest()
		if got.Phase != lobby.PhaseOpen || got.Round != 1 || got.Match != "" || len(got.Members) != 2 {
			t.Errorf("after a match the lobby is %+v", got)
		}
		if got.Result == nil || got.Result.Reason != "ended" {
			t.Fatalf("the result is %+v", got.Result)
		}
		if data := decoded[map[string]int](t, got.Result.Data); data["ticks"] != 30 {
			t.Errorf("the game's result is %v", data)
		}
		for i, p := range room {
			if p.seat() != nil || got.Members[i].Seat != 0 {
				t.Errorf("%s still holds a seat", p.user)
			}
			if reason := p.reason("match", "exit"); reason != "ended" {
				t.Errorf("%s was told %q", p.user, reason)
			}
		}
		w.must(w.Start(w.ctx, room[0]))
		if r := w.asked()[1]; r.Round != 1 || phaseOf(w, room[0]) != lobby.PhasePlaying {
			t.Errorf("the second match is round %d", r.Round)
		}
	})
}

func TestAGameThatBreaksGivesItsPlayersBack(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(2, lobby.Options{Settings: match.Settings{breakSetting: 1}})
		w.must(w.Start(w.ctx, room[0]))
		w.settle()
		got := w.stateOf(room[0])
		if got.Phase != lobby.PhaseOpen || got.Result == nil || got.Result.Reason != "failed" || string(got.Result.Data) != "\xc0" {
			t.Errorf("phase %s, result %+v", got.Phase, got.Result)
		}
		w.must(w.Change(w.ctx, room[0], lobby.Options{Settings: match.Settings{breakSetting: 0}}))
		w.must(w.Start(w.ctx, room[0]))
		w.settle()
		if phaseOf(w, room[0]) != lobby.PhasePlaying {
			t.Error("the next match does not run")
		}
	})
}

func TestARematchStartsWhenEveryPresentPlayerAskedForIt(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(4, lobby.Options{Settings: match.Settings{ticksSetting: 30}})
		spectator := w.watch(w.stateOf(room[0]).Code)
		w.refused(w.Rematch(w.ctx, room[0]), protocol.CodeWrongPhase, "") // there was none yet
		w.must(w.Start(w.ctx, room[0]))
		w.refused(w.Rematch(w.ctx, room[0]), protocol.CodeWrongPhase, "")
		w.settle()

		w.refused(w.Rematch(w.ctx, spectator), protocol.CodeForbidden, "")
		w.must(w.Rematch(w.ctx, room[0]))
		w.must(w.Rematch(w.ctx, room[1]))
		w.settle()
		if m := spectator.newest().Members; !m[0].Rematch || !m[1].Rematch || m[2].Rematch {
			t.Errorf("told that these asked: %+v", m)
		}
		w.must(w.SetAway(w.ctx, room[2], true))
		if len(w.asked()) != 1 {
			t.Fatal("started before all asked")
		}
		time.Sleep(20 * time.Second) // who is away for this long is not waited for
		w.must(w.Leave(w.ctx, room[3]))
		if n := len(w.asked()); n != 2 {
			t.Fatalf("%d matches, want the rematch", n)
		}
		for _, p := range append([]*person{spectator}, room[:3]...) {
			if p.seat() == nil {
				t.Errorf("%s has no seat in the rematch", p.user)
			}
		}
		w.settle()
		got := spectator.newest()
		if got.Round != 2 || got.Phase != lobby.PhaseOpen {
			t.Errorf("after the rematch: round %d, phase %s", got.Round, got.Phase)
		}
		for _, m := range got.Members {
			if m.Rematch || m.Ready {
				t.Errorf("after the rematch, a member is %+v", m)
			}
		}
	})
}

func TestLeavingDuringAMatchGivesUpTheSeat(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(3, lobby.Options{})
		w.must(w.Start(w.ctx, room[0]))
		w.settle()
		w.must(w.Leave(w.ctx, room[1]))
		w.settle()
		if reason := room[1].reason("match", "exit"); reason != "left" || room[1].seat() != nil {
			t.Errorf("told %q, holds seat %v", reason, room[1].seat())
		}
		if n := w.matches.Players.Load(); n != 2 {
			t.Errorf("%d are still seated, want 2", n)
		}
		if phaseOf(w, room[0]) != lobby.PhasePlaying {
			t.Error("the match ended for the others")
		}
	})
}

func TestASeatThatWasJustLeftGoesToWhoComesNext(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(2, lobby.Options{MaxPlayers: of(2)})
		code := w.stateOf(room[0]).Code
		w.must(w.Start(w.ctx, room[0]))
		w.settle()
		// All between two ticks: the match has not freed the seat yet.
		w.must(w.Leave(w.ctx, room[1]))
		next := w.join(code)
		_, err := w.Join(w.ctx, w.person(), lobby.JoinOptions{Code: code})
		w.refused(err, protocol.CodeFull, "")
		if next.seat() != nil {
			t.Fatal("the seat was free at once: this test shows nothing any more")
		}
		w.settle()
		if s := next.seat(); s == nil || s.ID() != 2 {
			t.Errorf("holds seat %v, want the one that was left", s)
		}
		if m := next.newest().Members[1]; m.User != next.user || m.Seat != 2 {
			t.Errorf("told about themselves: %+v", m)
		}
	})
}

func TestWhoWaitsForASeatWhenTheMatchEndsPlaysTheNext(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(2, lobby.Options{MaxPlayers: of(2)})
		code := w.stateOf(room[0]).Code
		w.must(w.Start(w.ctx, room[0]))
		w.settle()
		w.must(w.Change(w.ctx, room[0], lobby.Options{Settings: match.Settings{ticksSetting: 1}})) // ends at the next tick
		w.must(w.Leave(w.ctx, room[1]))
		next := w.join(code)
		w.settle()
		if next.seat() != nil || next.newest().Phase != lobby.PhaseOpen {
			t.Fatalf("holds seat %v in a lobby that is %s", next.seat(), next.newest().Phase)
		}
		w.must(w.Change(w.ctx, room[0], lobby.Options{Settings: match.Settings{ticksSetting: 0}}))
		w.must(w.Start(w.ctx, room[0]))
		if next.seat() == nil {
			t.Error("has no seat in the next match")
		}
	})
}

func TestWhoJoinsWhenTheMatchIsJustOverStaysForTheNext(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(2, lobby.Options{Settings: match.Settings{ticksSetting: 30}})
		code := w.stateOf(room[0]).Code
		ended := 0
		for range 100 {
			// Joins and leaves in the very tick in which the match ends, over and over.
			if w.stateOf(room[0]).Phase == lobby.PhaseOpen {
				ended++
				w.must(w.Start(w.ctx, room[0]))
			}
			seat := room[0].seat()
			p := w.person()
			if seat != nil {
				m := seat.Match()
				select {
				case <-m.Done():
				default:
					w.must(w.Change(w.ctx, room[0], lobby.Options{Settings: match.Settings{ticksSetting: 1}}))
					<-m.Done()
				}
			}
			_, err := w.Join(w.ctx, p, lobby.JoinOptions{Code: code})
			w.must(err)
			synctest.Wait()
			if p.seat() != nil && w.stateOf(p).Phase == lobby.PhaseOpen {
				t.Fatal("holds a seat in a match that is over")
			}
			w.must(w.Leave(w.ctx, p))
		}
		if ended < 50 {
			t.Errorf("only %d matches ended", ended)
		}
	})
}

func TestPlacesBeyondTheMatchsSeatsOpenWithTheNextMatch(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(2, lobby.Options{MaxPlayers: of(2)})
		code := w.stateOf(room[0]).Code
		w.must(w.Start(w.ctx, room[0]))
		w.must(w.Change(w.ctx, room[0], lobby.Options{MaxPlayers: of(4)}))
		_, err := w.Join(w.ctx, w.person(), lobby.JoinOptions{Code: code})
		w.refused(err, protocol.CodeFull, "")
		w.must(w.Change(w.ctx, room[0], lobby.Options{Settings: match.Settings{ticksSetting: 1}}))
		w.settle()
		w.join(code)
	})
}

func TestSettingsReachTheRunningMatch(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(2, lobby.Options{Settings: match.Settings{ticksSetting: 900}})
		w.must(w.Start(w.ctx, room[0]))
		w.must(w.Change(w.ctx, room[0], lobby.Options{Name: of("not the game's concern")}))
		w.must(w.Change(w.ctx, room[0], lobby.Options{Settings: match.Settings{ticksSetting: 901}}))
		w.settle()
		told := room[1].told("match", "configured")
		if len(told) != 1 {
			t.Fatalf("the game was configured %d times, want once", len(told))
		}
		want := map[string]int{ticksSetting: 901, breakSetting: 0}
		if diff := cmp.Diff(want, decoded[map[string]int](t, told[0].payload)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAMatchThatIsNeverMadeHoldsUpNoneWhoLeavesAtShutdown(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(2, lobby.Options{})
		hang := make(chan struct{})
		w.beforeMatches(func() { <-hang })
		var calls sync.WaitGroup
		calls.Go(func() { _ = w.Start(w.ctx, room[0]) })
		synctest.Wait()
		forgotten := make(chan struct{})
		calls.Go(func() {
			w.Forget(room[1], lobby.Expired) // without a bound of its own
			close(forgotten)
		})
		calls.Go(w.stop)
		synctest.Wait()
		select {
		case <-forgotten:
		default:
			t.Error("a session's end waits for a lobby that does not answer")
		}
		close(hang)
		calls.Wait()
		if n := w.counters.Members.Load(); n != 0 {
			t.Errorf("%d members are left", n)
		}
	})
}

func TestAPanicInSetupIsLoggedWithItsStack(t *testing.T) {
	var log bytes.Buffer
	quiet := func(cfg *lobby.Config) { cfg.Logger = slog.New(slog.NewTextHandler(&log, nil)) }
	inWorld(t, quiet, func(w *world) {
		room := w.room(2, lobby.Options{Settings: match.Settings{breakSetting: 2}})
		w.refused(w.Start(w.ctx, room[0]), protocol.CodeInternal, "")
		w.stop()
		if !strings.Contains(log.String(), "toy_test.go") {
			t.Errorf("the log says %s", log.String())
		}
	})
}

func TestWhoStartsAMatchIsToldWhyThereIsNoneForNow(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(2, lobby.Options{})
		w.refuseMatches(protocol.Refuse(protocol.CodeUnavailable, "no room"))
		w.refused(w.Start(w.ctx, room[0]), protocol.CodeUnavailable, "")
		w.refuseMatches(fmt.Errorf("of an inner node: %w", protocol.Refuse(protocol.CodeUnavailable, "no room")))
		w.refused(w.Start(w.ctx, room[0]), protocol.CodeInternal, "")
		w.refuseMatches(nil)
		w.must(w.Start(w.ctx, room[0]))
	})
}

func TestTheLogOfALobbysEndSaysWhetherAMatchWasStillPlayed(t *testing.T) {
	for playing, want := range map[bool]string{false: "finished=0 playing=false", true: "finished=0 playing=true"} {
		var log bytes.Buffer
		quiet := func(cfg *lobby.Config) { cfg.Logger = slog.New(slog.NewTextHandler(&log, nil)) }
		inWorld(t, quiet, func(w *world) {
			room := w.room(2, lobby.Options{})
			if playing {
				w.must(w.Start(w.ctx, room[0]))
			}
			w.stop()
			if !strings.Contains(log.String(), want) {
				t.Errorf("want %s, the log says %s", want, log.String())
			}
		})
	}
}
