package invariant_test

import (
	"testing"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/simulator/invariant"
)

func TestWhatARunTookIsGivenBack(t *testing.T) {
	before := invariant.Gauges{Sessions: 2, Seats: 1, Matches: 1, Lobbies: 1, Goroutines: 20, Heap: 100 << 20}
	for _, test := range []struct {
		name   string
		change func(g *invariant.Gauges)
		broken invariant.Name
	}{
		{"as before", func(*invariant.Gauges) {}, ""},
		{"less than before", func(g *invariant.Gauges) { g.Sessions, g.Seats, g.Heap = 0, 0, 0 }, ""},
		{"a session", func(g *invariant.Gauges) { g.Sessions++ }, invariant.Seats},
		{"a seat", func(g *invariant.Gauges) { g.Seats++ }, invariant.Seats},
		{"a match", func(g *invariant.Gauges) { g.Matches++ }, invariant.Seats},
		{"a lobby", func(g *invariant.Gauges) { g.Lobbies++ }, invariant.Seats},
		{"goroutines that may be kept", func(g *invariant.Gauges) { g.Goroutines += invariant.KeptGoroutines }, ""},
		{"more of them", func(g *invariant.Gauges) { g.Goroutines += invariant.KeptGoroutines + 1 }, invariant.Leak},
		{"memory that may be kept", func(g *invariant.Gauges) { g.Heap += 32<<20 + 25<<20 }, ""},
		{"more of it", func(g *invariant.Gauges) { g.Heap += 32<<20 + 25<<20 + 1 }, invariant.Leak},
	} {
		t.Run(test.name, func(t *testing.T) {
			var l invariant.Ledger
			after := before
			test.change(&after)
			l.Left(before, after)
			for _, name := range []invariant.Name{invariant.Seats, invariant.Leak} {
				if r := found(t, &l, name); r.Checks != 1 || (r.Breaks == 1) != (name == test.broken) {
					t.Errorf("%+v", r)
				}
			}
		})
	}
	var l invariant.Ledger
	l.Left(invariant.Gauges{}, invariant.Gauges{Heap: 1 << 40}) // a server that says nothing of its process
	wantOf(t, &l, invariant.Seats, 1, 0)
}

func TestNoLobbyOfTheRunRemains(t *testing.T) {
	ours := func(s client.Summary) bool { return s.Name == "ours" }
	var l invariant.Ledger
	l.Remains(nil, ours)
	l.Remains([]client.Summary{{Name: "another's"}}, ours)
	wantOf(t, &l, invariant.Seats, 2, 0)
	l.Remains([]client.Summary{{Name: "ours"}, {Name: "another's"}, {Name: "ours"}}, ours)
	wantOf(t, &l, invariant.Seats, 3, 1, "2 lobbies of the run are still listed")
}
