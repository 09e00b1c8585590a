package client_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/client-go/clienttest"
	"github.com/deltatick/deltatick/protocol"
)

// request reads the next request and its payload.
func (r *rig) request(conn *clienttest.Conn) (protocol.Request, map[string]any) {
	r.Helper()
	frame, err := conn.NextOf(protocol.KindRequest)
	r.must(err)
	req, err := protocol.NewReader().Request(frame)
	r.must(err)
	var payload map[string]any
	r.must(protocol.Decode(req.Payload, &payload))
	return req, payload
}

func (r *rig) reply(conn *clienttest.Conn, id uint32, refusal *protocol.Error, payload any) {
	r.Helper()
	r.must(conn.Send(&protocol.Reply{Kind: protocol.KindReply, ID: id, Error: refusal, Payload: protocol.MustEncode(payload)}))
}

// async runs a call on a goroutine of its own.
func async[T any](call func() (T, error)) <-chan result[T] {
	ch := make(chan result[T], 1)
	go func() {
		v, err := call()
		ch <- result[T]{v, err}
	}()
	return ch
}

type result[T any] struct {
	value T
	err   error
}

func TestRefusalsAreTypedErrors(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		conn, _ := r.welcome(protocol.Welcome{})
		done := async(func() (any, error) { return nil, r.c.Lobby().Kick(r.ctx, "u2") })
		req, payload := r.request(conn)
		if req.Channel != "lobby" || req.Name != "kick" || payload["user"] != "u2" {
			t.Errorf("request %+v %v", req, payload)
		}
		r.reply(conn, req.ID, protocol.RefuseField("user", "no such member"), nil)
		var refusal *protocol.Error
		if err := (<-done).err; !errors.As(err, &refusal) || refusal.Code != protocol.CodeBadPayload || refusal.Field != "user" {
			t.Errorf("error %v", err)
		}
	})
}

func TestRequestsWaitForASocketAndForNoLongerThanTheirDeadline(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		began := time.Now()
		early := async(func() ([]client.Summary, error) { return r.c.Lobby().List(r.ctx) })
		conn, _ := r.welcome(protocol.Welcome{})
		r.keepAlive(conn)
		if err := (<-early).err; !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("no reply came, and the error is %v", err)
		}
		if took := time.Since(began); took != 5*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

// keepAlive keeps the link alive without reading what the client sends.
func (r *rig) keepAlive(conn *clienttest.Conn) {
	r.aside.Go(func() {
		for conn.Send(&protocol.Pong{Kind: protocol.KindPong}) == nil {
			time.Sleep(time.Second)
		}
	})
}

func TestALateReplyIsCountedAndHarmsNobody(t *testing.T) {
	bubble(t, client.Config{RequestTimeout: time.Second}, func(r *rig) {
		conn, _ := r.welcome(protocol.Welcome{})
		r.keepAlive(conn)
		_, err := r.c.Lobby().List(r.ctx)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		req, _ := r.request(conn)
		r.reply(conn, req.ID, nil, nil)
		settle()
		if s := r.c.Stats(); s.Drops[client.DropLateReply] != 1 || !r.c.Online() {
			t.Errorf("%d late replies", s.Drops[client.DropLateReply])
		}
	})
}

func TestARequestWhoseSocketDiesSaysSo(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		conn, _ := r.welcome(protocol.Welcome{})
		done := async(func() ([]client.Game, error) { return r.c.Lobby().Games(r.ctx) })
		r.request(conn)
		conn.Cut()
		if err := (<-done).err; !errors.Is(err, client.ErrOffline) {
			t.Errorf("error %v", err)
		}
	})
}

func TestRequestsAfterTheEndSaySo(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		conn, _ := r.welcome(protocol.Welcome{})
		_ = conn.Close(protocol.CloseDisplaced)
		<-r.ended
		r.ended <- nil
		_, err := r.c.Lobby().List(r.ctx)
		var closed *protocol.Closed
		if !errors.Is(err, client.ErrEnded) || !errors.As(err, &closed) || closed.Code != protocol.CloseDisplaced {
			t.Errorf("error %v", err)
		}
	})
}

func TestWaitingRequestsAreBounded(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		conn, _ := r.welcome(protocol.Welcome{})
		r.keepAlive(conn)
		var calls sync.WaitGroup
		for range 64 {
			calls.Go(func() { _, _ = r.c.Lobby().List(r.ctx) })
		}
		settle()
		if _, err := r.c.Lobby().List(r.ctx); !errors.Is(err, client.ErrBusy) {
			t.Errorf("the 65th: %v", err)
		}
		calls.Wait()
	})
}

func TestLobbyCallsTravelAsTheWireSays(t *testing.T) {
	lobby := func(r *rig) client.Lobby { return r.c.Lobby() }
	for _, test := range []struct {
		name    string
		call    func(r *rig) error
		payload map[string]any
	}{
		{"list", func(r *rig) error { _, err := lobby(r).List(r.ctx); return err }, nil},
		{"watch", func(r *rig) error { _, err := lobby(r).Watch(r.ctx, true); return err }, map[string]any{"on": true}},
		{"games", func(r *rig) error { _, err := lobby(r).Games(r.ctx); return err }, nil},
		{"create", func(r *rig) error {
			_, err := lobby(r).Create(r.ctx, client.NewLobby{Game: "arena", MaxPlayers: 8, Settings: map[string]int{"bots": 4}})
			return err
		}, map[string]any{"game": "arena", "max_players": int8(8), "settings": map[string]any{"bots": int8(4)}}},
		{"join", func(r *rig) error { _, err := lobby(r).Join(r.ctx, "l1", true); return err }, map[string]any{"id": "l1", "spectate": true}},
		{"join", func(r *rig) error { _, err := lobby(r).JoinCode(r.ctx, "ABC234", false); return err }, map[string]any{"code": "ABC234"}},
		{"leave", func(r *rig) error { return lobby(r).Leave(r.ctx) }, nil},
		{"ready", func(r *rig) error { return lobby(r).Ready(r.ctx, false) }, map[string]any{"ready": false}},
		{"spectate", func(r *rig) error { return lobby(r).Spectate(r.ctx, true) }, map[string]any{"spectate": true}},
		{"settings", func(r *rig) error {
			return lobby(r).Settings(r.ctx, client.LobbyChange{Private: new(false), Name: new("")})
		}, map[string]any{"private": false, "name": ""}},
		{"host", func(r *rig) error { return lobby(r).Host(r.ctx, "u2") }, map[string]any{"user": "u2"}},
		{"start", func(r *rig) error { return lobby(r).Start(r.ctx) }, nil},
		{"rematch", func(r *rig) error { return lobby(r).Rematch(r.ctx) }, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, client.Config{}, func(r *rig) {
				conn, _ := r.welcome(protocol.Welcome{})
				done := async(func() (any, error) { return nil, test.call(r) })
				req, payload := r.request(conn)
				if diff := cmp.Diff(test.payload, payload); req.Channel != "lobby" || req.Name != test.name || diff != "" {
					t.Errorf("%s %s, payload (-want +got)\n%s", req.Channel, req.Name, diff)
				}
				r.reply(conn, req.ID, nil, map[string]any{"lobby": map[string]any{"id": "l1"}, "lobbies": nil, "games": nil})
				r.must((<-done).err)
			})
		})
	}
}

func TestTheLobbyStateIsTheNewestTold(t *testing.T) {
	var told []string
	cfg := client.Config{Handlers: client.Handlers{Lobby: func(s *client.State) {
		if s == nil {
			told = append(told, "none")
		} else {
			told = append(told, s.Name)
		}
	}}}
	bubble(t, cfg, func(r *rig) {
		conn, _ := r.welcome(protocol.Welcome{})
		joined := async(func() (*client.State, error) { return r.c.Lobby().Join(r.ctx, "l1", false) })
		req, _ := r.request(conn)
		r.reply(conn, req.ID, nil, map[string]any{"lobby": map[string]any{"id": "l1", "name": "by reply"}})
		r.must(conn.Send(event(1, "lobby", "state", map[string]any{"id": "l1", "name": "by event", "match": nil,
			"members": []any{map[string]any{"user": "u1", "seat": 3, "away": true}}, "result": map[string]any{"reason": "ended", "data": 7}})))
		if got := <-joined; got.err != nil || got.value.Name != "by reply" {
			t.Errorf("join returned %+v, %v", got.value, got.err)
		}
		state, err := r.c.Lobby().Await(r.ctx, func(s *client.State) bool { return s != nil && s.Name == "by event" })
		r.must(err)
		if len(state.Members) != 1 || state.Members[0].Seat != 3 || !state.Members[0].Away || state.Result.Reason != "ended" {
			t.Errorf("state %+v", state)
		}
		r.must(conn.Send(event(2, "lobby", "closed", map[string]any{"id": "l1", "reason": "kicked"})))
		settle()
		if s := r.c.Lobby().State(); s != nil {
			t.Errorf("still in %+v", s)
		}
		if diff := cmp.Diff([]string{"by reply", "by event", "none"}, told); diff != "" {
			t.Error(diff)
		}
	})
}
