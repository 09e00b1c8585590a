package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/deltatick/deltatick/protocol"
)

// socket is one WebSocket connection. One goroutine reads; any may write or cut.
type socket struct {
	ws    *websocket.Conn
	stats *counters
	quiet time.Duration // longest silence that a read puts up with
	codec string        // of snapshot bodies, as the welcome says; Run's goroutine alone uses it

	// lock is held by who writes. It is a channel, not a mutex, so that a test's virtual time goes on while a writer waits.
	lock chan struct{}

	buf []byte // owned by the reader: the newest frame
}

// writeBuffers is shared by all clients of a process: a bot that writes 30 bytes a tick needs no 4 KiB of its own.
var writeBuffers sync.Pool

// openSocket dials and shakes hands. Errors wrap ErrUnreachable.
func openSocket(ctx context.Context, cfg Config, stats *counters) (*socket, error) {
	dialer := websocket.Dialer{
		NetDialContext:   cfg.NetDial,
		HandshakeTimeout: cfg.DialTimeout,
		ReadBufferSize:   4096,
		WriteBufferSize:  4096,
		WriteBufferPool:  &writeBuffers,
	}
	ws, resp, err := dialer.DialContext(ctx, cfg.URL, nil)
	if err != nil {
		if resp != nil && errors.Is(err, websocket.ErrBadHandshake) {
			err = fmt.Errorf("the server answered %s", resp.Status)
			if resp.StatusCode == http.StatusOK {
				err = errors.New("no WebSocket there: the server answered with a page")
			}
		}
		return nil, fmt.Errorf("%w to %s: %w", ErrUnreachable, cfg.URL, err)
	}
	s := &socket{ws: ws, stats: stats, quiet: cfg.LinkTimeout, lock: make(chan struct{}, 1)}
	ws.SetReadLimit(protocol.MaxServerFrame)
	answer := ws.PingHandler()
	ws.SetPingHandler(func(data string) error {
		s.heard(s.quiet)
		return answer(data)
	})
	return s, nil
}

// heard starts the wait for the next sign of life. Deadlines of a connection in memory or in the kernel cannot fail while it
// is open, and the read tells when it is not.
func (s *socket) heard(quiet time.Duration) { _ = s.ws.SetReadDeadline(time.Now().Add(quiet)) }

// read returns the next binary message, which is good until the next call. It fails when the socket is lost or silent.
func (s *socket) read() ([]byte, error) {
	s.heard(s.quiet)
	messageType, r, err := s.ws.NextReader()
	if err != nil {
		return nil, readError(err)
	}
	if messageType != websocket.BinaryMessage {
		return nil, fmt.Errorf("%w: text message", protocol.ErrMalformed)
	}
	s.buf = s.buf[:0]
	for {
		if len(s.buf) == cap(s.buf) {
			s.buf = append(s.buf, make([]byte, max(512, len(s.buf)))...)[:len(s.buf)]
		}
		n, err := r.Read(s.buf[len(s.buf):cap(s.buf)])
		s.buf = s.buf[:len(s.buf)+n]
		if err == io.EOF {
			return s.buf, nil
		}
		if err != nil {
			return nil, readError(err)
		}
		if len(s.buf) > 4096 {
			// A large keyframe over a slow link takes longer than the silence allowed, but is not silent.
			s.heard(s.quiet)
		}
	}
}

// readError turns a close frame into a *protocol.Closed.
func readError(err error) error {
	var closed *websocket.CloseError
	if errors.As(err, &closed) && closed.Code != websocket.CloseAbnormalClosure { // which means that there was no close frame
		return &protocol.Closed{Code: protocol.CloseCode(closed.Code), Text: closed.Text}
	}
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return fmt.Errorf("%w: nothing heard", ErrOffline)
	}
	return fmt.Errorf("%w: %w", ErrOffline, err)
}

// write sends one frame. A write that fails costs the socket, which the reader notices.
func (s *socket) write(kind protocol.Kind, frame []byte) error {
	s.lock <- struct{}{}
	defer func() { <-s.lock }()
	_ = s.ws.SetWriteDeadline(time.Now().Add(protocol.WriteTimeout)) // only stores the time
	if err := s.ws.WriteMessage(websocket.BinaryMessage, frame); err != nil {
		s.cut()
		return fmt.Errorf("%w: %w", ErrOffline, err)
	}
	s.stats.sent(kind, len(frame))
	return nil
}

// cut drops the socket without a close frame, as a network would.
func (s *socket) cut() { _ = s.ws.NetConn().Close() }

// cutMidFrame writes the beginning of a frame, then cuts.
func (s *socket) cutMidFrame() {
	s.lock <- struct{}{}
	defer func() { <-s.lock }()
	// A final binary frame of 100 masked bytes, of which 3 arrive. Whether they do is not in our hands, nor is the error.
	_ = s.ws.NetConn().SetWriteDeadline(time.Now().Add(time.Second))
	_, _ = s.ws.NetConn().Write([]byte{0x82, 0x80 | 100, 0, 0, 0, 0, 0x95, byte(protocol.KindInput), 1})
	s.cut()
}

// hangUp closes with a code that says why, for a server that is there to hear it.
func (s *socket) hangUp(code int) {
	_ = s.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
	s.cut()
}
