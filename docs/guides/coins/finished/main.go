// Coins, as it is at the end of docs/guides/first-game.md.
package main

import (
	"context"
	"embed"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/server"
)

//go:embed index.html
var page embed.FS

func main() {
	addr := "127.0.0.1:8090"
	if len(os.Args) > 1 {
		addr = os.Args[1]
	}
	if err := run(addr); err != nil {
		log.Fatal(err)
	}
}

// run serves until Ctrl-C or SIGTERM.
func run(addr string) error {
	game, err := server.New(server.Config{Kinds: []match.Kind{Kind()}, Guests: true, DrainWait: time.Second})
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/", game.Handler()) // the socket at /ws, the client at /client.mjs
	mux.Handle("GET /{$}", http.FileServerFS(page))
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	front := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = front.Serve(listener) }() // until front.Close
	fmt.Printf("open http://%s in two windows\n", listener.Addr())

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	defer front.Close()
	return game.Run(ctx)
}
