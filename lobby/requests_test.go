package lobby_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// fields is a payload as a client writes it.
type fields map[string]any

// ask sends a request as a client does: through bytes, both ways.
func (w *world) ask(p *person, name string, payload any) (map[string]any, error) {
	w.t.Helper()
	return w.through(w.Request, p, name, payload)
}

// through is ask for any channel.
func (w *world) through(
	channel func(context.Context, lobby.Member, string, []byte) (any, error), p *person, name string, payload any,
) (map[string]any, error) {
	w.t.Helper()
	request := protocol.MustEncode(payload)
	if payload == nil {
		request = nil
	}
	reply, err := channel(w.ctx, p, name, request)
	if err != nil {
		if reply != nil {
			w.t.Errorf("%s gives both %v and %v", name, reply, err)
		}
		return nil, err
	}
	if reply == nil {
		return nil, nil
	}
	return decoded[map[string]any](w.t, protocol.MustEncode(reply)), nil
}

func (w *world) answered(p *person, name string, payload any) map[string]any {
	w.t.Helper()
	reply, err := w.ask(p, name, payload)
	w.must(err)
	return reply
}

func keys(t *testing.T, v any) []string {
	t.Helper()
	m, ok := v.(map[string]any)
	if !ok {
		t.Fatalf("%v is not a map", v)
	}
	return slices.Sorted(maps.Keys(m))
}

func same(t *testing.T, what string, got any, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, keys(t, got)); diff != "" {
		t.Errorf("%s: keys differ:\n%s", what, diff)
	}
}

func TestRepliesAndEventsHaveTheKeysOfTheProtocol(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		ada, bob := w.person(), w.person()
		w.answered(bob, "watch", fields{"on": true})
		created := w.answered(ada, "create", fields{"game": "toy", "settings": fields{ticksSetting: 30}})
		same(t, "create", created, "lobby")
		state := created["lobby"].(map[string]any)
		same(t, "State", state, "code", "game", "host", "id", "match", "max_players", "members", "name", "phase", "private",
			"result", "rev", "round", "settings", "start")
		same(t, "Member", state["members"].([]any)[0], "away", "muted", "name", "ready", "rematch", "role", "seat", "user")
		same(t, "settings", state["settings"], breakSetting, ticksSetting)
		if result, ok := state["result"]; result != nil || !ok {
			t.Errorf("the result of no match is %v", result)
		}

		same(t, "join", w.answered(bob, "join", fields{"code": state["code"]}), "lobby")
		listed := w.answered(ada, "list", nil)
		same(t, "list", listed, "lobbies", "rev")
		same(t, "Summary", listed["lobbies"].([]any)[0], "game", "host", "id", "max_players", "name", "phase", "players", "spectators")
		games := w.answered(ada, "games", nil)
		same(t, "games", games, "games")
		game := games["games"].([]any)[0]
		same(t, "Game", game, "max_players", "min_players", "name", "settings", "title")
		same(t, "a game's setting", game.(map[string]any)["settings"].([]any)[0], "default", "doc", "max", "min", "name")

		w.answered(ada, "start", nil)
		w.settle()
		w.answered(ada, "kick", fields{"user": bob.user})
		same(t, "closed", decoded[map[string]any](t, bob.told("lobby", "closed")[0].payload), "id", "reason")
		same(t, "the event list", decoded[map[string]any](t, bob.told("lobby", "list")[0].payload), "removed", "rev", "upsert")
		states := ada.told("lobby", "state")
		same(t, "result", decoded[map[string]any](t, states[len(states)-1].payload)["result"], "data", "reason")
	})
}

func TestEmptyListsAreListsNotNil(t *testing.T) {
	inWorld(t, func(cfg *lobby.Config) {
		plain := toyKind
		plain.Settings = nil
		cfg.Kinds = []match.Kind{plain}
	}, func(w *world) {
		watcher := w.person()
		for name, reply := range map[string]any{
			"lobbies":  w.answered(watcher, "watch", fields{"on": true})["lobbies"],
			"settings": w.answered(watcher, "games", nil)["games"].([]any)[0].(map[string]any)["settings"],
		} {
			if list, ok := reply.([]any); !ok || len(list) != 0 {
				t.Errorf("%s: %v", name, reply)
			}
		}
		state := w.answered(w.person(), "create", fields{"game": "toy"})["lobby"].(map[string]any)
		same(t, "settings", state["settings"])
		w.settle()
		update := decoded[map[string]any](t, watcher.told("lobby", "list")[0].payload)
		if list, ok := update["removed"].([]any); !ok || len(list) != 0 {
			t.Errorf("removed: %v", update["removed"])
		}
	})
}

func TestEveryRequestDoesWhatItSays(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		ada, bob, eve := w.person(), w.person(), w.person()
		state := func() lobby.State { return w.stateOf(ada) }
		w.answered(ada, "create", fields{
			"game": "toy", "name": "Den", "private": true, "max_players": 3, "start": "ready", "settings": fields{ticksSetting: 20},
		})
		if s := state(); s.Name != "Den" || !s.Private || s.MaxPlayers != 3 || s.Start != "ready" || s.Settings[ticksSetting] != 20 {
			t.Errorf("create made %+v", s)
		}
		w.answered(ada, "settings", fields{"private": false, "settings": fields{breakSetting: 0, ticksSetting: 30}, "name": nil})
		if s := state(); s.Private || s.Settings[ticksSetting] != 30 || s.Name != "Den" {
			t.Errorf("settings made %+v", s)
		}
		w.answered(bob, "join", fields{"id": state().ID, "unknown": []int{1}})
		w.answered(eve, "join", fields{"code": state().Code, "spectate": true})
		if players, spectators := count(state()); players != 2 || spectators != 1 {
			t.Errorf("join let in %d players and %d spectators", players, spectators)
		}
		w.answered(eve, "spectate", fields{"spectate": false})
		if players, spectators := count(state()); players != 3 || spectators != 0 {
			t.Errorf("spectate made %d players and %d spectators", players, spectators)
		}
		w.answered(eve, "spectate", fields{"spectate": true})
		w.answered(ada, "ready", fields{"ready": true})
		w.answered(ada, "ready", fields{"ready": false})
		w.answered(ada, "ready", fields{"ready": true})
		if !state().Members[0].Ready {
			t.Error("ready is not noted")
		}
		w.answered(bob, "ready", fields{"ready": true})
		w.settle()
		w.answered(ada, "rematch", nil)
		w.answered(bob, "rematch", fields{})
		w.settle()
		if state().Round != 2 {
			t.Errorf("%d matches were played, want 2", state().Round)
		}
		w.answered(ada, "host", fields{"user": bob.user})
		w.answered(bob, "start", nil)
		w.answered(bob, "kick", fields{"user": eve.user})
		if _, in := w.Of(eve.user); in || state().Host != bob.user || state().Phase != "playing" {
			t.Errorf("host, start and kick made %+v", state())
		}
		w.answered(bob, "leave", nil)
		if list := w.answered(eve, "watch", fields{"on": false})["lobbies"].([]any); len(list) != 1 || len(state().Members) != 1 {
			t.Errorf("leave and watch made %v", list)
		}
	})
}

func TestWrongPayloadsAreRefusedWithTheField(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		room := w.room(2, lobby.Options{})
		outside := w.person()
		for _, c := range []struct {
			by      *person
			name    string
			payload any
			field   string
		}{
			{outside, "list", 5, ""},
			{outside, "games", "x", ""},
			{outside, "leave", []int{1}, ""},
			{outside, "watch", nil, "on"},
			{outside, "watch", fields{"on": 1}, "on"},
			{outside, "create", nil, "game"},
			{outside, "create", fields{"game": nil}, "game"},
			{outside, "create", fields{"game": 7}, "game"},
			{outside, "create", fields{"game": []byte("toy")}, "game"},
			{outside, "create", fields{"game": "chess"}, "game"},
			{outside, "create", fields{"game": "toy", "name": 5}, "name"},
			{outside, "create", fields{"game": "toy", "private": "yes"}, "private"},
			{outside, "create", fields{"game": "toy", "max_players": "3"}, "max_players"},
			{outside, "create", fields{"game": "toy", "max_players": 3.5}, "max_players"},
			{outside, "create", fields{"game": "toy", "max_players": 1}, "max_players"},
			{outside, "create", fields{"game": "toy", "max_players": 5}, "max_players"},
			{outside, "create", fields{"game": "toy", "max_players": int64(1)<<53 - 1}, "max_players"},
			{outside, "create", fields{"game": "toy", "start": true}, "start"},
			{outside, "create", fields{"game": "toy", "start": "later"}, "start"},
			{outside, "create", fields{"game": "toy", "settings": []int{1}}, "settings"},
			{outside, "create", fields{"game": "toy", "settings": fields{ticksSetting: "1"}}, "settings.ticks"},
			{outside, "create", fields{"game": "toy", "settings": fields{ticksSetting: 1.0}}, "settings.ticks"},
			{outside, "create", fields{"game": "toy", "settings": fields{ticksSetting: 1001}}, "settings.ticks"},
			{outside, "create", fields{"game": "toy", "settings": fields{"speed": 1}}, "settings.speed"},
			{outside, "create", fields{"game": "toy", "settings": fields{"\x1b[31m": "x"}}, "settings"},
			{outside, "join", nil, "id"},
			{outside, "join", fields{"id": 1}, "id"},
			{outside, "join", fields{"code": true}, "code"},
			{outside, "join", fields{"id": "a", "code": "b"}, "code"},
			{outside, "join", fields{"id": "a", "spectate": 1}, "spectate"},
			{room[0], "ready", nil, "ready"},
			{room[0], "ready", fields{"ready": "true"}, "ready"},
			{room[0], "spectate", nil, "spectate"},
			{room[0], "spectate", fields{"spectate": 1}, "spectate"},
			{room[0], "settings", fields{"max_players": 1}, "max_players"},
			{room[0], "settings", fields{"settings": fields{breakSetting: 3}}, "settings.break"},
			{room[0], "settings", fields{"name": fields{}}, "name"},
			{room[0], "kick", fields{}, "user"},
			{room[0], "kick", fields{"user": 1}, "user"},
			{room[0], "host", nil, "user"},
			{room[0], "host", fields{"user": false}, "user"},
		} {
			_, err := w.ask(c.by, c.name, c.payload)
			var refused *protocol.Error
			if !errors.As(err, &refused) || refused.Code != protocol.CodeBadPayload || refused.Field != c.field {
				t.Errorf("%s %v gives %v, want bad-payload with field %q", c.name, c.payload, err, c.field)
			}
		}
		if _, in := w.Of(outside.user); in || len(w.List().Lobbies) != 1 {
			t.Error("a refused request did something")
		}
		if got := w.counters.Refusals(protocol.CodeBadPayload); got != 41 {
			t.Errorf("%d refusals are counted, want 41", got)
		}
	})
}

func TestRequestsFromOutsideALobbyAndUnknownOnesAreRefused(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		p := w.person()
		for name, payload := range map[string]any{
			"leave": nil, "start": nil, "rematch": nil, "settings": nil,
			"ready": fields{"ready": true}, "spectate": fields{"spectate": true}, "kick": fields{"user": "x"}, "host": fields{"user": "x"},
		} {
			_, err := w.ask(p, name, payload)
			w.refused(err, protocol.CodeNotFound, "")
		}
		for _, name := range []string{"", "Start", "chat", "start "} {
			_, err := w.ask(p, name, 5)
			w.refused(err, protocol.CodeUnknownRequest, "")
		}
		counted := uint64(0)
		for _, code := range lobby.RefusalCodes() {
			counted += w.counters.Refusals(code)
		}
		if counted != 12 {
			t.Errorf("%d refusals are counted, want 12", counted)
		}
	})
}

// FuzzRequest holds that no payload which passes the structural check does anything but what its request may: it is answered, or refused
// with a code of the protocol; and lobbies keep their rules.
func FuzzRequest(f *testing.F) {
	names := []string{"create", "join", "settings", "ready", "spectate", "kick", "host", "watch", "list", "start", "rematch", "leave", "games", "?"}
	for i, payload := range []any{
		fields{"game": "toy", "name": "x", "private": true, "max_players": 3, "start": "full", "settings": fields{ticksSetting: 1}},
		fields{"code": "AAAAAA", "id": "x", "spectate": true}, fields{"settings": fields{breakSetting: 2.5}},
		fields{"ready": true}, fields{"spectate": true}, fields{"user": "user-1"}, fields{"user": nil}, fields{"on": true}, nil, []any{1, "2", nil}, -5,
	} {
		f.Add(uint8(i), protocol.MustEncode(payload))
	}
	f.Add(uint8(0), []byte{0xdf, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, which uint8, payload []byte) {
		frame := append([]byte{0x92, byte(protocol.KindRequest)}, payload...)
		if _, err := protocol.Check(frame, protocol.FromClient); err != nil {
			t.Skip()
		}
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, nil)
			p := w.room(2, lobby.Options{})[0]
			if which%2 == 0 {
				p = w.person()
			}
			reply, err := w.Request(w.ctx, p, names[int(which/2)%len(names)], payload)
			var refused *protocol.Error
			if err != nil && (!errors.As(err, &refused) || !slices.Contains(lobby.RefusalCodes(), refused.Code)) {
				t.Fatalf("gives %v", err)
			}
			if _, err := protocol.Encode(reply); err != nil {
				t.Fatal(err)
			}
			for _, s := range w.List().Lobbies {
				if s.Players < 1 || s.Players > s.MaxPlayers || s.MaxPlayers > toyKind.MaxPlayers || s.Name == "" {
					t.Fatalf("a lobby is %+v", s)
				}
			}
		})
	})
}
