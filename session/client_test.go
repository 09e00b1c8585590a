package session_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

// world is a hub behind an HTTP server whose network is net.Pipe: it has no buffers, and its time is the bubble's.
type world struct {
	t        testing.TB
	house    *house
	hub      *session.Hub
	counters *session.Counters
	listener *pipeListener
	stopped  bool
}

// inWorld runs a test in a bubble. edit may be nil.
func inWorld(t *testing.T, edit func(*session.Config), test func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, edit)
		test(t, w)
		w.stop()
	})
}

func newWorld(t testing.TB, edit func(*session.Config)) *world {
	w := &world{t: t, house: newHouse(t), counters: new(session.Counters), listener: newPipeListener()}
	cfg := session.Config{Handler: w.house, Auth: session.Guest{}, Counters: w.counters}
	if edit != nil {
		edit(&cfg)
	}
	hub, err := session.NewHub(cfg)
	if err != nil {
		t.Fatal(err)
	}
	w.hub = hub
	front := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if addr := r.Header.Get("Test-Remote-Addr"); addr != "" {
			r.RemoteAddr = addr
		}
		hub.ServeHTTP(rw, r)
	})
	srv := &http.Server{Handler: front, ErrorLog: log.New(io.Discard, "", 0)}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = srv.Serve(w.listener)
	}()
	t.Cleanup(func() {
		w.stop()
		_ = srv.Close()
		<-served
	})
	return w
}

// stop shuts the hub down and checks that nothing of it is left.
func (w *world) stop() {
	w.t.Helper()
	if w.stopped {
		return
	}
	w.stopped = true
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := w.hub.Shutdown(ctx); err != nil {
		w.t.Error(err)
	}
	if n, m := w.hub.Connections(), w.hub.Sessions(); n != 0 || m != 0 {
		w.t.Errorf("%d connections and %d sessions after Shutdown", n, m)
	}
	if n, m := w.counters.Connections.Load(), w.counters.Sessions.Load(); n != 0 || m != 0 {
		w.t.Errorf("%d connections and %d sessions counted after Shutdown", n, m)
	}
}

// session is the n-th session that the house has met, once everybody has done what there is to do.
func (w *world) session(n int) *session.Session {
	synctest.Wait()
	w.house.mu.Lock()
	defer w.house.mu.Unlock()
	return w.house.sessions[n]
}

type pipeListener struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newPipeListener() *pipeListener {
	return &pipeListener{conns: make(chan net.Conn), done: make(chan struct{})}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

func (l *pipeListener) dial(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.conns <- server:
		return client, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// connect makes a WebSocket that nobody reads yet.
func (w *world) connect(header http.Header) (*websocket.Conn, *http.Response, error) {
	dialer := websocket.Dialer{NetDialContext: w.listener.dial}
	return dialer.Dial("ws://game.example/ws", header)
}

// client is a WebSocket with a goroutine that reads all there is.
type client struct {
	t      testing.TB
	ws     *websocket.Conn
	frames chan []byte
	err    error // once frames is closed
	events uint32
}

// dial connects a client that has said nothing yet.
func (w *world) dial() *client { return w.dialWith(func(*websocket.Conn) {}) }

// dialWith is dial for a client whose WebSocket is not as usual.
func (w *world) dialWith(setup func(*websocket.Conn)) *client {
	w.t.Helper()
	ws, resp, err := w.connect(nil)
	if err != nil {
		w.t.Fatalf("dial: %v %v", err, resp)
	}
	setup(ws)
	c := &client{t: w.t, ws: ws, frames: make(chan []byte, 8192)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(c.frames)
		for {
			_, frame, err := ws.ReadMessage()
			if err != nil {
				c.err = err
				return
			}
			c.frames <- frame
		}
	}()
	w.t.Cleanup(func() {
		_ = ws.Close()
		<-done
	})
	return c
}

// join connects a client and says hello for a new session.
func (w *world) join(name string) (*client, protocol.Welcome) {
	w.t.Helper()
	return w.joinWith(name, func(*websocket.Conn) {})
}

func (w *world) joinWith(name string, setup func(*websocket.Conn)) (*client, protocol.Welcome) {
	w.t.Helper()
	c := w.dialWith(setup)
	c.send(hello(name))
	return c, expect[protocol.Welcome](c, protocol.KindWelcome)
}

// resume connects a client and says hello for an old session.
func (w *world) resume(token string, seq uint32) (*client, protocol.Welcome) {
	w.t.Helper()
	c := w.dial()
	c.send(resumeHello(token, seq))
	return c, expect[protocol.Welcome](c, protocol.KindWelcome)
}

// refused says a hello that must end in a close, and returns its code.
func (w *world) refused(frame any) protocol.CloseCode {
	w.t.Helper()
	c := w.dial()
	c.send(frame)
	return c.closed()
}

func hello(name string) protocol.Hello {
	return protocol.Hello{
		Kind: protocol.KindHello, Version: protocol.Version, Client: "test", Codecs: []string{"packed", protocol.CodecMP},
		Auth: []string{"guest", name},
	}
}

func resumeHello(token string, seq uint32) protocol.Hello {
	h := hello("")
	h.Auth, h.Resume = nil, &protocol.Resume{Token: token, Seq: seq}
	return h
}

func (c *client) send(frame any) {
	c.t.Helper()
	c.raw(protocol.MustEncode(frame))
}

func (c *client) raw(frame []byte) {
	c.t.Helper()
	if err := c.write(frame); err != nil {
		c.t.Fatalf("write: %v", err)
	}
}

func (c *client) write(frame []byte) error {
	_ = c.ws.SetWriteDeadline(time.Now().Add(time.Minute))
	return c.ws.WriteMessage(websocket.BinaryMessage, frame)
}

// next is the next frame; none within a minute is a failure.
func (c *client) next() []byte {
	c.t.Helper()
	select {
	case frame, ok := <-c.frames:
		if !ok {
			c.t.Fatalf("connection over: %v", c.err)
		}
		return frame
	case <-time.After(time.Minute):
		c.t.Fatal("no frame within a minute")
	}
	return nil
}

// none checks that nothing comes for a while.
func (c *client) none(d time.Duration) {
	c.t.Helper()
	select {
	case frame, ok := <-c.frames:
		c.t.Fatalf("frame % x (open: %v), none expected", frame, ok)
	case <-time.After(d):
	}
}

// expect takes the next frame, which must be of a kind.
func expect[T any](c *client, kind protocol.Kind) (v T) {
	c.t.Helper()
	frame := c.next()
	if _, err := protocol.Check(frame, protocol.FromServer); err != nil {
		c.t.Fatalf("frame % x: %v", frame, err)
	}
	if got, _ := protocol.PeekKind(frame); got != kind {
		c.t.Fatalf("frame of kind %v, expected %v: % x", got, kind, frame)
	}
	if err := protocol.DecodeFrame(frame, &v); err != nil {
		c.t.Fatalf("frame % x: %v", frame, err)
	}
	return v
}

// event takes the next frame, which must be the event after the last one.
func (c *client) event() protocol.Event {
	c.t.Helper()
	e := expect[protocol.Event](c, protocol.KindEvent)
	if e.Seq != c.events+1 {
		c.t.Fatalf("event %d after event %d", e.Seq, c.events)
	}
	c.events = e.Seq
	return e
}

// ask sends a request and takes its reply, which must be the next frame.
func (c *client) ask(id uint32, name string, payload any) protocol.Reply {
	c.t.Helper()
	c.send(protocol.Request{
		Kind: protocol.KindRequest, ID: id, Channel: "lobby", Name: name, Payload: protocol.MustEncode(payload),
	})
	r := expect[protocol.Reply](c, protocol.KindReply)
	if r.ID != id {
		c.t.Fatalf("reply to %d, expected %d", r.ID, id)
	}
	return r
}

// ping sends a ping and takes its pong, which proves that all frames before it were handled.
func (c *client) ping(seq uint32) protocol.Pong {
	c.t.Helper()
	c.send(protocol.Ping{Kind: protocol.KindPing, Time: 12345, Seq: seq})
	return expect[protocol.Pong](c, protocol.KindPong)
}

// closed reads to the end of the connection and returns the code that the server closed it with.
func (c *client) closed() protocol.CloseCode {
	c.t.Helper()
	deadline := time.After(time.Minute)
	for {
		select {
		case _, ok := <-c.frames:
			if ok {
				continue
			}
		case <-deadline:
			c.t.Fatal("not closed within a minute")
		}
		var closed *websocket.CloseError
		if !errors.As(c.err, &closed) {
			c.t.Fatalf("not closed with a code: %v", c.err)
		}
		code := protocol.CloseCode(closed.Code)
		if closed.Text != code.Text() {
			c.t.Errorf("close text %q, expected %q", closed.Text, code.Text())
		}
		return code
	}
}

// cut breaks the socket without a word.
func (c *client) cut() { _ = c.ws.NetConn().Close() }
