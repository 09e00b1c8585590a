package server_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/server"
)

type statusReply struct {
	Sessions int            `msgpack:"sessions"`
	Matches  int            `msgpack:"matches"`
	Ticks    uint64         `msgpack:"ticks"`
	Drops    map[string]int `msgpack:"drops"`
	Lobbies  []struct {
		ID      string `msgpack:"id"`
		Phase   string `msgpack:"phase"`
		Private bool   `msgpack:"private"`
	} `msgpack:"lobbies"`
}

func TestAdministratorsSeeStopAndCloseLobbies(t *testing.T) {
	bubble(t, server.Config{Middleware: []server.Middleware{crown}}, func(h *house) {
		ada, root := h.guest("ada"), h.guest("root")
		look := func() (st statusReply) {
			h.must(root.Call(h.ctx, "admin", "status", nil, &st))
			return st
		}
		var made struct {
			Lobby struct {
				ID string `msgpack:"id"`
			} `msgpack:"lobby"`
		}
		h.must(ada.Call(h.ctx, "lobby", "create", map[string]any{"game": "tally", "private": true}, &made))
		lobby := made.Lobby
		h.refusedWith(protocol.CodeWrongPhase, root.Call(h.ctx, "admin", "stop", map[string]string{"lobby": lobby.ID}, nil))
		h.must(ada.Call(h.ctx, "lobby", "start", nil, nil))
		time.Sleep(time.Second)
		st := look()
		if st.Sessions != 2 || st.Matches != 1 || st.Ticks == 0 || len(st.Lobbies) != 1 || st.Lobbies[0].ID != lobby.ID ||
			st.Lobbies[0].Phase != "playing" || !st.Lobbies[0].Private {
			t.Errorf("while a match runs: %+v", st)
		}
		var list struct {
			Sessions []struct {
				Name  string `msgpack:"name"`
				Away  bool   `msgpack:"away"`
				Lobby string `msgpack:"lobby"`
				Match string `msgpack:"match"`
				Seat  int    `msgpack:"seat"`
			} `msgpack:"sessions"`
		}
		h.must(root.Call(h.ctx, "admin", "sessions", nil, &list))
		for _, s := range list.Sessions {
			if plays := s.Name == "ada"; s.Away || (s.Lobby == lobby.ID) != plays || (s.Match != "") != plays || (s.Seat == 1) != plays {
				t.Errorf("%+v", s)
			}
		}

		h.must(root.Call(h.ctx, "admin", "stop", map[string]string{"lobby": lobby.ID}, nil))
		time.Sleep(time.Second)
		if st = look(); st.Matches != 0 || len(st.Lobbies) != 1 || st.Lobbies[0].Phase != "open" {
			t.Errorf("when it was stopped: %+v", st)
		}
		h.must(root.Call(h.ctx, "admin", "close", map[string]string{"lobby": lobby.ID}, nil))
		synctest.Wait()
		if st = look(); len(st.Lobbies) != 0 {
			t.Errorf("when it was closed: %+v", st)
		}
		for _, name := range []string{"stop", "close"} {
			h.refusedWith(protocol.CodeNotFound, root.Call(h.ctx, "admin", name, map[string]string{"lobby": lobby.ID}, nil))
		}
		h.refusedWith(protocol.CodeNotFound, ada.Call(h.ctx, "lobby", "leave", nil, nil))
	})
}
