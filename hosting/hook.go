package hosting

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"slices"
	"sync"
	"time"
)

// Event is what a [Hook]'s command is run for.
type Event string

// The events. EventLoad comes again and again. The others come in this order; one that has not been told when the next is due is not told.
const (
	EventReady    Event = "ready"
	EventDrain    Event = "drain"
	EventShutdown Event = "shutdown"
	EventLoad     Event = "load"
)

// life is the order of the events that come once.
var life = []Event{EventReady, EventDrain, EventShutdown}

// HookConfig is what a [Hook] is made from. Zero values are the stated defaults.
type HookConfig struct {
	Command []string      // a program and its arguments, before the event, which is the last one; required
	Timeout time.Duration // of one run, after which the program is killed; default 5 s
	Logger  *slog.Logger  // default: discard
}

// Hook runs a command for each event, one at a time and for a bounded time. Its last argument is the event, and its standard input is a [Report] as
// JSON. It is run again when it fails. Whoever wants the process to drain sends it SIGTERM.
type Hook struct {
	cfg   HookConfig
	turn  chan struct{} // held by who runs a command
	over  chan struct{} // closed when EventShutdown has been told
	state *duty[Event]
	loads *duty[struct{}]

	// Guarded by mu.
	mu     sync.Mutex
	wanted int // how much of a life has been asked for
	load   Load
	isSet  bool
}

// Report is what a command reads.
type Report struct {
	Event          Event    `json:"event"`
	Rooms          int      `json:"rooms"`
	RoomCapacity   int      `json:"room_capacity"`
	Players        []string `json:"players"` // ids
	PlayerCapacity int      `json:"player_capacity"`
}

// NewHook makes a host and starts nothing. The error is a command that is not there.
func NewHook(cfg HookConfig) (*Hook, error) {
	if len(cfg.Command) == 0 {
		return nil, errors.New("hosting: no command")
	}
	if _, err := exec.LookPath(cfg.Command[0]); err != nil {
		return nil, fmt.Errorf("hosting: %w", err)
	}
	cfg.Timeout = cmp.Or(cfg.Timeout, callTimeout)
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	h := &Hook{cfg: cfg, turn: make(chan struct{}, 1), over: make(chan struct{}), load: Load{Players: []string{}}}
	h.state = newDuty("state", cfg.Logger, h.tellState)
	h.loads = newDuty("load", cfg.Logger, func(ctx context.Context, _ struct{}) error { return h.tell(ctx, EventLoad) })
	return h, nil
}

// Run implements [Host].
func (h *Hook) Run(ctx context.Context) {
	ctx, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { h.state.run(ctx) })
	running.Go(func() { h.loads.run(ctx) })
	select {
	case <-ctx.Done():
	case <-h.over:
	}
	stop()
	running.Wait()
}

// Ready implements [Host].
func (h *Hook) Ready() { h.ask(EventReady) }

// Health implements [Host]. A command each second would cost more than it is worth: whoever wants to know asks the server's /healthz.
func (h *Hook) Health() {}

// Draining implements [Host].
func (h *Hook) Draining() <-chan struct{} { return nil }

// Drain implements [Host].
func (h *Hook) Drain() { h.ask(EventDrain) }

// Shutdown implements [Host].
func (h *Hook) Shutdown() { h.ask(EventShutdown) }

func (h *Hook) ask(e Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if stage := slices.Index(life, e) + 1; stage > h.wanted {
		h.wanted = stage
		h.state.want(e)
	}
}

// SetLoad implements [Host].
func (h *Hook) SetLoad(l Load) {
	h.mu.Lock()
	defer h.mu.Unlock()
	same := l.Rooms == h.load.Rooms && l.RoomCapacity == h.load.RoomCapacity && l.PlayerCapacity == h.load.PlayerCapacity
	if h.isSet && same && slices.Equal(l.Players, h.load.Players) {
		return
	}
	l.Players = append([]string{}, l.Players...) // [] in JSON when there are none
	h.load, h.isSet = l, true
	h.loads.want(struct{}{})
}

func (h *Hook) tellState(ctx context.Context, e Event) error {
	if err := h.tell(ctx, e); err != nil {
		return err
	}
	if e == EventShutdown {
		close(h.over) // wanted once, and done once
	}
	return nil
}

// tell runs the command when no other is running, with the load as it is then.
func (h *Hook) tell(ctx context.Context, e Event) error {
	select {
	case h.turn <- struct{}{}:
		defer func() { <-h.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	h.mu.Lock()
	l, ending := h.load, h.wanted == len(life)
	h.mu.Unlock()
	if ending && e != EventShutdown {
		return nil // nothing comes after the last
	}
	report, err := json.Marshal(Report{e, l.Rooms, l.RoomCapacity, l.Players, l.PlayerCapacity})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, h.cfg.Timeout)
	defer cancel()
	args := append(slices.Clone(h.cfg.Command[1:]), string(e))
	cmd := exec.CommandContext(ctx, h.cfg.Command[0], args...)
	cmd.Stdin = bytes.NewReader(report)
	cmd.WaitDelay = time.Second // for what it started and left behind with its input
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %s: %w", h.cfg.Command[0], e, err)
	}
	return nil
}
