package lobby_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

func TestANewLobbyHasTheGamesDefaultsAndItsCreatorAsHost(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		ada := w.person()
		got, err := w.Create(w.ctx, ada, lobby.CreateOptions{Game: "toy"})
		w.must(err)
		want := lobby.State{
			ID: got.ID, Code: got.Code, Name: "Name 1's lobby", Game: "toy", MaxPlayers: 4, Start: "host",
			Settings: match.Settings{ticksSetting: 0, breakSetting: 0}, Host: ada.user, Phase: "open",
			Members: []lobby.MemberState{{User: ada.user, Name: ada.name, Role: "player"}}, Rev: 1,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if id, in := w.Of(ada.user); id != got.ID || !in {
			t.Errorf("the user is in lobby %q, want %q", id, got.ID)
		}
	})
}

func TestCodesAreUniquePlainAndJoinedInAnyCase(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		codes := map[string]bool{}
		for range 300 {
			state, err := w.Create(w.ctx, w.person(), lobby.CreateOptions{Game: "toy"})
			w.must(err)
			if len(state.Code) != 6 || strings.Trim(state.Code, "ABCDEFGHJKMNPQRSTUVWXYZ23456789") != "" {
				t.Fatalf("code %q is not six plain characters", state.Code)
			}
			if codes[state.Code] {
				t.Fatalf("code %s was given twice", state.Code)
			}
			codes[state.Code] = true
			joined, err := w.Join(w.ctx, w.person(), lobby.JoinOptions{Code: strings.ToLower(state.Code)})
			w.must(err)
			if joined.ID != state.ID {
				t.Fatalf("code %s leads to another lobby", state.Code)
			}
		}
	})
}

// dice is a source of randomness whose join codes are chosen: they are read 12 bytes at a time.
type dice struct {
	mu    sync.Mutex
	codes [][]byte // 12 bytes each; the last one stays
	ids   byte
}

func (d *dice) Read(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(p) != 12 {
		d.ids++
		return copy(p, bytes.Repeat([]byte{d.ids}, len(p))), nil
	}
	n := copy(p, d.codes[0])
	if len(d.codes) > 1 {
		d.codes = d.codes[1:]
	}
	return n, nil
}

func TestACodeInUseIsDrawnAgainAndUnevenBytesAreNotUsed(t *testing.T) {
	random := &dice{codes: [][]byte{
		bytes.Repeat([]byte{0}, 12),
		bytes.Repeat([]byte{31}, 12),                     // the same code once more
		{255, 1, 254, 1, 253, 1, 252, 1, 251, 1, 248, 1}, // 248 and more would favour the first characters
	}}
	inWorld(t, func(cfg *lobby.Config) { cfg.Rand = random }, func(w *world) {
		for _, want := range []string{"AAAAAA", "BBBBBB"} {
			state, err := w.Create(w.ctx, w.person(), lobby.CreateOptions{Game: "toy"})
			w.must(err)
			if state.Code != want {
				t.Errorf("code %s, want %s", state.Code, want)
			}
		}
		_, err := w.Create(w.ctx, w.person(), lobby.CreateOptions{Game: "toy"})
		w.refused(err, protocol.CodeInternal, "") // only B is drawn from here on
	})
}

func TestRandomnessThatFailsIsAFaultOfTheServer(t *testing.T) {
	for name, random := range map[string]io.Reader{
		"at the id":   strings.NewReader(""),
		"at the code": strings.NewReader("sixteen bytes..."),
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(cfg *lobby.Config) { cfg.Rand = random }, func(w *world) {
				ada := w.person()
				_, err := w.Create(w.ctx, ada, lobby.CreateOptions{Game: "toy"})
				w.refused(err, protocol.CodeInternal, "")
				if id, in := w.Of(ada.user); in {
					t.Errorf("the user is in lobby %s", id)
				}
			})
		})
	}
}

func TestThereAreNoMoreLobbiesThanTheLimit(t *testing.T) {
	inWorld(t, func(cfg *lobby.Config) { cfg.MaxLobbies = 3 }, func(w *world) {
		var race sync.WaitGroup
		var mu sync.Mutex
		var hosts []*person
		for range 20 {
			p := w.person()
			race.Go(func() {
				if _, err := w.Create(w.ctx, p, lobby.CreateOptions{Game: "toy"}); err != nil {
					w.refused(err, protocol.CodeFull, "")
					return
				}
				mu.Lock()
				defer mu.Unlock()
				hosts = append(hosts, p)
			})
		}
		race.Wait()
		if len(hosts) != 3 || len(w.List().Lobbies) != 3 {
			t.Fatalf("%d lobbies were opened and %d are listed, want 3", len(hosts), len(w.List().Lobbies))
		}
		w.must(w.Leave(w.ctx, hosts[0]))
		_, err := w.Create(w.ctx, w.person(), lobby.CreateOptions{Game: "toy"})
		w.must(err)
	})
}

func TestAUserIsInOneLobbyAtATime(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		var codes []string
		for range 10 {
			codes = append(codes, w.stateOf(w.room(1, lobby.Options{})[0]).Code)
		}
		ada := w.person()
		var race sync.WaitGroup
		results := make(chan error, 2*len(codes))
		for _, code := range codes {
			race.Go(func() {
				_, err := w.Join(w.ctx, ada, lobby.JoinOptions{Code: code})
				results <- err
			})
			race.Go(func() {
				_, err := w.Create(w.ctx, ada, lobby.CreateOptions{Game: "toy"})
				results <- err
			})
		}
		race.Wait()
		close(results)
		in := 0
		for err := range results {
			if err == nil {
				in++
				continue
			}
			w.refused(err, protocol.CodeAlready, "")
		}
		if in != 1 {
			t.Errorf("the user got into %d lobbies", in)
		}
		if n := w.counters.Members.Load(); n != 11 {
			t.Errorf("%d members in all lobbies, want 11", n)
		}
	})
}

func TestARefusedJoinLeavesTheUserFree(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		full := w.stateOf(w.room(2, lobby.Options{MaxPlayers: of(2)})[0])
		open := w.stateOf(w.room(1, lobby.Options{})[0])
		ada := w.person()
		_, err := w.Join(w.ctx, ada, lobby.JoinOptions{ID: full.ID})
		w.refused(err, protocol.CodeFull, "")
		_, err = w.Join(w.ctx, ada, lobby.JoinOptions{ID: "nowhere"})
		w.refused(err, protocol.CodeNotFound, "")
		_, err = w.Join(w.ctx, ada, lobby.JoinOptions{Code: "AAAAA0"})
		w.refused(err, protocol.CodeNotFound, "")
		_, err = w.Create(w.ctx, ada, lobby.CreateOptions{Game: "toy", Options: lobby.Options{MaxPlayers: of(5)}})
		w.refused(err, protocol.CodeBadPayload, "max_players")
		_, err = w.Join(w.ctx, ada, lobby.JoinOptions{ID: open.ID})
		w.must(err)
	})
}

func TestAPrivateLobbyIsJoinedByCodeAlone(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		host := w.room(1, lobby.Options{Private: of(true)})[0]
		state := w.stateOf(host)
		_, err := w.Join(w.ctx, w.person(), lobby.JoinOptions{ID: state.ID})
		w.refused(err, protocol.CodeNotFound, "")
		w.join(state.Code)

		w.must(w.Change(w.ctx, host, lobby.Options{Private: of(false)}))
		_, err = w.Join(w.ctx, w.person(), lobby.JoinOptions{ID: state.ID})
		w.must(err)
	})
}

func TestAnotherSessionOfAUserHasNoSayInItsLobby(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		tab := w.room(1, lobby.Options{})[0]
		other := &person{user: tab.user, name: tab.name, t: t}
		w.refused(w.Leave(w.ctx, other), protocol.CodeNotFound, "")
		_, err := w.Join(w.ctx, other, lobby.JoinOptions{ID: w.stateOf(tab).ID})
		w.refused(err, protocol.CodeAlready, "")
		w.Forget(other, lobby.Expired)
		w.stateOf(tab)
	})
}

func TestACallWhoseContextEndedDoesNothing(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		ctx, cancel := context.WithCancel(w.ctx)
		cancel()
		ada := w.person()
		if _, err := w.Create(ctx, ada, lobby.CreateOptions{Game: "toy"}); !errors.Is(err, context.Canceled) {
			t.Errorf("Create gives %v", err)
		}
		if _, in := w.Of(ada.user); in || len(w.List().Lobbies) != 0 {
			t.Error("a lobby was created")
		}
	})
}

func TestADrainingDirectoryStartsNothingNewAndKeepsWhatRuns(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		playing := w.room(2, lobby.Options{})
		w.must(w.Start(w.ctx, playing[0]))
		waiting := w.room(2, lobby.Options{Start: of(lobby.StartReady)})
		w.Drain()

		_, err := w.Create(w.ctx, w.person(), lobby.CreateOptions{Game: "toy"})
		w.refused(err, protocol.CodeUnavailable, "")
		w.refused(w.Start(w.ctx, waiting[0]), protocol.CodeUnavailable, "")
		w.must(w.Ready(w.ctx, waiting[0], true))
		w.must(w.Ready(w.ctx, waiting[1], true))
		late := w.join(w.stateOf(playing[0]).Code)
		w.settle()
		if s := w.stateOf(waiting[0]); s.Phase != lobby.PhaseOpen {
			t.Error("a match started because all were ready")
		}
		if late.seat() == nil {
			t.Error("nobody gets into a running match any more")
		}

		w.must(w.Change(w.ctx, playing[0], lobby.Options{Settings: match.Settings{ticksSetting: 1}}))
		w.settle()
		w.refused(w.Rematch(w.ctx, playing[0]), protocol.CodeUnavailable, "")
	})
}

func TestADirectoryRefusesWhatItCannotServe(t *testing.T) {
	nothing := func(lobby.MatchRequest) (lobby.Match, error) { return nil, errors.New("none") }
	kinds := []match.Kind{toyKind}
	for name, cfg := range map[string]lobby.Config{
		"no games":         {NewMatch: nothing},
		"no matches":       {Kinds: kinds},
		"a bad game":       {Kinds: []match.Kind{{Name: "Bad Name"}}, NewMatch: nothing},
		"one game twice":   {Kinds: []match.Kind{toyKind, toyKind}, NewMatch: nothing},
		"a negative limit": {Kinds: kinds, NewMatch: nothing, MaxLobbies: -1},
		"a negative pause": {Kinds: kinds, NewMatch: nothing, StateEvery: -1},
	} {
		if _, err := lobby.NewDirectory(cfg); err == nil {
			t.Errorf("a directory with %s was made", name)
		}
	}
}
