package server_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	jwtlib "github.com/golang-jwt/jwt/v5"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/server"
	"github.com/deltatick/deltatick/session/jwt"
)

var tokenSecret = []byte("a secret for tests, of more than 32 bytes")

// tokenAuth is an authenticator of tokens signed with tokenSecret, by clocks that agree.
func tokenAuth(t *testing.T) *jwt.Authenticator {
	t.Helper()
	keys, err := jwt.Secret(tokenSecret)
	if err != nil {
		t.Fatal(err)
	}
	auth, err := jwt.New(jwt.Config{Keys: keys, Skew: -1})
	if err != nil {
		t.Fatal(err)
	}
	return auth
}

// tokens gives a client a new token each time, good for so long.
func tokens(user string, life time.Duration, given *atomic.Int32) func(context.Context) ([]string, error) {
	return func(context.Context) ([]string, error) {
		given.Add(1)
		claims := jwtlib.MapClaims{"sub": user, "name": user, "exp": time.Now().Add(life).Unix()}
		token, err := jwtlib.NewWithClaims(jwtlib.SigningMethodHS256, claims).SignedString(tokenSecret)
		return []string{"jwt", token}, err
	}
}

func (h *house) user(name string, life time.Duration, given *atomic.Int32) *guest {
	return h.guestWith(client.Config{Auth: tokens(name, life, given), NetDial: h.net.dial})
}

// refusedIn is the code with which a client's Run ended.
func (g *guest) refusedIn() protocol.CloseCode {
	g.h.Helper()
	var closed *protocol.Closed
	if err := <-g.ended; !errors.As(err, &closed) {
		g.h.Fatalf("ended with %v", err)
	}
	return closed.Code
}

func TestWhoMayConnectIsSaidByTheConfig(t *testing.T) {
	if _, err := server.New(server.Config{Kinds: []match.Kind{tallyKind()}}); err == nil {
		t.Error("a server that nobody can connect to is made")
	}
	auth := tokenAuth(t)
	for name, tc := range map[string]struct {
		cfg           server.Config
		guests, users bool
	}{
		"guests":  {server.Config{Guests: true}, true, false},
		"tokens":  {server.Config{Auth: auth}, false, true},
		"the two": {server.Config{Auth: auth, Guests: true}, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, tc.cfg, func(h *house) {
				ada, bob := h.guest("ada"), h.user("bob", time.Hour, new(atomic.Int32))
				for who, may := range map[*guest]bool{ada: tc.guests, bob: tc.users} {
					if !may {
						if code := who.refusedIn(); code != protocol.CloseUnauthorized {
							t.Errorf("refused with %d", code)
						}
						continue
					}
					_, err := who.Lobby().List(h.ctx)
					h.must(err)
				}
				if tc.users && bob.Session().User != "bob" {
					t.Errorf("the user is %q", bob.Session().User)
				}
			})
		})
	}
}

func TestAPlayerWhoseTokenIsRenewedPlaysOnWithoutACut(t *testing.T) {
	bubble(t, server.Config{Auth: tokenAuth(t)}, func(h *house) {
		var given atomic.Int32
		ada := h.user("ada", 20*time.Second, &given)
		room := ada.hostAny()
		defer ada.play(map[string]float64{"add": 1})()
		time.Sleep(time.Minute)
		if ada.Room() != room || ada.Stats().Connects != 1 || given.Load() < 5 {
			t.Errorf("%d connections with %d tokens", ada.Stats().Connects, given.Load())
		}
	})
}

func TestAPlayerWhoseTokenExpiredIsBackInTheSeatWithAnother(t *testing.T) {
	bubble(t, server.Config{Auth: tokenAuth(t)}, func(h *house) {
		var given atomic.Int32
		fresh := tokens("ada", 20*time.Second, &given)
		var broken atomic.Bool
		ada := h.guestWith(client.Config{NetDial: h.net.dial, Auth: func(ctx context.Context) ([]string, error) {
			if broken.Load() {
				return nil, errors.New("no issuer")
			}
			return fresh(ctx)
		}})
		room := ada.hostAny()
		broken.Store(true)
		time.Sleep(25 * time.Second)
		if ada.Online() {
			t.Error("still online with a token that has expired")
		}
		broken.Store(false)
		again := ada.room(room)
		if again.Seat != room.Seat || again.Match != room.Match || !ada.Session().Resumed {
			t.Errorf("back in seat %d of %s, was in %d of %s", again.Seat, again.Match, room.Seat, room.Match)
		}
	})
}

func TestATokenOpensTheSeatOfItsOwnUserOnly(t *testing.T) {
	bubble(t, server.Config{Auth: tokenAuth(t)}, func(h *house) {
		var given atomic.Int32
		var user atomic.Pointer[string]
		name := func(s string) *string { return &s }
		user.Store(name("ada"))
		ada := h.guestWith(client.Config{NetDial: h.net.dial, Auth: func(ctx context.Context) ([]string, error) {
			return tokens(*user.Load(), time.Hour, &given)(ctx)
		}})
		ada.hostAny()
		user.Store(name("bob"))
		ada.Cut()
		if code := ada.refusedIn(); code != protocol.CloseResumeRefused {
			t.Errorf("ada's seat with bob's token: %d", code)
		}
	})
}
