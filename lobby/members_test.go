package lobby_test

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

func TestCapacityHoldsUnder100RacingJoins(t *testing.T) {
	for name, playing := range map[string]bool{"while open": false, "while a match runs": true} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(cfg *lobby.Config) { cfg.MaxSpectators = 5 }, func(w *world) {
				host := w.roomOf("crowd", 1, lobby.Options{MaxPlayers: of(7)})[0]
				code := w.stateOf(host).Code
				if playing {
					w.must(w.Start(w.ctx, host))
				}
				var race sync.WaitGroup
				for i := range 100 {
					p, spectate := w.person(), i%4 == 0
					race.Go(func() {
						state, err := w.Join(w.ctx, p, lobby.JoinOptions{Code: code, Spectate: spectate})
						if err != nil {
							w.refused(err, protocol.CodeFull, "")
						} else if players, spectators := count(state); players > 7 || spectators > 5 {
							t.Errorf("%d players and %d spectators are in", players, spectators)
						}
						if i%3 == 0 { // some leave again, and make room for others
							w.Forget(p, lobby.Left)
						}
					})
				}
				race.Wait()
				w.settle()
				state := w.stateOf(host)
				players, spectators := count(state)
				if players > 7 || spectators > 5 || players < 2 {
					t.Errorf("%d players and %d spectators are in", players, spectators)
				}
				if s := w.List().Lobbies[0]; s.Players != players || s.Spectators != spectators {
					t.Errorf("the list says %d players and %d spectators, the lobby has %d and %d", s.Players, s.Spectators, players, spectators)
				}
				if seated := w.matches.Players.Load(); playing && seated != int64(players) {
					t.Errorf("%d are seated, want all %d players", seated, players)
				}
			})
		})
	}
}

func TestEveryPlaceIsTakenUnderRacingJoins(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		host := w.roomOf("crowd", 1, lobby.Options{MaxPlayers: of(40)})[0]
		id := w.stateOf(host).ID
		var race sync.WaitGroup
		for range 100 {
			p := w.person()
			race.Go(func() {
				if _, err := w.Join(w.ctx, p, lobby.JoinOptions{ID: id}); err != nil {
					w.refused(err, protocol.CodeFull, "")
				}
			})
		}
		race.Wait()
		if players, _ := count(w.stateOf(host)); players != 40 {
			t.Errorf("%d players are in, want 40", players)
		}
		if got := w.counters.Members.Load(); got != 40 {
			t.Errorf("%d members are counted, want 40", got)
		}
	})
}

func count(s lobby.State) (players, spectators int) {
	for _, m := range s.Members {
		if m.Role == lobby.RolePlayer {
			players++
		} else {
			spectators++
		}
	}
	return players, spectators
}

func TestThePlaceOfAPlayerWhoIsAwayStaysTaken(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(2, lobby.Options{MaxPlayers: of(2)})
		w.must(w.Start(w.ctx, room[0]))
		w.must(w.SetAway(w.ctx, room[1], true))
		code := w.stateOf(room[0]).Code
		_, err := w.Join(w.ctx, w.person(), lobby.JoinOptions{Code: code})
		w.refused(err, protocol.CodeFull, "")

		w.Forget(room[1], lobby.Expired)
		w.join(code)
		w.settle()
		if reason := room[1].reason("match", "exit"); reason != match.ReasonExpired {
			t.Errorf("the seat was given up as %q", reason)
		}
	})
}

func TestTheHostsPlaceGoesToTheLongestPresentPlayer(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(4, lobby.Options{})
		spectator := w.watch(w.stateOf(room[0]).Code)
		w.must(w.SetAway(w.ctx, room[1], true))
		w.must(w.SetAway(w.ctx, room[0], true))
		if host := w.stateOf(room[0]).Host; host != room[0].user {
			t.Errorf("%s is host, want the one who is away and comes back", host)
		}
		// Order of arrival: 0 host, 1 away, 2, 3, and a spectator.
		for _, step := range []struct{ leaves, heir *person }{
			{room[0], room[2]}, {room[2], room[3]}, {room[3], room[1]}, {room[1], spectator},
		} {
			w.Forget(step.leaves, lobby.Expired)
			if host := w.stateOf(spectator).Host; host != step.heir.user {
				t.Fatalf("after %s left, %s is host, want %s", step.leaves.user, host, step.heir.user)
			}
		}
		player := w.join(w.stateOf(spectator).Code)
		if host := w.stateOf(spectator).Host; host != player.user {
			t.Errorf("%s is host, want the player who came", host)
		}
	})
}

func TestTheHostHandsOverToAnotherPlayer(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(2, lobby.Options{})
		spectator := w.watch(w.stateOf(room[0]).Code)
		w.refused(w.HandOver(w.ctx, room[0], "nobody"), protocol.CodeNotFound, "user")
		w.refused(w.HandOver(w.ctx, room[0], spectator.user), protocol.CodeForbidden, "")
		w.must(w.HandOver(w.ctx, room[0], room[0].user))
		w.must(w.HandOver(w.ctx, room[0], room[1].user))
		w.refused(w.HandOver(w.ctx, room[0], room[0].user), protocol.CodeForbidden, "")
		w.settle()
		for _, p := range []*person{room[0], room[1], spectator} {
			if host := p.newest().Host; host != room[1].user {
				t.Errorf("%s was told that %s is host", p.user, host)
			}
		}
		if host := w.List().Lobbies[0].Host; host != room[1].user {
			t.Errorf("the list says that %s is host", host)
		}
	})
}

func TestOnlyTheHostRules(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(2, lobby.Options{})
		for name, err := range map[string]error{
			"start":    w.Start(w.ctx, room[1]),
			"kick":     w.Kick(w.ctx, room[1], room[0].user),
			"host":     w.HandOver(w.ctx, room[1], room[1].user),
			"settings": w.Change(w.ctx, room[1], lobby.Options{Name: of("mine")}),
		} {
			t.Log(name)
			w.refused(err, protocol.CodeForbidden, "")
		}
	})
}

func TestAKickedMemberIsToldAndOut(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(3, lobby.Options{})
		w.must(w.Start(w.ctx, room[0]))
		id := w.stateOf(room[0]).ID
		w.must(w.Kick(w.ctx, room[0], room[1].user))
		w.settle()

		if reason := room[1].reason("lobby", "closed"); reason != "kicked" {
			t.Errorf("told that the lobby is closed as %q", reason)
		}
		if reason := room[1].reason("match", "exit"); reason != "kicked" {
			t.Errorf("told that the seat is over as %q", reason)
		}
		if room[1].seat() != nil || w.matches.Players.Load() != 2 {
			t.Error("the seat is still held")
		}
		if _, in := w.Of(room[1].user); in || len(room[0].newest().Members) != 2 {
			t.Error("still in the lobby")
		}
		w.refused(w.Ready(w.ctx, room[1], true), protocol.CodeNotFound, "")
		w.refused(w.Kick(w.ctx, room[0], room[1].user), protocol.CodeNotFound, "user")
		w.refused(w.Kick(w.ctx, room[0], room[0].user), protocol.CodeForbidden, "")
		back := func() error {
			_, err := w.Join(w.ctx, room[1], lobby.JoinOptions{ID: id})
			return err
		}
		time.Sleep(58 * time.Second) // one has passed
		w.refused(back(), protocol.CodeForbidden, "")
		time.Sleep(time.Second)
		w.must(back())
		if n := w.counters.Leaves[lobby.Kicked].Load(); n != 1 {
			t.Errorf("%d kicks are counted", n)
		}
	})
}

func TestWhoLeavesByThemselvesIsNotToldThatTheLobbyClosed(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(2, lobby.Options{})
		w.must(w.Leave(w.ctx, room[0]))
		w.must(w.Leave(w.ctx, room[1]))
		w.settle()
		for _, p := range room {
			if names := p.names("lobby/state", "chat/joined", "chat/left"); names != nil {
				t.Errorf("%s was told %v", p.user, names)
			}
		}
	})
}

func TestALobbyLivesAsLongAsASessionInItDoes(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(2, lobby.Options{})
		for _, p := range room {
			w.must(w.SetAway(w.ctx, p, true))
		}
		w.settle()
		if len(w.List().Lobbies) != 1 {
			t.Fatal("the lobby ended while its members were away")
		}
		for _, p := range room {
			w.Forget(p, lobby.Expired)
		}
		if len(w.List().Lobbies) != 0 {
			t.Error("the lobby outlived its members")
		}
	})
}

func TestWhoComesBackGetsTheStateAtOnce(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(2, lobby.Options{})
		w.must(w.SetAway(w.ctx, room[0], false)) // the connection was replaced before anyone noticed that it was down
		w.must(w.SetAway(w.ctx, room[1], true))
		w.settle()
		if !room[0].newest().Members[1].Away {
			t.Error("nobody was told who is away")
		}
		for _, p := range room {
			before := len(p.states())
			w.must(w.SetAway(w.ctx, p, false))
			if got := len(p.states()); got != before+1 {
				t.Errorf("%d states on coming back, want 1", got-before)
			}
			if p.newest().Members[1].Away != (p == room[0]) {
				t.Error("the state says otherwise about who is away")
			}
		}
		w.must(w.SetAway(w.ctx, w.person(), false))
	})
}

func TestWhoComesBackRightAfterAChangeNeedNotWaitForTheNextState(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(2, lobby.Options{})
		w.must(w.SetAway(w.ctx, room[1], true)) // told at once: a pause begins
		w.must(w.SetAway(w.ctx, room[1], false))
		if room[1].newest().Members[1].Away {
			t.Error("told an old state on coming back")
		}
		w.settle()
		if room[0].newest().Members[1].Away {
			t.Error("the other was not told")
		}
	})
}

func TestWhoWaitsForALobbyThatEndsIsToldThatItIsGone(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		host := w.roomOf("crowd", 1, lobby.Options{})[0]
		id := w.stateOf(host).ID
		w.beforeMatches(func() { time.Sleep(time.Minute) })
		var queue sync.WaitGroup
		var started, left, away error
		for _, call := range []func(){ // in this order, behind a start that takes its time
			func() { started = w.Start(w.ctx, host) },
			func() { left = w.Leave(w.ctx, host) },
			func() {
				_, err := w.Join(w.ctx, w.person(), lobby.JoinOptions{ID: id})
				w.refused(err, protocol.CodeNotFound, "")
			},
			func() { w.refused(w.Ready(w.ctx, host, true), protocol.CodeNotFound, "") },
			func() { away = w.SetAway(w.ctx, host, true) },
		} {
			queue.Go(call)
			synctest.Wait()
		}
		queue.Wait()
		if started != nil || left != nil || away != nil {
			t.Errorf("start gives %v, leave %v, away %v", started, left, away)
		}
		if n := w.counters.Lobbies.Load(); n != 0 {
			t.Errorf("%d lobbies are left", n)
		}
	})
}

func TestStatesAreToldToAllAtOnceThenAtAPaceAndEndWithTheNewest(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(3, lobby.Options{})
		before := len(room[2].states())
		for i := range 100 {
			w.must(w.Ready(w.ctx, room[i%2], i%4 < 2))
		}
		synctest.Wait()
		if got := len(room[2].states()) - before; got != 1 {
			t.Errorf("%d states at once, want the first", got)
		}
		w.settle()
		if got := len(room[2].states()) - before; got != 2 {
			t.Errorf("%d states in all, want the first and the last", got)
		}
		want := w.stateOf(room[0])
		for _, p := range room {
			if got := p.newest(); got.Rev != want.Rev || got.Members[0].Ready != want.Members[0].Ready {
				t.Errorf("%s was last told revision %d, want %d", p.user, got.Rev, want.Rev)
			}
			states := p.states()
			for i := range states[1:] {
				if states[i+1].Rev <= states[i].Rev {
					t.Errorf("revision %d was told after %d", states[i+1].Rev, states[i].Rev)
				}
			}
		}
	})
}

func TestWhatChangesNothingIsNotTold(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(2, lobby.Options{})
		before := w.stateOf(room[0])
		w.must(w.Ready(w.ctx, room[1], false))
		w.must(w.SetAway(w.ctx, room[1], true))
		w.must(w.SetAway(w.ctx, room[1], false))
		w.settle()
		rev := w.stateOf(room[0]).Rev
		if rev != before.Rev+2 {
			t.Errorf("%d revisions of two changes", rev-before.Rev)
		}
		w.must(w.Change(w.ctx, room[0], lobby.Options{Name: of(before.Name), MaxPlayers: of(4), Settings: match.Settings{ticksSetting: 0}}))
		w.must(w.HandOver(w.ctx, room[0], room[0].user))
		w.settle()
		if got := w.stateOf(room[0]).Rev; got != rev {
			t.Errorf("%d revisions of no change", got-rev)
		}
	})
}

func TestOptionsAreAppliedAsAWholeOrNotAtAll(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		host := w.room(3, lobby.Options{})[0]
		before := w.stateOf(host)
		good := lobby.Options{Name: of("New\x00 name "), Private: of(true), MaxPlayers: of(3), Start: of(lobby.StartFull)}
		for field, o := range map[string]lobby.Options{
			"max_players":         {Name: of("x"), MaxPlayers: of(2)}, // three are in
			"start":               {Name: of("x"), Start: of("never")},
			"settings.ticks":      {Name: of("x"), Settings: match.Settings{ticksSetting: 1001}},
			"settings.no-such":    {Name: of("x"), Settings: match.Settings{"no-such": 1}},
			"settings":            {Name: of("x"), Settings: match.Settings{"Not a name": 1}},
			"settings.break":      {Private: of(true), Settings: match.Settings{breakSetting: -1}},
			"max_players\x00":     {MaxPlayers: of(5)},
			"max_players\x00\x00": {MaxPlayers: of(-1)},
		} {
			w.refused(w.Change(w.ctx, host, o), protocol.CodeBadPayload, trimNul(field))
		}
		if got := w.stateOf(host); got.Rev != before.Rev {
			t.Errorf("refused options made revision %d of %d", got.Rev, before.Rev)
		}
		w.must(w.Change(w.ctx, host, good))
		got := w.stateOf(host)
		if got.Name != "New name" || !got.Private || got.MaxPlayers != 3 || got.Start != "full" {
			t.Errorf("good options made %+v", got)
		}
		w.must(w.Change(w.ctx, host, lobby.Options{Name: of("\n\t")}))
		if got := w.stateOf(host).Name; got != "New name" {
			t.Errorf("an empty name made %q", got)
		}
	})
}

// trimNul lets a table have several cases for one field.
func trimNul(s string) string {
	for len(s) > 0 && s[len(s)-1] == 0 {
		s = s[:len(s)-1]
	}
	return s
}

func TestTheLastOneToLeaveLeavesNothingBehind(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		var all []*person
		for i := range 10 {
			room := w.room(3, lobby.Options{Private: of(i%2 == 0)})
			all = append(all, room...)
			all = append(all, w.watch(w.stateOf(room[0]).Code))
			if i%3 != 0 {
				w.must(w.Start(w.ctx, room[0]))
			}
			w.Watch(room[1])
		}
		for _, p := range all {
			w.Forget(p, lobby.Left)
			if _, in := w.Of(p.user); in {
				t.Errorf("%s still has a place", p.user)
			}
		}
		w.settle()
		if len(w.List().Lobbies) != 0 {
			t.Errorf("still listed: %v", w.List().Lobbies)
		}
		c := w.counters
		for name, n := range map[string]int64{
			"lobbies": c.Lobbies.Load(), "members": c.Members.Load(), "playing": c.Playing.Load(), "watchers": c.Watchers.Load(),
			"matches": w.matches.Matches.Load(), "seats": w.matches.Players.Load(), "spectators": w.matches.Watchers.Load(),
		} {
			if n != 0 {
				t.Errorf("%d %s are left", n, name)
			}
		}
		if joins, left := c.Joins.Load(), c.Leaves[lobby.Left].Load(); joins != 40 || left != 40 {
			t.Errorf("%d joined and %d left, want 40", joins, left)
		}
		w.stop() // returns: no lobby's goroutine is waited for in vain
	})
}

func TestALobbyThatEndsUnderItsMatchIsNotCountedAsPlaying(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(2, lobby.Options{})
		w.must(w.Start(w.ctx, room[0]))
		for _, p := range room {
			w.must(w.Leave(w.ctx, p))
		}
		// The match ends at its next tick, which has not come yet, or never if the game hangs.
		if lobbies, playing := w.counters.Lobbies.Load(), w.counters.Playing.Load(); lobbies != 0 || playing != 0 {
			t.Errorf("of %d lobbies %d are playing", lobbies, playing)
		}
	})
}

func TestShutdownEndsTheMatchThenTellsEveryone(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		playing, open := w.room(2, lobby.Options{}), w.room(2, lobby.Options{})
		w.must(w.Start(w.ctx, playing[0]))
		spectator := w.watch(w.stateOf(playing[0]).Code)
		w.settle()
		w.stop()

		for _, p := range append([]*person{spectator}, playing...) {
			if names := fmt.Sprint(p.names("lobby/state", "chat/joined")); names != "[match/exit lobby/closed]" {
				t.Errorf("%s was told %s", p.user, names)
			}
			if reason := p.reason("match", "exit"); reason != "shutdown" {
				t.Errorf("%s was told %q about the seat", p.user, reason)
			}
		}
		for _, p := range append([]*person{spectator}, append(open, playing...)...) {
			if reason := p.reason("lobby", "closed"); reason != "shutdown" {
				t.Errorf("%s was told %q about the lobby", p.user, reason)
			}
			if _, in := w.Of(p.user); in || p.seat() != nil {
				t.Errorf("%s still has a place", p.user)
			}
			w.refused(w.Leave(w.ctx, p), protocol.CodeNotFound, "")
		}
		_, err := w.Create(w.ctx, open[0], lobby.CreateOptions{Game: "toy"})
		w.refused(err, protocol.CodeUnavailable, "")
		_, err = w.Join(w.ctx, open[0], lobby.JoinOptions{ID: "any"})
		w.refused(err, protocol.CodeUnavailable, "")
		if n := w.counters.Leaves[lobby.Shutdown].Load(); n != 5 {
			t.Errorf("%d departures by shutdown are counted, want 5", n)
		}
	})
}
