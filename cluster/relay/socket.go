package relay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/deltatick/deltatick/protocol"
)

// socket is one connection to the other node.
type socket struct {
	ws  *websocket.Conn
	buf []byte // of the reading goroutine: the newest frame

	out *outbox
	why error // guarded by end, why it was ended here; nil: it was not
	end func(why error)
}

// writeBuffers is shared by all relays: a player's frames are some dozens of bytes.
var writeBuffers sync.Pool

func dial(ctx context.Context, cfg *Config) (*socket, error) {
	dialer := websocket.Dialer{
		NetDialContext: cfg.NetDial, HandshakeTimeout: cfg.DialTimeout,
		ReadBufferSize: 4096, WriteBufferSize: 512, WriteBufferPool: &writeBuffers,
	}
	ws, resp, err := dialer.DialContext(ctx, cfg.URL, nil)
	if err != nil {
		if resp != nil && errors.Is(err, websocket.ErrBadHandshake) {
			err = fmt.Errorf("%w: %s", err, resp.Status)
		}
		return nil, err
	}
	ws.SetReadLimit(protocol.MaxServerFrame)
	s := &socket{ws: ws, out: newOutbox()}
	var once sync.Once
	s.end = func(why error) {
		once.Do(func() {
			s.why = why
			_ = ws.NetConn().Close()
		})
	}
	return s, nil
}

// write sends a frame within a time. It is for the goroutine in Connect, and then for the one that writes.
func (s *socket) write(frame []byte, within time.Duration) error {
	_ = s.ws.SetWriteDeadline(time.Now().Add(within)) // only stores the time
	return s.send(frame)
}

func (s *socket) send(frame []byte) error {
	if err := s.ws.WriteMessage(websocket.BinaryMessage, frame); err != nil {
		return fmt.Errorf("%w: %w", ErrLost, err)
	}
	return nil
}

// flush sends what waits within a time. It reports whether that was the last.
func (s *socket) flush(within time.Duration) (last bool, err error) {
	b, last := s.out.take()
	_ = s.ws.SetWriteDeadline(time.Now().Add(within))
	begin := 0
	for _, end := range b.ends {
		if err := s.send(b.bytes[begin:end]); err != nil {
			return last, err
		}
		begin = end
	}
	s.out.done()
	return last, nil
}

// read returns the next frame, good until the next call. It waits for a sign of life for as long as silence.
func (s *socket) read(silence time.Duration) ([]byte, error) {
	_ = s.ws.SetReadDeadline(time.Now().Add(silence)) // an error is the read's, too
	messageType, from, err := s.ws.NextReader()
	if err != nil {
		return nil, s.broken(err)
	}
	if messageType != websocket.BinaryMessage {
		return nil, fmt.Errorf("%w: text message", protocol.ErrMalformed)
	}
	s.buf = s.buf[:0]
	for {
		if len(s.buf) == cap(s.buf) {
			s.buf = append(s.buf, make([]byte, max(512, len(s.buf)))...)[:len(s.buf)]
		}
		n, err := from.Read(s.buf[len(s.buf):cap(s.buf)])
		s.buf = s.buf[:len(s.buf)+n]
		if errors.Is(err, io.EOF) {
			return s.buf, nil
		}
		if err != nil {
			return nil, s.broken(err)
		}
	}
}

// broken is why nothing more can be read: a close frame, what this side has done, or the network.
func (s *socket) broken(err error) error {
	var closed *websocket.CloseError
	if errors.As(err, &closed) && closed.Code != websocket.CloseAbnormalClosure { // which means that there was no close frame
		return &protocol.Closed{Code: protocol.CloseCode(closed.Code), Text: closed.Text}
	}
	s.end(fmt.Errorf("%w: %w", ErrLost, err)) // from here on why stays
	return s.why
}
