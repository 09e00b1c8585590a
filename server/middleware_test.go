package server_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/server"
	"github.com/deltatick/deltatick/session"
	"github.com/deltatick/deltatick/session/channel"
)

func asClosed(err error, closed **protocol.Closed) bool { return errors.As(err, closed) }

func TestMiddlewareDecidesWhoConnects(t *testing.T) {
	banned := server.Middleware{Connect: func(_ context.Context, who session.Identity) (session.Identity, error) {
		if who.Name == "eve" {
			return who, errors.New("banned")
		}
		return who, nil
	}}
	bubble(t, server.Config{Middleware: []server.Middleware{{}, banned}}, func(h *house) {
		h.must(h.guest("ada").Call(h.ctx, "lobby", "list", nil, nil))
		var closed *protocol.Closed
		if err := <-h.guest("eve").ended; !asClosed(err, &closed) || closed.Code != protocol.CloseUnauthorized {
			t.Errorf("ended with %v", err)
		}
	})
}

func TestMiddlewareSeesRequestsOnTheServersOwnChannelsToo(t *testing.T) {
	var seen []string
	look := server.Middleware{
		Handle: func(next channel.Handler) channel.Handler {
			return func(c *channel.Call) (any, error) {
				seen = append(seen, c.Channel().Name()+"/"+c.Name())
				if c.Name() == "create" {
					return nil, protocol.Refuse(protocol.CodeForbidden, "no lobbies today")
				}
				return next(c)
			}
		},
		Join: func(_ session.Identity, channel, room string) error {
			if channel == "shop" && room == "" {
				return protocol.Refuse(protocol.CodeForbidden, "the shop is closed")
			}
			return nil
		},
	}
	bubble(t, server.Config{Middleware: []server.Middleware{look}, Channels: []*channel.Channel{shop()}}, func(h *house) {
		ada := h.guest("ada")
		_, err := ada.Lobby().Create(h.ctx, client.NewLobby{Game: "tally"})
		h.refusedWith(protocol.CodeForbidden, err)
		h.must(ada.Call(h.ctx, "lobby", "games", nil, nil))
		h.refusedWith(protocol.CodeForbidden, ada.Call(h.ctx, "session", "open", map[string]string{"channel": "shop"}, nil))
		h.refusedWith(protocol.CodeForbidden, ada.Call(h.ctx, "shop", "echo", map[string]int64{"coins": 1}, nil))
		if !slices.Equal(seen, []string{"lobby/create", "lobby/games", "session/open"}) {
			t.Errorf("seen %v", seen)
		}
	})
}

func TestAServerIsMountedBelowAPrefixBesideOtherRoutes(t *testing.T) {
	bubble(t, server.Config{Kinds: []match.Kind{tallyKind()}}, func(h *house) {
		mux := http.NewServeMux()
		mux.Handle("/play/", http.StripPrefix("/play", h.server.Handler()))
		mux.HandleFunc("GET /hello", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("hello")) })
		h.front.Handler = mux
		if got := body(h.get("/hello")); got != "hello" {
			t.Errorf("a route of the program's own: %q", got)
		}
		for _, path := range []string{"/play/", "/play/client.mjs", "/play/healthz", "/play/readyz", "/play/metrics"} {
			if resp := h.get(path); resp.StatusCode != http.StatusOK {
				t.Errorf("%s: %d", path, resp.StatusCode)
			}
		}
		if resp := h.get("/ws"); resp.StatusCode != http.StatusNotFound {
			t.Errorf("/ws: %d", resp.StatusCode)
		}
		ada := h.guestWith(client.Config{Name: "ada", NetDial: h.net.dial, URL: "ws://memory/play/ws"})
		ada.hostAny()
	})
}
