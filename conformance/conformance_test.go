package conformance_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/deltatick/deltatick/conformance"
	"github.com/deltatick/deltatick/conformance/testchannel"
	"github.com/deltatick/deltatick/games/arena"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/server"
	"github.com/deltatick/deltatick/session/channel"
	"github.com/deltatick/deltatick/session/jwt"
)

// leastCases is the promise of docs/conformance.md.
const leastCases = 375

const (
	issuer   = "https://issuer.example"
	audience = "conformance"
)

var secret = []byte("a secret for tests, of more than 32 bytes")

func TestTheServerKeepsThePromisesOfTheProtocolOverEveryTransport(t *testing.T) {
	for _, over := range []conformance.Over{conformance.WebSocket, conformance.Stream, conformance.Poll} {
		t.Run(string(over), func(t *testing.T) {
			t.Parallel()
			url, public := serve(t, arena.Kind())
			keys := conformance.Keys{Secret: secret, Issuer: issuer, Audience: audience, PublicKey: public}
			held := 0
			cfg := conformance.Config{URL: url, Over: over, Keys: keys, Patience: 20 * time.Second} // a machine of CI may stand still for a while
			err := conformance.Run(t.Context(), cfg, func(r conformance.Result) {
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
	url, _ := serve(t, match.Kind{Name: "hands", New: func() match.Game { return new(hands) }})
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

// serve runs a server on this machine's loopback until the test is over. It takes tokens signed with the secret or for the public key, which is PEM, and
// offers the test channel.
func serve(t *testing.T, kind match.Kind) (url string, public []byte) {
	t.Helper()
	users, public := authenticator(t)
	s, err := server.New(server.Config{
		Guests: true, Auth: users, Channels: []*channel.Channel{testchannel.New()},
		Kinds: []match.Kind{kind}, DrainWait: 1, Logger: slog.New(slog.DiscardHandler),
	})
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
	return "ws" + strings.TrimPrefix(front.URL, "http") + server.PathSocket, public
}

// authenticator knows users by both kinds of keys, which is where one could be taken for the other.
func authenticator(t *testing.T) (users *jwt.Authenticator, public []byte) {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&private.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	public = pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	shared, err := jwt.Secret(secret)
	if err != nil {
		t.Fatal(err)
	}
	own, err := jwt.PublicKeys(public)
	if err != nil {
		t.Fatal(err)
	}
	users, err = jwt.New(jwt.Config{Keys: append(shared, own...), Issuer: issuer, Audience: audience})
	if err != nil {
		t.Fatal(err)
	}
	return users, public
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
