package jwt_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/gorilla/websocket"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
	. "github.com/deltatick/deltatick/session/jwt"
)

// quiet is a house in which nothing happens.
type quiet struct{}

func (quiet) Connected(*session.Session, bool)                           {}
func (quiet) Request(*session.Session, protocol.Request) (any, error)    { return nil, nil }
func (quiet) Event(*session.Session, string, string, protocol.Raw) error { return nil }

func (quiet) Disconnected(*session.Session) {}
func (quiet) Expired(*session.Session)      {}

// safeBuffer is where the goroutines of a hub log.
type safeBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func TestAHubClosesWithTheCodeOfTheRefusalAndLogsNoToken(t *testing.T) {
	var log safeBuffer
	keys := must(PublicKeys(publicPEM(t, rsaKey().Public())))
	hub, err := session.NewHub(session.Config{
		Handler: quiet{}, Auth: strict(t, keys), Now: clock, Logger: slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(hub)
	defer front.Close()
	rs256 := func(changes jwt.MapClaims) string { return mint(t, jwt.SigningMethodRS256, rsaKey(), "", but(changes)) }
	var tokens []string
	for name, tc := range map[string]struct {
		token string
		want  protocol.CloseCode
	}{
		"good":          {rs256(nil), 0},
		"expired":       {rs256(jwt.MapClaims{"exp": now.Add(-time.Hour).Unix()}), protocol.CloseAuthExpired},
		"another aud":   {rs256(jwt.MapClaims{"aud": "other"}), protocol.CloseUnauthorized},
		"bad claim":     {rs256(jwt.MapClaims{"exp": "soon-and-very-soon"}), protocol.CloseUnauthorized},
		"none":          {unsigned(t, "none"), protocol.CloseUnauthorized},
		"confused":      {mint(t, jwt.SigningMethodHS256, publicPEM(t, rsaKey().Public()), "", good()), protocol.CloseUnauthorized},
		"not a token":   {"this-is-not-a-token", protocol.CloseUnauthorized},
		"broken base64": {"&&&&&&&&&&.&&&&&&&&&&.&&&&&&&&&&", protocol.CloseUnauthorized},
	} {
		tokens = append(tokens, strings.Split(tc.token, ".")...)
		if code := hello(t, front.URL, tc.token); code != tc.want {
			t.Errorf("%s: closed with %d, want %d", name, code, tc.want)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := hub.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	text := log.text.String()
	if !strings.Contains(text, "not let in") {
		t.Errorf("the log does not say that somebody was not let in:\n%s", text)
	}
	for _, part := range append(tokens, "soon-and-very-soon") {
		if len(part) > 8 && strings.Contains(text, part) {
			t.Errorf("the log quotes %q:\n%s", part, text)
		}
	}
}

// hello connects with a token, and gives the code with which it was refused, 0 if it was not.
func hello(t *testing.T, url, token string) protocol.CloseCode {
	t.Helper()
	ws, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(url, "http"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ws.Close() }()
	frame := protocol.MustEncode(protocol.Hello{
		Kind: protocol.KindHello, Version: protocol.Version, Codecs: []string{protocol.CodecMP}, Auth: []string{"jwt", token},
	})
	if err := ws.WriteMessage(websocket.BinaryMessage, frame); err != nil {
		t.Fatal(err)
	}
	_, _, err = ws.ReadMessage()
	var closed *websocket.CloseError
	if errors.As(err, &closed) {
		return protocol.CloseCode(closed.Code)
	}
	if err != nil {
		t.Fatal(err)
	}
	return 0
}
