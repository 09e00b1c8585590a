package session_test

import (
	"bytes"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

// memory is a Transport of channels.
type memory struct {
	in     chan []byte             // what the client says; closing it is the client's end
	out    chan []byte             // what the server says
	closed chan protocol.CloseCode // the server's last word; has room for it
	done   chan struct{}
	once   sync.Once
	limit  int
}

func newMemory() *memory {
	return &memory{
		in: make(chan []byte), out: make(chan []byte, 16), closed: make(chan protocol.CloseCode, 1), done: make(chan struct{}),
	}
}

func (m *memory) Read() ([]byte, error) {
	select {
	case frame, ok := <-m.in:
		switch {
		case !ok:
			return nil, io.EOF
		case len(frame) > m.limit:
			return nil, session.ErrTooBig
		}
		return frame, nil
	case <-m.done:
		return nil, io.ErrClosedPipe
	}
}

func (m *memory) SetLimit(bytes int) { m.limit = bytes }

func (m *memory) OnControl(func(bool, string) error) {}

func (m *memory) Write(frame []byte, within time.Duration) error {
	timeout := time.NewTimer(within)
	defer timeout.Stop()
	select {
	case m.out <- bytes.Clone(frame):
		return nil
	case <-timeout.C:
		return errors.New("timeout")
	case <-m.done:
		return io.ErrClosedPipe
	}
}

func (m *memory) Ping(time.Duration) error { return nil }

func (m *memory) Pong(string, time.Duration) error { return nil }

func (m *memory) WriteClose(code protocol.CloseCode, _ time.Duration) error {
	m.closed <- code
	return nil
}

func (m *memory) Close() error {
	m.once.Do(func() { close(m.done) })
	return nil
}
