package session_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

// street is a hub on real sockets, whose buffers fill up and which are written to without waiting; in a world they have none and are not.
type street struct {
	t        *testing.T
	hub      *session.Hub
	house    *house
	counters *session.Counters
	front    *httptest.Server
}

func newStreet(t *testing.T, tls bool) *street {
	s := &street{t: t, house: newHouse(t), counters: new(session.Counters)}
	var err error
	s.hub, err = session.NewHub(session.Config{
		Handler: s.house, Auth: session.Guest{}, Counters: s.counters, CloseTimeout: 50 * time.Millisecond, ShutdownSpread: time.Nanosecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.front = httptest.NewUnstartedServer(s.hub)
	if tls {
		s.front.StartTLS()
	} else {
		s.front.Start()
	}
	t.Cleanup(func() {
		if err := s.hub.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		s.front.Close()
	})
	return s
}

// join returns a connection that has read its welcome, and its session's link.
func (s *street) join(name string) (*websocket.Conn, *session.Session, *session.Link) {
	s.t.Helper()
	joined := make(chan *session.Session, 1)
	s.house.connected = func(joining *session.Session, _ bool) { joined <- joining }
	dialer := websocket.Dialer{}
	if s.front.TLS != nil {
		dialer.TLSClientConfig = s.front.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
		dialer.TLSClientConfig.NextProtos = nil // HTTP/1.1 alone has WebSockets here
	}
	ws, _, err := dialer.Dial("ws"+strings.TrimPrefix(s.front.URL, "http"), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = ws.Close() })
	if err := ws.WriteMessage(websocket.BinaryMessage, protocol.MustEncode(hello(name))); err != nil {
		s.t.Fatal(err)
	}
	if _, _, err := ws.ReadMessage(); err != nil {
		s.t.Fatal(err)
	}
	sess := <-joined
	return ws, sess, sess.OpenLink()
}

// numbered is a snapshot frame with its number inside and a body of some bytes that follow from it.
func numbered(n uint32, size int) (head, body []byte) {
	head = []byte{0x98, byte(protocol.KindSnapshot), 1, 0xce, 0, 0, 0, 0, 0, 0, 0, 0xc0}
	binary.BigEndian.PutUint32(head[4:], n)
	return head, bytes.Repeat([]byte{byte(n)}, size)
}

// expectNumbered reads the next frame, which must be that snapshot.
func expectNumbered(t *testing.T, ws *websocket.Conn, n uint32, size int) {
	t.Helper()
	_, frame, err := ws.ReadMessage()
	if err != nil {
		t.Fatal(err)
	}
	if head, body := numbered(n, size); !bytes.Equal(frame, append(head, body...)) {
		t.Fatalf("a frame of %d bytes that begins with % x instead of snapshot %d", len(frame), frame[:min(len(frame), 16)], n)
	}
}

func TestFramesOfAllLengthsArriveWhole(t *testing.T) {
	for _, tls := range []bool{false, true} {
		s := newStreet(t, tls)
		ws, _, link := s.join("ann")
		for i, size := range []int{0, 100, 113, 114, 115, 1000, 16<<10 - 12, 16 << 10, 65523, 65524, 65525, 1 << 20} {
			if !link.Offer(numbered(uint32(i), size)) {
				t.Fatalf("TLS %v: a snapshot of %d bytes was not taken", tls, size)
			}
			expectNumbered(t, ws, uint32(i), size)
			if !link.Send(bytes.Repeat([]byte{0xc0}, size)) {
				t.Fatalf("TLS %v: a frame of %d bytes was not taken", tls, size)
			}
			if _, frame, err := ws.ReadMessage(); err != nil || len(frame) != size {
				t.Fatalf("TLS %v: %d bytes, expected %d: %v", tls, len(frame), size, err)
			}
		}
	}
}

// fill offers snapshots until the socket is full and the place behind it, too, and returns how many were taken.
func fill(link *session.Link, size int) (taken uint32) {
	for link.Offer(numbered(taken, size)) {
		taken++
		for range 100 { // a write that has only been handed over shall have its chance
			runtime.Gosched()
		}
	}
	return taken
}

func TestWhatAFullSocketDoesNotTakeArrivesLaterInOrder(t *testing.T) {
	s := newStreet(t, false)
	ws, sess, link := s.join("ann")
	const size = 5000
	n := fill(link, size)
	if link.Ready() {
		t.Fatal("ready, with a snapshot in the place")
	}
	emit(sess, 1, 3)
	if err := ws.WriteControl(websocket.PingMessage, []byte("still there?"), time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	pong := make(chan string, 1)
	ws.SetPongHandler(func(data string) error {
		pong <- data
		return nil
	})
	for i := range n {
		expectNumbered(t, ws, i, size)
	}
	for i := range uint32(3) {
		_, frame, err := ws.ReadMessage()
		var e protocol.Event
		if err == nil {
			err = protocol.DecodeFrame(frame, &e)
		}
		if err != nil || e.Seq != i+1 {
			t.Fatalf("event %d instead of %d: %v", e.Seq, i+1, err)
		}
	}
	// Free again, and written to without delay.
	for i := range uint32(100) {
		if !link.Offer(numbered(n+i, size)) {
			t.Fatalf("snapshot %d not taken", n+i)
		}
		expectNumbered(t, ws, n+i, size)
	}
	if data := <-pong; data != "still there?" {
		t.Errorf("pong with %q", data)
	}
	if got := s.counters.Out[protocol.KindSnapshot].Frames.Load(); got != uint64(n)+100 {
		t.Errorf("%d snapshots counted, %d arrived", got, n+100)
	}
}

func TestAConnectionWhoseSocketIsFullEndsInTime(t *testing.T) {
	s := newStreet(t, false)
	_, _, link := s.join("ann")
	fill(link, 5000)
	link.Close(protocol.CloseSlow)
	if link.Ready() || link.Offer(numbered(0, 1)) || link.Send([]byte{0x91, 20}) {
		t.Error("the link is alive")
	}
	awaitNone(s.hub)
	if n := s.counters.Closed(protocol.CloseSlow); n != 1 {
		t.Errorf("%d closes counted", n)
	}
}

func TestASocketThatBreaksUnderAWriteLeavesTheSessionAway(t *testing.T) {
	s := newStreet(t, false)
	ws, sess, link := s.join("ann")
	if err := ws.NetConn().(*net.TCPConn).SetLinger(0); err != nil {
		t.Fatal(err)
	}
	_ = ws.NetConn().Close() // a reset
	for s.hub.Connections() > 0 {
		link.Offer(numbered(1, 100))
		runtime.Gosched()
	}
	if sess.OpenLink() != nil || s.hub.Sessions() != 1 || s.counters.Lost.Load() != 1 {
		t.Errorf("%d sessions, %d losses", s.hub.Sessions(), s.counters.Lost.Load())
	}
}

// awaitNone waits until no connection is left.
func awaitNone(hub *session.Hub) {
	for hub.Connections() > 0 {
		runtime.Gosched()
	}
}

// Everybody who may write does, while the client reads and pings: no frame is torn, none is missing, and each kind is in order.
func TestFramesOfManyWritersAreNotTorn(t *testing.T) {
	s := newStreet(t, false)
	ws, sess, link := s.join("ann")
	const events, asks = 400, 30
	var writers sync.WaitGroup
	offered := make(chan uint32, 1)
	eventsOut := make(chan struct{})
	writers.Go(func() {
		defer close(eventsOut)
		for i := range events {
			emit(sess, i+1, 1)
			runtime.Gosched()
		}
	})
	writers.Go(func() {
		n := uint32(0)
		for {
			select {
			case <-eventsOut:
				offered <- n
				emit(sess, events+1, 1) // the last frame, or the last but replies
				return
			default:
			}
			if link.Offer(numbered(n, 300)) {
				n++
			}
			runtime.Gosched()
		}
	})
	writers.Go(func() {
		for id := range uint32(asks) {
			_ = ws.WriteMessage(websocket.BinaryMessage, echo(id+1))
		}
	})
	var seen [256]uint32 // by kind
	for seen[protocol.KindEvent] <= events || seen[protocol.KindReply] < asks {
		_, frame, err := ws.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		kind, _ := protocol.PeekKind(frame)
		switch n := seen[kind]; kind {
		case protocol.KindEvent:
			var e protocol.Event
			if err := protocol.DecodeFrame(frame, &e); err != nil || e.Seq != n+1 {
				t.Fatalf("event %d after %d: %v", e.Seq, n, err)
			}
		case protocol.KindReply:
			var r protocol.Reply
			if err := protocol.DecodeFrame(frame, &r); err != nil || r.ID != n+1 {
				t.Fatalf("reply %d after %d: %v", r.ID, n, err)
			}
		default:
			if head, body := numbered(n, 300); !bytes.Equal(frame, append(head, body...)) {
				t.Fatalf("frame % x instead of snapshot %d", frame[:min(12, len(frame))], n)
			}
		}
		seen[kind]++
	}
	writers.Wait()
	if n := <-offered; seen[protocol.KindSnapshot] != n {
		t.Errorf("%d snapshots arrived of %d", seen[protocol.KindSnapshot], n)
	}
}

func TestAPeerThatBreaksTheRulesOfWebSocketIsToldSo(t *testing.T) {
	s := newStreet(t, false)
	ws, _, _ := s.join("ann")
	if _, err := ws.NetConn().Write([]byte{0x82, 1, 0}); err != nil { // not masked
		t.Fatal(err)
	}
	_, _, err := ws.ReadMessage()
	if closed := (*websocket.CloseError)(nil); !errors.As(err, &closed) || closed.Code != websocket.CloseProtocolError {
		t.Errorf("closed with %v", err)
	}
	awaitNone(s.hub)
}
