package presence_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session/presence"
)

type fields map[string]any

func TestRequestsDoWhatTheySayAndReplyWithStates(t *testing.T) {
	inWorld(t, presence.Config{}, func(w *world) {
		ada, bob := w.tab("ada"), w.tab("bob")
		w.Place(ada, presence.Lobby, "den")
		w.Place(bob, presence.Lobby, "den")
		ask := func(name string, payload any, want string) {
			t.Helper()
			reply, err := w.Request(ada, name, protocol.MustEncode(payload))
			w.must(err)
			if got := fmt.Sprint(lines(reply.Users)); got != want {
				t.Errorf("%s: %s, want %s", name, got, want)
			}
			if reply.Users == nil {
				t.Errorf("%s: an empty list is nil", name)
			}
		}
		ask("watch", fields{"users": []string{"eve", "bob"}}, "[eve offline bob lobby]")
		ask("watch", fields{"lobby": true, "users": nil}, "[bob lobby]")
		ask("set", fields{"away": true}, "[ada away]")
		ask("unwatch", fields{"users": []string{"bob", "eve"}}, "[]")
		w.Place(bob, presence.Match, "den")
		ada.heard("bob match") // the lobby is still watched
		ask("unwatch", fields{"lobby": true}, "[]")
		w.Place(bob, presence.Lobby, "den")
		ada.heard()
		ask("watch", fields{"lobby": true, "users": []string{"eve"}}, "[eve offline bob lobby]")
		ask("unwatch", nil, "[]")
		w.Place(bob, presence.Match, "den")
		w.tab("eve")
		ada.heard()
	})
}

func TestWhatIsWrongWithARequestIsNamed(t *testing.T) {
	inWorld(t, presence.Config{}, func(w *world) {
		ada := w.tab("ada")
		for _, q := range []struct {
			name, code, field string
			payload           any
		}{
			{"watch", protocol.CodeBadPayload, "users", nil},
			{"watch", protocol.CodeBadPayload, "users", fields{"users": "bob"}},
			{"watch", protocol.CodeBadPayload, "users.1", fields{"users": []any{"bob", nil}}},
			{"watch", protocol.CodeBadPayload, "users.0", fields{"users": []any{[]byte("bob")}}},
			{"watch", protocol.CodeBadPayload, "users", fields{"users": fields{"bob": 1}}},
			{"watch", protocol.CodeBadPayload, "lobby", fields{"lobby": "den"}},
			{"watch", protocol.CodeBadPayload, "", []string{"bob"}},
			{"set", protocol.CodeBadPayload, "away", fields{}},
			{"set", protocol.CodeBadPayload, "away", fields{"away": 1}},
			{"spy", protocol.CodeUnknownRequest, "", nil},
		} {
			_, err := w.Request(ada, q.name, protocol.MustEncode(q.payload))
			w.refused(err, q.code, q.field)
		}
		if n := w.counters.Refusals(protocol.CodeBadPayload); n != 9 {
			t.Errorf("%d refusals are counted, want 9", n)
		}
		_, err := w.Request(&tab{user: "stranger"}, "watch", protocol.MustEncode(fields{"users": []string{"ada"}}))
		w.refused(err, protocol.CodeNotFound, "")
	})
}

func TestARequestIsNotAnsweredWithMoreUsersThanCanBeWatched(t *testing.T) {
	inWorld(t, presence.Config{MaxWatched: 4}, func(w *world) {
		ada := w.tab("ada")
		same := make([]string, 8000) // fits a frame, and would be answered with twenty times as much
		for i := range same {
			same[i] = "b"
		}
		_, err := w.Request(ada, "watch", protocol.MustEncode(fields{"users": same}))
		w.refused(err, protocol.CodeFull, "")
		reply, err := w.Request(ada, "watch", protocol.MustEncode(fields{"users": same[:4]}))
		w.must(err)
		if n := w.counters.Watches.Load(); len(reply.Users) != 4 || n != 1 {
			t.Errorf("%d users in the reply, %d watched", len(reply.Users), n)
		}
	})
}

func FuzzRequest(f *testing.F) {
	for _, payload := range []any{
		nil, fields{"users": []string{"bob", "eve"}}, fields{"lobby": true}, fields{"away": false}, []int{1}, fields{"users": fields{}},
		fields{"users": []any{nil, 1}},
	} {
		for _, name := range []string{"watch", "unwatch", "set", "spy"} {
			f.Add(name, protocol.MustEncode(payload))
		}
	}
	f.Fuzz(func(t *testing.T, name string, payload []byte) {
		frame := protocol.MustEncode(protocol.Request{Kind: protocol.KindRequest, ID: 1, Channel: "presence", Name: "x", Payload: payload})
		if _, err := protocol.Check(frame, protocol.FromClient); err != nil {
			return
		}
		counters := new(presence.Counters)
		r, err := presence.New(presence.Config{MaxWatched: 4, Counters: counters})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		p := &tab{user: "ada", t: t}
		r.Connected(p)
		var refused *protocol.Error
		if _, err := r.Request(p, name, payload); err != nil && !errors.As(err, &refused) {
			t.Errorf("%q: %v", payload, err)
		}
		if n := counters.Watches.Load(); n > 4 {
			t.Errorf("%d are watched", n)
		}
	})
}
