package server_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/games/dots"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/server"
	"github.com/deltatick/deltatick/session"
	"github.com/deltatick/deltatick/session/channel"
)

// Buy is the payload of the request "buy", and Bought its reply.
type Buy struct {
	Item  string `msgpack:"item"`
	Count uint8  `msgpack:"count"`
}

// Bought says what a [Buy] has cost.
type Bought struct {
	Paid int `msgpack:"paid"`
}

// newShop makes a channel of the game's own.
func newShop() *channel.Channel {
	shop := channel.New("shop", channel.Config{Auto: true})
	channel.On(shop, "buy", func(c *channel.Call, p Buy) (Bought, error) {
		if p.Count == 0 {
			return Bought{}, protocol.RefuseField("count", "want 1 or more")
		}
		if _, err := c.Others().Emit("sold", map[string]any{"item": p.Item, "to": c.Who().Name}); err != nil {
			return Bought{}, err
		}
		return Bought{Paid: 10 * int(p.Count)}, nil
	})
	return shop
}

// timed is middleware around every request and event.
func timed(log *slog.Logger) server.Middleware {
	return server.Middleware{
		Connect: func(_ context.Context, who session.Identity) (session.Identity, error) {
			if who.Name == "admin" { // a name proves nothing, and must not look as if it did
				who.Name = "guest"
			}
			return who, nil
		},
		Handle: func(next channel.Handler) channel.Handler {
			return func(c *channel.Call) (any, error) {
				began := time.Now()
				reply, err := next(c)
				log.Debug("called", "channel", c.Channel().Name(), "name", c.Name(), "user", c.User(), "took", time.Since(began), "err", err)
				return reply, err
			}
		},
	}
}

// mount puts the game below /play/, beside the program's own routes.
func mount(mux *http.ServeMux, log *slog.Logger) (*server.Server, error) {
	game, err := server.New(server.Config{
		Kinds:      []match.Kind{dots.Kind()},
		Guests:     true, // everybody may play; or set Auth
		Channels:   []*channel.Channel{newShop()},
		Middleware: []server.Middleware{timed(log)},
		DrainWait:  time.Second,
		Logger:     log,
	})
	if err != nil {
		return nil, err
	}
	mux.Handle("/play/", http.StripPrefix("/play", game.Handler()))
	return game, nil
}

func Example() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "my own page") })
	game, err := mount(mux, slog.New(slog.DiscardHandler))
	if err != nil {
		fmt.Println(err)
		return
	}
	front := httptest.NewServer(mux)
	defer front.Close()
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- game.Run(ctx) }()

	// A player, over the real wire.
	player, err := client.New(client.Config{URL: strings.Replace(front.URL, "http", "ws", 1) + "/play/ws", Name: "ada"})
	if err != nil {
		fmt.Println(err)
		return
	}
	playing, leave := context.WithCancel(ctx)
	defer leave()
	left := make(chan error, 1)
	go func() { left <- player.Run(playing) }()
	var bought Bought
	fmt.Println(player.Call(ctx, "shop", "buy", Buy{"hat", 3}, &bought), bought.Paid)
	fmt.Println(player.Call(ctx, "shop", "buy", map[string]any{"item": "hat", "count": "3"}, &bought))
	leave()
	<-left

	stop() // no new sessions, a bounded wait, and nothing is left running
	fmt.Println(<-ended)
	// Output:
	// <nil> 30
	// shop buy: bad-payload: count: want a whole number from 0 to 255
	// <nil>
}
