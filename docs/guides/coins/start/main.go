// Coins, the game of docs/guides/first-game.md.
package main

import (
	"context"
	"embed"
	"fmt"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/server"
)

//go:embed index.html
var pages embed.FS

func main() {
	addr := "127.0.0.1:8090"
	if len(os.Args) > 1 {
		addr = os.Args[1]
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, addr); err != nil {
		log.Fatal(err)
	}
}

// run serves the page, the socket at /ws and the client at /client.mjs until Ctrl-C or SIGTERM.
func run(ctx context.Context, addr string) error {
	game, err := server.New(server.Config{Kinds: []match.Kind{Kind()}, Guests: true, Pages: pages, DrainWait: time.Second})
	if err != nil {
		return err
	}
	return game.ListenAndServe(ctx, addr, func(url string) { fmt.Printf("open %s/?name=Ann, and ?name=Bob in another window\n", url) })
}
