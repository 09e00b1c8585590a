package redis

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/redis/rueidis"

	"github.com/deltatick/deltatick/cluster"
)

// listener is told what happens on a channel. Its methods do not block: the connection's reader waits for them.
type listener interface {
	joined()           // messages come from now on
	heard(text string) // one did
	lost()             // none come for a while
}

// station receives a channel for all who listen to it in this process. There is at most one for a channel.
type station struct {
	channel string
	leave   context.CancelFunc
	gone    chan struct{} // closed when it has ended

	// Guarded by Engine.mu.
	listeners map[listener]struct{}
	on        bool // messages come
	leaving   bool // nobody listens any more
}

// Pauses between two tries to get a channel back.
const (
	retryLeast = 20 * time.Millisecond
	retryMost  = 500 * time.Millisecond
)

// listen has a listener told of a channel until it is no more wanted. It does not wait for the store.
func (e *Engine) listen(ctx context.Context, channel string, l listener) error {
	for {
		e.mu.Lock()
		s := e.stations[channel]
		if s == nil {
			s = e.open(channel)
		}
		if s == nil {
			e.mu.Unlock()
			return cluster.ErrClosed
		}
		if !s.leaving {
			s.listeners[l] = struct{}{}
			if s.on {
				l.joined()
			}
			e.mu.Unlock()
			return nil
		}
		e.mu.Unlock()
		select {
		case <-s.gone:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// open makes a station; nil: the engine was closed. It needs mu.
func (e *Engine) open(channel string) *station {
	s := &station{channel: channel, gone: make(chan struct{}), listeners: map[listener]struct{}{}}
	ctx, cancel := context.WithCancel(e.life)
	s.leave = cancel
	if !e.running.start(func() { e.receive(ctx, s) }) {
		cancel()
		return nil
	}
	e.stations[channel] = s
	return s
}

// unlisten ends what listen began. Nothing is told after it has returned.
func (e *Engine) unlisten(channel string, l listener) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := e.stations[channel]
	if s == nil {
		return
	}
	delete(s.listeners, l)
	if len(s.listeners) == 0 {
		s.leaving = true
		s.leave()
	}
}

// receive subscribes again and again until the station ends.
func (e *Engine) receive(ctx context.Context, s *station) {
	pause := retryLeast
	had := false // once
	for ctx.Err() == nil {
		var joined atomic.Bool // the hook is called by the connection's reader
		heard := rueidis.WithOnSubscriptionHook(ctx, func(sub rueidis.PubSubSubscription) {
			if sub.Kind == "ssubscribe" {
				if joined.Store(true); had {
					e.count.Resubscribed.Add(1)
				}
				e.tell(s, func(l listener) { l.joined() }, true)
			}
		})
		err := e.client.Receive(heard, e.client.B().Ssubscribe().Channel(s.channel).Build(), func(m rueidis.PubSubMessage) {
			e.tell(s, func(l listener) { l.heard(m.Message) }, true)
		})
		e.tell(s, func(l listener) { l.lost() }, false)
		if ctx.Err() != nil {
			break
		}
		e.log.Debug("channel lost", "channel", s.channel, "err", err)
		if joined.Load() {
			had, pause = true, retryLeast
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause/2 + rand.N(pause)):
		}
		pause = min(2*pause, retryMost)
	}
	// The server would go on sending; and until it has said that it does not, the channel cannot be had anew.
	done, cancel := context.WithTimeout(e.life, e.timeout)
	_ = e.client.Do(done, e.client.B().Sunsubscribe().Channel(s.channel).Build()).Error()
	cancel()
	e.mu.Lock()
	delete(e.stations, s.channel)
	e.mu.Unlock()
	close(s.gone)
}

func (e *Engine) tell(s *station, what func(listener), on bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s.on = on
	for l := range s.listeners {
		what(l)
	}
}
