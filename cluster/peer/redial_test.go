package peer_test

import (
	"context"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/deltatick/deltatick/cluster/peer"
)

// cuttable is a listener whose connections can be cut.
type cuttable struct {
	net.Listener
	mu    sync.Mutex
	conns []net.Conn
}

func (c *cuttable) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err == nil {
		c.mu.Lock()
		c.conns = append(c.conns, conn)
		c.mu.Unlock()
	}
	return conn, err
}

func (c *cuttable) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range c.conns {
		_ = conn.Close()
	}
	c.conns = nil
}

// cuttableNode adds a node whose connections from others can be cut.
func (s *service) cuttableNode(id string, configure func(*peer.Mesh)) (cut func()) {
	s.t.Helper()
	m, plain := s.node(id, nil, configure)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	c := &cuttable{Listener: l}
	server := httptest.NewUnstartedServer(m)
	_ = server.Listener.Close()
	server.Listener = c
	server.Start()
	plain.Close()
	s.mu.Lock()
	s.at[id] = "ws" + strings.TrimPrefix(server.URL, "http")
	s.mu.Unlock()
	s.t.Cleanup(func() {
		m.Close()
		server.Close()
	})
	return c.cut
}

func TestALostConnectionIsMadeAgainThoughNothingIsToBeSaid(t *testing.T) {
	s := newService(t)
	told := make(chan string, 16)
	tell := func(m *peer.Mesh) {
		m.OnLost(func(node string) { told <- m.Node() + " lost " + node })
		m.OnConnect(func(node string) { told <- m.Node() + " found " + node })
		m.On("test/cast", func(string, []byte) { told <- "cast" })
	}
	a, _ := s.node("a", nil, tell)
	cut := s.cuttableNode("b", tell)
	expect := func(want string) {
		t.Helper()
		if got := <-told; got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
	if err := a.Cast("b", "test/cast", nil); err != nil {
		t.Fatal(err)
	}
	expect("b found a")
	expect("cast")
	cut()
	first, second := <-told, <-told // which side notices first is open
	if first > second {
		first, second = second, first
	}
	if first != "a lost b" || second != "b lost a" {
		t.Fatalf("%q and %q when the connection was cut", first, second)
	}
	expect("b found a")
}

func TestWhoListensHearsOfANewConnectionWhenItsSpeakerKnowsOfTheLoss(t *testing.T) {
	s := newService(t)
	told := make(chan string, 64)
	release := make(chan struct{})
	a, _ := s.node("a", nil, func(m *peer.Mesh) {
		m.OnLost(func(string) {
			<-release
			told <- "lost"
		})
	})
	cut := s.cuttableNode("b", func(m *peer.Mesh) {
		m.OnConnect(func(string) { told <- "found" })
		m.On("test/cast", func(string, []byte) { told <- "cast" })
	})
	if err := a.Cast("b", "test/cast", nil); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"found", "cast"} {
		if got := <-told; got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
	cut()
	time.AfterFunc(200*time.Millisecond, func() { close(release) }) // what is said meanwhile waits
	for {
		_ = a.Cast("b", "test/cast", nil) // refused only in the moment in which the connection ends
		select {
		case got := <-told:
			if got != "lost" {
				t.Fatalf("%q before the speaker was told of the loss", got)
			}
			if got := <-told; got != "found" {
				t.Fatalf("%q on the new connection before it was told of", got)
			}
			return
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func TestANodeThatNobodyKnowsAnyMoreIsNotDialledAgain(t *testing.T) {
	t.Parallel()
	s := newService(t)
	asked := make(chan bool, 64) // where b is, and whether that is known
	a, _ := s.node("a", func(cfg *peer.Config) {
		address := cfg.Address
		cfg.Address = func(ctx context.Context, node string) (string, error) {
			found, err := address(ctx, node)
			asked <- err == nil
			return found, err
		}
	}, nil)
	cut := s.cuttableNode("b", echo)
	if _, err := a.Call(within(t), "b", "test/echo", nil); err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	delete(s.at, "b")
	s.mu.Unlock()
	cut()
	if !<-asked || <-asked {
		t.Fatal("not asked once where b is, and once more in vain")
	}
	select {
	case <-asked:
		t.Error("asked again")
	case <-time.After(1500 * time.Millisecond): // the longest pause is 1 s
	}
}
