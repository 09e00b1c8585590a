// Command dots serves the smallest game with a page of its own: the program of somebody who builds on deltatick.
package main

import (
	"context"
	"embed"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/deltatick/deltatick/games/dots"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/server"
)

//go:embed index.html predicted.html
var pages embed.FS // predicted.html is index.html with docs/prediction.md

func main() {
	addr := flag.String("addr", "127.0.0.1:8090", "`host:port` to listen on")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *addr); err != nil {
		fmt.Fprintln(os.Stderr, "dots:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, addr string) error {
	game, err := server.New(server.Config{Kinds: []match.Kind{dots.Kind()}, Guests: true, Pages: pages, DrainWait: time.Second})
	if err != nil {
		return err
	}
	return game.ListenAndServe(ctx, addr, func(url string) { fmt.Printf("dots is ready: open %s in a browser\n", url) })
}
