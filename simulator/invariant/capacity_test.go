package invariant_test

import (
	"testing"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/simulator/invariant"
)

func TestALobbyHasNoMorePlayersThanItsMaximum(t *testing.T) {
	member := func(user, role string) client.Member { return client.Member{User: user, Role: role} }
	full := client.State{ID: "l", MaxPlayers: 2, Members: []client.Member{member("a", "player"), member("b", "player"), member("c", "spectator")}}
	var l invariant.Ledger
	l.Lobby(&full)
	wantOf(t, &l, invariant.Capacity, 1, 0)
	full.Members[2].Role = "player"
	l.Lobby(&full)
	wantOf(t, &l, invariant.Capacity, 2, 1, "lobby l: 3 players, at most 2")
	l.Listed([]client.Summary{{ID: "x", Players: 2, MaxPlayers: 2, Spectators: 9}, {ID: "y", Players: 3, MaxPlayers: 2}})
	wantOf(t, &l, invariant.Capacity, 4, 2, "lobby y in the list: 3 players, at most 2")
}

func TestNoTwoMembersHaveOneSeat(t *testing.T) {
	var l invariant.Ledger
	s := client.State{ID: "l", MaxPlayers: 9, Members: []client.Member{{User: "a", Seat: 1}, {User: "b", Seat: 2}, {User: "c"}, {User: "d"}}}
	l.Lobby(&s)
	if r := found(t, &l, invariant.Owner); r.Checks != 2 || r.Breaks != 0 { // who has no seat is nobody's twin
		t.Errorf("%+v", r)
	}
	s.Members[1].Seat = 1
	l.Lobby(&s)
	if r := found(t, &l, invariant.Owner); r.Breaks != 1 || r.Details[0] != "lobby l: seat 1 is that of a and of b" {
		t.Errorf("%+v", r)
	}
}
