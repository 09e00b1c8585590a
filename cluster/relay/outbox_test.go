package relay_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/deltatick/deltatick/cluster/relay"
	"github.com/deltatick/deltatick/protocol"
)

// hearing is a node that welcomes, and notes what it is sent.
func hearing(t *testing.T) (url string, frames <-chan string) {
	t.Helper()
	heard := make(chan string, 4096)
	upgrader := websocket.Upgrader{}
	node := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer ws.Close()
		defer func() { heard <- "end" }()
		for {
			_, frame, err := ws.ReadMessage()
			if err != nil {
				return
			}
			switch kind, _ := protocol.PeekKind(frame); kind {
			case protocol.KindHello:
				welcome := protocol.Welcome{Kind: protocol.KindWelcome, Version: protocol.Version, Token: "t", Codec: protocol.CodecPacked}
				if ws.WriteMessage(websocket.BinaryMessage, protocol.MustEncode(welcome)) != nil {
					return
				}
			case protocol.KindInput:
				heard <- string(frame[2:])
			case protocol.KindBye:
				heard <- "bye"
			}
		}
	}))
	t.Cleanup(node.Close)
	return "ws" + strings.TrimPrefix(node.URL, "http"), heard
}

func numbered(n int) []byte {
	return fmt.Appendf([]byte{0x95, byte(protocol.KindInput)}, "input %d", n)
}

// stuck is a connection whose writes can be made to wait, until it is closed.
type stuck struct {
	net.Conn
	mu     sync.Mutex
	held   bool
	waits  chan struct{} // has a token when a write waits
	closed chan struct{}
	once   sync.Once
}

func (s *stuck) hold() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = true
}

func (s *stuck) Write(b []byte) (int, error) {
	s.mu.Lock()
	held := s.held
	s.mu.Unlock()
	if held {
		s.waits <- struct{}{}
		<-s.closed
		return 0, net.ErrClosed
	}
	return s.Conn.Write(b)
}

func (s *stuck) Close() error {
	s.once.Do(func() { close(s.closed) })
	return s.Conn.Close()
}

// connected is a relay that is served.
func connected(t *testing.T, url string, counters *relay.Counters) (r *relay.Relay, link arrivals, conn *stuck, served <-chan error) {
	t.Helper()
	conn = &stuck{waits: make(chan struct{}, 1), closed: make(chan struct{})}
	r, err := relay.New(relay.Config{
		URL: url, Epoch: 1, Auth: func() ([]string, error) { return nil, nil }, Emit: func(protocol.Event) bool { return true },
		Silence: time.Hour, WriteTimeout: time.Hour, Counters: counters,
		NetDial: func(ctx context.Context, network, addr string) (net.Conn, error) {
			inner, err := new(net.Dialer).DialContext(ctx, network, addr)
			conn.Conn = inner
			return conn, err
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	link = make(arrivals, 1)
	r.Attach(link)
	if err := r.Connect(t.Context()); err != nil {
		t.Fatal(err)
	}
	over := make(chan error, 1)
	go func() { over <- r.Serve(t.Context()) }()
	return r, link, conn, over
}

func TestANodeThatTakesNothingKeepsNobodyWaiting(t *testing.T) {
	url, _ := hearing(t)
	counters := new(relay.Counters)
	r, link, conn, served := connected(t, url, counters)
	conn.hold()
	_ = r.Input(time.Time{}, nil, numbered(0))
	<-conn.waits // the goroutine that writes; everybody else goes on
	const more = 10
	for i := range more {
		_ = r.Input(time.Time{}, nil, numbered(i))
	}
	r.Detach(link)
	r.Attach(link)
	r.Take()
	if got := counters.Frames.Load(); got != 1+more {
		t.Errorf("%d frames taken", got)
	}
	r.Close(true)
	r.Close(false)
	if err := <-served; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if got := counters.Drops[relay.DropUnsent].Load(); got != 1+more+4 { // with what was said of the player, and the bye
		t.Errorf("%d frames that were not sent are counted", got)
	}
}

func TestWhatWaitsForANodeIsBoundedAndTooMuchEndsTheConnectionWithAReason(t *testing.T) {
	for name, size := range map[string]int{"frames": 0, "bytes": 8 << 10} {
		t.Run(name, func(t *testing.T) {
			url, _ := hearing(t)
			counters := new(relay.Counters)
			r, _, conn, served := connected(t, url, counters)
			conn.hold()
			frame := append(numbered(0), make([]byte, size)...)
			_ = r.Input(time.Time{}, nil, frame)
			<-conn.waits
			for counters.Drops[relay.DropFull].Load() == 0 {
				_ = r.Input(time.Time{}, nil, frame)
			}
			taken := int(counters.Frames.Load()) // the one that is being written included
			if size == 0 && taken != 512 || size > 0 && (taken*len(frame) > 64<<10 || (taken+1)*len(frame) <= 64<<10) {
				t.Errorf("%d frames of %d bytes taken", taken, len(frame))
			}
			if err := <-served; !errors.Is(err, relay.ErrLost) || !strings.Contains(err.Error(), "does not take") {
				t.Error(err)
			}
			if got := counters.Drops[relay.DropUnsent].Load(); got != uint64(taken) {
				t.Errorf("%d of %d counted", got, taken)
			}
		})
	}
}

func TestFramesArriveInOrderAndTheByeIsTheLast(t *testing.T) {
	url, frames := hearing(t)
	counters := new(relay.Counters)
	r, _, _, served := connected(t, url, counters)
	var want []string
	for i := range 300 {
		_ = r.Input(time.Time{}, nil, numbered(i))
		want = append(want, fmt.Sprint("input ", i))
	}
	r.Close(true)
	_ = r.Input(time.Time{}, nil, numbered(0))
	if err := <-served; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	var got []string
	for frame := range frames {
		got = append(got, frame)
		if frame == "end" {
			break
		}
	}
	if want = append(want, "bye", "end"); !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	if got := counters.Drops[relay.DropOffline].Load(); got != 1 {
		t.Errorf("%d frames after the bye counted", got)
	}
}
