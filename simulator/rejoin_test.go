package simulator_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/deltatick/deltatick/server"
	"github.com/deltatick/deltatick/session"
	"github.com/deltatick/deltatick/simulator"
)

// anyone is an authenticator who takes everybody at their word: users who are no guests.
type anyone struct{}

func (anyone) Authenticate(_ context.Context, auth []string) (session.Identity, error) {
	return session.Identity{User: auth[1], Name: auth[1]}, nil
}

func TestRejoinersComeBackInEveryWay(t *testing.T) {
	t.Parallel()
	r, err := simulator.Run(t.Context(), simulator.Config{
		URL: realServerWith(t, server.Config{Grace: 2 * time.Second, Auth: anyone{}}), For: 8 * time.Second,
		Groups: []simulator.Group{
			{Name: "guests", Role: simulator.Rejoiner, Bots: 6, RoomSize: 3, MinRate: -1, Talk: time.Second, Rejoin: time.Second},
			{Name: "users", Role: simulator.Rejoiner, Bots: 3, RoomSize: 3, MinRate: -1, Rejoin: time.Second,
				Auth: func(i int) func(context.Context) ([]string, error) {
					return func(context.Context) ([]string, error) { return []string{"word", fmt.Sprint("user", i)}, nil }
				}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if !r.OK() {
		if _, err := r.WriteTo(os.Stderr); err != nil {
			t.Error(err)
		}
		t.Errorf("%d failed, %d invariants broken", r.Failed, r.Broken)
	}
	for _, g := range r.Groups {
		for _, way := range []string{"leave", "take over", "vanish"} {
			if g.Returns[way] == 0 {
				t.Errorf("%s: nobody came back by %s: %v", g.Name, way, g.Returns)
			}
		}
		if g.Rejoin.Count == 0 || g.Visits != g.Bots+g.Returns["vanish"] {
			t.Errorf("%s: %d visits of %d bots, %v", g.Name, g.Visits, g.Bots, g.Returns)
		}
		t.Logf("%s: %v, %+v", g.Name, g.Returns, g.Rejoin)
	}
}
