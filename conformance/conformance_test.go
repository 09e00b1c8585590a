package conformance_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/deltatick/deltatick/conformance"
	"github.com/deltatick/deltatick/games/arena"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/server"
)

// leastCases is the promise of docs/conformance.md.
const leastCases = 120

func TestTheServerKeepsThePromisesOfTheProtocolOverEveryTransport(t *testing.T) {
	for _, over := range []conformance.Over{conformance.WebSocket, conformance.Stream, conformance.Poll} {
		t.Run(string(over), func(t *testing.T) {
			t.Parallel()
			url := serve(t, arena.Kind())
			held := 0
			err := conformance.Run(t.Context(), conformance.Config{URL: url, Over: over}, func(r conformance.Result) {
				switch {
				case r.Failure != "":
					t.Errorf("%s: %s", r.Name, r.Failure)
				case r.Skipped == "":
					held++
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			if held < leastCases {
				t.Errorf("%d cases were run and hold, at least %d are promised", held, leastCases)
			}
		})
	}
}

func TestAGameWithViewsIsAskedForNoCommonWorld(t *testing.T) {
	url := serve(t, match.Kind{Name: "hands", New: func() match.Game { return new(hands) }})
	for _, views := range []bool{false, true} {
		cfg := conformance.Config{URL: url, Only: regexp.MustCompile("two players see the same world"), Views: views}
		results := 0
		err := conformance.Run(t.Context(), cfg, func(r conformance.Result) {
			results++
			if views != (r.Skipped != "") || views == (r.Failure != "") {
				t.Errorf("with Views %t: failure %q, skipped %q", views, r.Failure, r.Skipped)
			}
		})
		if err != nil || results != 1 {
			t.Errorf("%d results, %v", results, err)
		}
	}
}

// hands is a game whose players see their own card only.
type hands struct{ cards *match.Table[card] }

type card struct {
	Seat match.SeatID
	Face uint8 `sync:"private,max=52"`
}

func (g *hands) Setup(s *match.Setup) error {
	g.cards = match.AddTable[card](s, "cards")
	match.AddInputs[struct{ Play bool }](s)
	g.cards.Owner(func(c *card) match.SeatID { return c.Seat })
	return nil
}

func (g *hands) Join(_ *match.Tick, p match.Player) { g.cards.Spawn(card{Seat: p.Seat, Face: 52}) }
func (g *hands) Leave(*match.Tick, match.Player)    {}
func (g *hands) Step(*match.Tick)                   {}

// serve runs a server on this machine's loopback until the test is over.
func serve(t *testing.T, kind match.Kind) (url string) {
	t.Helper()
	s, err := server.New(server.Config{Guests: true, Kinds: []match.Kind{kind}, DrainWait: 1, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	front := httptest.NewServer(s.Handler())
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		front.CloseClientConnections()
		front.Close()
	})
	return "ws" + strings.TrimPrefix(front.URL, "http") + server.PathSocket
}

func TestCasesHaveNamesOfTheirOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range conformance.Cases() {
		if seen[c.Name] || !strings.Contains(c.Name, "/") {
			t.Errorf("case %q", c.Name)
		}
		seen[c.Name] = true
	}
}

func TestAServerThatIsNotThereFailsEveryCaseAndABadAddressNone(t *testing.T) {
	failed := 0
	err := conformance.Run(t.Context(), conformance.Config{URL: "ws://127.0.0.1:1/ws"}, func(r conformance.Result) {
		if r.Failure == "" && r.Skipped == "" {
			t.Errorf("%s holds", r.Name)
		}
		failed++
	})
	if err != nil || failed == 0 {
		t.Errorf("%d results, %v", failed, err)
	}
	for _, cfg := range []conformance.Config{
		{URL: "http://127.0.0.1/ws"}, {URL: "ws://127.0.0.1/ws", Over: "pigeon"}, {URL: "ws://127.0.0.1/ws", Parallel: -1},
	} {
		if err := conformance.Run(t.Context(), cfg, func(conformance.Result) { t.Error("a case was run") }); err == nil {
			t.Errorf("%+v was taken", cfg)
		}
	}
}
