package load

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// Load is a population of players.
type Load struct {
	cfg     Config
	players []*player
}

// New makes a population. It starts nothing.
func New(cfg Config) (*Load, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	l := &Load{cfg: cfg}
	for n := range cfg.Rooms {
		r := newRoom(n, cfg.Size)
		for range cfg.Size {
			l.players = append(l.players, newPlayer(len(l.players), cfg, r))
		}
	}
	return l, nil
}

// Run lets the players in, calls ready when every one of them is, and plays until ctx ends: then it returns nil. It ends early when
// one player cannot go on, with the reason.
func (l *Load) Run(ctx context.Context, ready func()) error {
	running, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var all sync.WaitGroup
	var arrived atomic.Int64
	in := func() {
		if arrived.Add(1) == int64(len(l.players)) {
			ready()
		}
	}
	step := l.cfg.Ramp / time.Duration(len(l.players))
	for i, p := range l.players {
		all.Go(func() {
			if err := p.live(running, in); err != nil && running.Err() == nil {
				stop(fmt.Errorf("load: player %d: %w", i, err))
			}
		})
		if !sleep(running, step) {
			break
		}
	}
	all.Wait()
	if ctx.Err() != nil {
		return nil
	}
	return context.Cause(running)
}

// Sample is what the players have got and sent until a moment. Bytes are those of messages, without what WebSocket and TCP add.
type Sample struct {
	Snapshots []uint64 // by player
	BytesIn   uint64   // of snapshots
	Inputs    uint64
	BytesOut  uint64 // of inputs
	Behind    uint64 // inputs left out, because their time was over when the player came to send them
}

// Sample may be called by any goroutine.
func (l *Load) Sample() Sample {
	s := Sample{Snapshots: make([]uint64, len(l.players))}
	for i, p := range l.players {
		s.Snapshots[i] = p.snapshots.Load()
		s.BytesIn += p.bytesIn.Load()
		s.Inputs += p.inputs.Load()
		s.BytesOut += p.bytesOut.Load()
		s.Behind += p.behind.Load()
	}
	return s
}

// sleep reports whether the time passed before ctx ended.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}
