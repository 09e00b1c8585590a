package replay

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/server"
	"github.com/deltatick/deltatick/session/channel"
)

// House is a server that shows one playback.
type House struct {
	playback *Playback
	server   *server.Server
	ready    chan struct{}
}

// HouseConfig is what a [House] is made from. Zero values are the stated defaults.
type HouseConfig struct {
	Playback *Playback    // what is shown; required
	Origins  []string     // hosts whose pages may connect: server.Config.Origins
	Logger   *slog.Logger // default: discard
}

// NewHouse assembles the server. It starts nothing.
func NewHouse(cfg HouseConfig) (*House, error) {
	s, err := server.New(server.Config{
		Guests: true,
		Kinds:  []match.Kind{screenKind(cfg.Playback)}, TickRate: cfg.Playback.reader.Header().TickRate,
		MaxLobbies: 1, DrainWait: time.Millisecond, Origins: cfg.Origins, Logger: cfg.Logger, Name: ServerName,
		Channels: []*channel.Channel{cfg.Playback.channel()},
	})
	if err != nil {
		return nil, fmt.Errorf("replay: %w", err)
	}
	return &House{cfg.Playback, s, make(chan struct{})}, nil
}

// Handler serves everything that a server does: /ws, the page, health and metrics.
func (h *House) Handler() http.Handler { return h.server.Handler() }

// Ready is closed when there is something to see: who comes earlier finds no lobby.
func (h *House) Ready() <-chan struct{} { return h.ready }

// Run shows the playback until ctx ends. It is called once.
func (h *House) Run(ctx context.Context) error {
	if err := h.open(ctx); err != nil && ctx.Err() == nil {
		return errors.Join(err, h.server.Run(canceled(ctx)))
	}
	close(h.ready)
	return h.server.Run(ctx)
}

// canceled is a context that has ended.
func canceled(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	return ctx
}

// open opens the lobby and starts its match.
func (h *House) open(ctx context.Context) error {
	head := h.playback.reader.Header()
	name := "Replay of " + head.Title + ", " + head.Started.Format("2 Jan 15:04")
	host := &projectionist{}
	d := h.server.Directory()
	if _, err := d.Create(ctx, host, lobby.CreateOptions{Game: head.Game, Options: lobby.Options{Name: &name}}); err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	if err := d.Start(ctx, host); err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	return nil
}

// projectionist is the lobby's host and its only player, so that all others are spectators. It has no connection and wants to hear nothing.
type projectionist struct {
	_ byte // members are told apart by their addresses
}

func (*projectionist) User() string { return "replay" }

func (*projectionist) Name() string { return "Replay" }

func (*projectionist) Emit(string, string, []byte, uint32) {}

func (*projectionist) Seated(lobby.Seat) {}
