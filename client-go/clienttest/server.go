package clienttest

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"sync"

	"github.com/gorilla/websocket"
)

// URL is an address to give to a client whose NetDial is a [Server]'s.
const URL = "ws://memory/ws"

// ErrRefused is what dialing a server that refuses or is closed gives.
var ErrRefused = errors.New("connection refused")

// Server accepts WebSocket connections in memory.
type Server struct {
	accepted chan *Conn
	closed   chan struct{}
	once     sync.Once
	work     sync.WaitGroup

	mu     sync.Mutex
	refuse bool
	dials  int
}

// NewServer returns a server that is ready for dials. Close it.
func NewServer() *Server {
	return &Server{accepted: make(chan *Conn), closed: make(chan struct{})}
}

// Close ends every connection and waits for the server's goroutines.
func (s *Server) Close() {
	s.once.Do(func() { close(s.closed) })
	s.work.Wait()
}

// Refuse makes dials fail, or succeed again.
func (s *Server) Refuse(refuse bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = refuse
}

// Dials is how many dials there were, refused ones included.
func (s *Server) Dials() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dials
}

// Dial is a Config.NetDial.
func (s *Server) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	s.mu.Lock()
	s.dials++
	refuse := s.refuse
	s.mu.Unlock()
	select {
	case <-s.closed:
		refuse = true
	default:
	}
	if refuse {
		return nil, ErrRefused
	}
	near, far := net.Pipe()
	s.work.Go(func() { s.serve(far) })
	return near, nil
}

// Accept waits for the next connection.
func (s *Server) Accept(ctx context.Context) (*Conn, error) {
	select {
	case conn := <-s.accepted:
		return conn, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// serve shakes hands, hands the connection to who accepts, and reads until it ends.
func (s *Server) serve(raw net.Conn) {
	defer raw.Close() //nolint:errcheck // in memory
	br := bufio.NewReader(raw)
	req, err := http.ReadRequest(br)
	if err != nil {
		return
	}
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := upgrader.Upgrade(&hijacked{conn: raw, rw: bufio.NewReadWriter(br, bufio.NewWriter(raw))}, req, nil)
	if err != nil {
		return
	}
	conn := newConn(ws)
	select {
	case s.accepted <- conn:
	case <-s.closed:
		return
	}
	stop := make(chan struct{})
	s.work.Go(func() {
		select {
		case <-s.closed:
			conn.Cut()
		case <-stop:
		}
	})
	conn.read()
	close(stop)
}

// hijacked is as much of an HTTP response as an upgrade needs.
type hijacked struct {
	conn   net.Conn
	rw     *bufio.ReadWriter
	header http.Header
}

func (h *hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) { return h.conn, h.rw, nil }
func (h *hijacked) WriteHeader(int)                              {}
func (h *hijacked) Write(b []byte) (int, error)                  { return len(b), nil }
func (h *hijacked) Header() http.Header {
	if h.header == nil {
		h.header = http.Header{}
	}
	return h.header
}
