package simulator_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deltatick/deltatick/server"
	"github.com/deltatick/deltatick/session"
	"github.com/deltatick/deltatick/simulator"
	"github.com/deltatick/deltatick/simulator/invariant"
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

func TestWhoTakesAPlaceThatIsPromisedIsFound(t *testing.T) {
	group := simulator.Group{Role: simulator.Rejoiner, Bots: 4, RoomSize: 2, MinRate: -1, Rejoin: time.Second}
	const grace = time.Minute
	for _, test := range []struct {
		name   string
		faults faults
		reason string // "" for none
		says   string
		broken invariant.Name
	}{
		{"a good server", faults{grace: grace}, "", "", ""},
		{"an older connection that stays", faults{grace: grace, twoTabs: true}, simulator.FailedRejoin, "went on for", ""},
		{"a session that is another's", faults{grace: grace, stranger: true}, simulator.FailedRejoin, "took up session", ""},
		{"a seat that is not kept", faults{grace: grace, lostSeat: true}, "", "that bot", invariant.Owner},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := mustPlayAll(t, test.faults, simulator.Config{For: 25 * time.Second}, group)
			g := r.Groups[0]
			if found := reasons(g); test.reason != "" && found[test.reason] == 0 || test.reason == "" && len(found) > 0 {
				t.Errorf("failures: %v", g.Each)
			}
			var said []string
			for _, bot := range g.Each {
				for _, f := range bot.Failures {
					said = append(said, f.Detail)
				}
			}
			for _, i := range r.Invariants {
				said = append(said, i.Details...)
				if (i.Breaks > 0) != (i.Name == test.broken) {
					t.Errorf("%s: %d breaks: %v", i.Name, i.Breaks, i.Details)
				}
			}
			if test.says != "" && !slices.ContainsFunc(said, func(s string) bool { return strings.Contains(s, test.says) }) {
				t.Errorf("nothing says %q: %v", test.says, said)
			}
			if g.Returns["take over"] == 0 || g.Returns["vanish"] == 0 {
				t.Errorf("%v", g.Returns)
			}
		})
	}
}

func TestRejoinersComeAndGoByThemselvesAlone(t *testing.T) {
	for _, g := range []simulator.Group{
		{Role: simulator.Rejoiner, Chaos: true}, {Role: simulator.Rejoiner, Stay: time.Second},
		{Role: simulator.Rejoiner, Rejoin: time.Millisecond}, {Rejoin: time.Second},
	} {
		if err := (simulator.Config{Groups: []simulator.Group{g}}).Check(); err == nil {
			t.Errorf("%+v is no error", g)
		}
	}
}
