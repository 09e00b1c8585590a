// Command dots serves the smallest game with a page of its own: the program of somebody who builds on deltatick.
package main

import (
	"context"
	"embed"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/deltatick/deltatick/games/dots"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/server"
)

//go:embed index.html predicted.html
var pages embed.FS

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
	game, err := server.New(server.Config{Kinds: []match.Kind{dots.Kind()}, Guests: true, DrainWait: time.Second})
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/", game.Handler()) // /ws, /client.mjs, health and metrics
	mux.Handle("GET /{$}", http.FileServerFS(pages))
	mux.HandleFunc("GET /predicted", func(w http.ResponseWriter, r *http.Request) { // the same with docs/prediction.md
		http.ServeFileFS(w, r, pages, "predicted.html")
	})
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	front := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	running, end := context.WithCancel(ctx)
	defer end()
	served := make(chan error, 1)
	go func() {
		served <- front.Serve(listener)
		end()
	}()
	fmt.Printf("dots is ready: open http://%s in a browser\n", listener.Addr())
	err = errors.Join(game.Run(running), front.Close())
	if serveErr := <-served; !errors.Is(serveErr, http.ErrServerClosed) {
		err = errors.Join(err, serveErr)
	}
	return err
}
