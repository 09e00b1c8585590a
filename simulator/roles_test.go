package simulator_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/deltatick/deltatick/games/arena"
	"github.com/deltatick/deltatick/games/swarm"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/server"
	"github.com/deltatick/deltatick/simulator"
)

// realServer serves arena and swarm on the loopback, and ends with the test. It returns its URL.
func realServer(t *testing.T) string {
	t.Helper()
	return realServerWith(t, server.Config{})
}

// realServerWith is one with a Config of which games, guests and the end are the test's.
func realServerWith(t *testing.T, cfg server.Config) string {
	t.Helper()
	cfg.Kinds, cfg.Guests, cfg.DrainWait = []match.Kind{arena.Kind(), swarm.Kind()}, true, time.Millisecond
	srv, err := server.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- srv.Run(ctx) }()
	front := httptest.NewServer(srv.Handler())
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the server ended with %v", err)
		}
		front.Close()
	})
	return "ws" + strings.TrimPrefix(front.URL, "http") + "/ws"
}

func TestEveryRoleIsServedByARealServerAndNobodyIsFailed(t *testing.T) {
	r, err := simulator.Run(t.Context(), simulator.Config{
		URL: realServer(t), For: 5 * time.Second,
		Groups: []simulator.Group{
			{Name: "players", Bots: 6, RoomSize: 3, MinRate: -1, Talk: time.Second},
			{Name: "churn", Bots: 6, RoomSize: 3, MinRate: -1, Stay: time.Second, Away: 200 * time.Millisecond},
			{Name: "sitters", Bots: 8, RoomSize: 4, Role: simulator.Sitter, Talk: time.Second, Presence: 2 * time.Second, Chaos: true},
			{Name: "hoppers", Bots: 4, RoomSize: 2, Role: simulator.Hopper},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range r.Groups {
		if g.Failed != 0 {
			t.Errorf("%s: failed %v", g.Name, reasons(g))
		}
	}
	players, churn, sitters, hoppers := r.Groups[0], r.Groups[1], r.Groups[2], r.Groups[3]
	if players.Snapshots == 0 || players.Chat.Count == 0 || players.Visits != 6 {
		t.Errorf("players: %+v", players)
	}
	if churn.Snapshots == 0 || churn.Visits < 12 {
		t.Errorf("churn: %d visits, %d snapshots", churn.Visits, churn.Snapshots)
	}
	if sitters.Snapshots != 0 || sitters.Chat.Count == 0 || sitters.Cuts == 0 {
		t.Errorf("sitters: %d snapshots, %d messages heard, %d cuts", sitters.Snapshots, sitters.Chat.Count, sitters.Cuts)
	}
	if hoppers.Visits != 4 {
		t.Errorf("hoppers: %d visits", hoppers.Visits)
	}
}
