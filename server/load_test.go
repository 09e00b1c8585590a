package server_test

import (
	"slices"
	"testing"

	"github.com/deltatick/deltatick/server"
)

func TestTheLoadIsWhoIsThereAndWhatRuns(t *testing.T) {
	bubble(t, server.Config{MaxLobbies: 7, MaxSessions: 9, TickRate: 20}, func(h *house) {
		if got := h.server.Load(); got.Lobbies != 0 || got.Matches != 0 || got.Sessions != 0 || len(got.Users) != 0 {
			t.Errorf("an empty house: %+v", got)
		}
		ada := h.guest("ada")
		h.must(ada.Call(h.ctx, "lobby", "create", map[string]any{"game": "tally"}, nil))
		h.must(h.guest("bo").Call(h.ctx, "lobby", "list", nil, nil))
		got := h.server.Load()
		if got.Lobbies != 1 || got.MaxLobbies != 7 || got.Sessions != 2 || got.MaxSessions != 9 || got.TickRate != 20 {
			t.Errorf("%+v", got)
		}
		if len(got.Users) != 2 || !slices.IsSorted(got.Users) {
			t.Errorf("users are %v", got.Users)
		}
	})
}
