package client

import (
	"context"
	"fmt"

	"github.com/deltatick/deltatick/protocol"
)

// carrier brings frames to the server and back, over one WebSocket or whatever stands for it.
type carrier interface {
	// receive returns the next frame, which is good until the next call. It fails when the carrier is lost, silent for too long, or
	// closed by the server: with a *protocol.Closed. One goroutine calls it.
	receive() ([]byte, error)
	// send sends one frame. It is called by one goroutine at a time.
	send(frame []byte) error
	// sendHalf sends the beginning of a frame, for a cut in the middle of it. It is called as send is.
	sendHalf()
	// cut drops everything without a word, as a network would, and ends a receive. Any goroutine may call it, more than once.
	cut()
	// hangUp says why the connection ends, to a server that is there to hear it. Any goroutine may call it.
	hangUp(code int)
}

// socket is one connection. One goroutine reads; any may write or cut.
type socket struct {
	carrier carrier
	stats   *counters
	codec   string // of snapshot bodies, as the welcome says; Run's goroutine alone uses it

	// lock is held by who writes. It is a channel, not a mutex, so that a test's virtual time goes on while a writer waits.
	lock chan struct{}
}

// openSocket dials. Errors wrap ErrUnreachable.
func openSocket(ctx context.Context, cfg Config, stats *counters) (*socket, error) {
	dial := dialWebSocket
	if cfg.Over != OverWebSocket {
		dial = dialHTTP
	}
	carrier, err := dial(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("%w to %s: %w", ErrUnreachable, cfg.URL, err)
	}
	return &socket{carrier: carrier, stats: stats, lock: make(chan struct{}, 1)}, nil
}

// read returns the next frame, which is good until the next call. It fails when the socket is lost or silent.
func (s *socket) read() ([]byte, error) { return s.carrier.receive() }

// write sends one frame. A write that fails costs the socket, which the reader notices.
func (s *socket) write(kind protocol.Kind, frame []byte) error {
	s.lock <- struct{}{}
	defer func() { <-s.lock }()
	if err := s.carrier.send(frame); err != nil {
		s.cut()
		return fmt.Errorf("%w: %w", ErrOffline, err)
	}
	s.stats.sent(kind, len(frame))
	return nil
}

// cut drops the socket without a close frame, as a network would.
func (s *socket) cut() { s.carrier.cut() }

// cutMidFrame writes the beginning of a frame, then cuts.
func (s *socket) cutMidFrame() {
	s.lock <- struct{}{}
	defer func() { <-s.lock }()
	s.carrier.sendHalf()
	s.cut()
}

// hangUp closes with a code that says why.
func (s *socket) hangUp(code int) {
	s.carrier.hangUp(code)
	s.cut()
}
