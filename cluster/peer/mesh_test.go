package peer_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"github.com/deltatick/deltatick/cluster/peer"
	"github.com/deltatick/deltatick/protocol"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// service is some nodes that find each other.
type service struct {
	t  *testing.T
	mu sync.Mutex
	at map[string]string // addresses
}

func newService(t *testing.T) *service { return &service{t: t, at: map[string]string{}} }

var secret = []byte("a secret of the service")

// node adds a node. configure is called before it serves.
func (s *service) node(id string, change func(*peer.Config), configure func(*peer.Mesh)) (*peer.Mesh, *httptest.Server) {
	s.t.Helper()
	cfg := peer.Config{Node: id, Secret: secret, PingEvery: 50 * time.Millisecond, Address: func(_ context.Context, node string) (string, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.at[node] == "" {
			return "", errors.New("unknown node")
		}
		return s.at[node], nil
	}}
	if change != nil {
		change(&cfg)
	}
	m, err := peer.New(cfg)
	if err != nil {
		s.t.Fatal(err)
	}
	if configure != nil {
		configure(m)
	}
	server := httptest.NewServer(m)
	s.mu.Lock()
	s.at[id] = "ws" + strings.TrimPrefix(server.URL, "http")
	s.mu.Unlock()
	s.t.Cleanup(func() {
		m.Close()
		server.Close()
	})
	return m, server
}

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func echo(m *peer.Mesh) {
	m.Handle("test/echo", func(_ context.Context, from string, payload []byte) ([]byte, error) {
		return append([]byte(from+" said "), payload...), nil
	})
}

func TestACallIsAnsweredByTheNodeItIsFor(t *testing.T) {
	s := newService(t)
	a, _ := s.node("a", nil, echo)
	s.node("b", nil, echo)
	for _, to := range []string{"a", "b"} {
		got, err := a.Call(within(t), to, "test/echo", []byte("hello"))
		if err != nil || string(got) != "a said hello" {
			t.Errorf("%s: %q, %v", to, got, err)
		}
	}
}

func TestManyCallsAtOnceEachGetTheirOwnAnswer(t *testing.T) {
	s := newService(t)
	a, _ := s.node("a", nil, nil)
	s.node("b", nil, echo)
	var callers sync.WaitGroup
	for i := range 200 {
		callers.Go(func() {
			text := fmt.Sprint("call ", i)
			got, err := a.Call(within(t), "b", "test/echo", []byte(text))
			if err != nil || string(got) != "a said "+text {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
	callers.Wait()
}

func TestCastsArriveInOrder(t *testing.T) {
	s := newService(t)
	got := make(chan string, 4096)
	listen := func(m *peer.Mesh) {
		m.On("test/cast", func(from string, payload []byte) { got <- from + " " + string(payload) })
	}
	a, _ := s.node("a", nil, listen)
	s.node("b", nil, listen)
	for _, to := range []string{"a", "b"} {
		for i := range 1000 {
			if err := a.Cast(to, "test/cast", fmt.Append(nil, i)); err != nil {
				t.Fatal(err)
			}
		}
		for i := range 1000 {
			if text := <-got; text != fmt.Sprint("a ", i) {
				t.Fatalf("to %s: got %q as number %d", to, text, i)
			}
		}
	}
}

func TestARefusalTravelsAsItIsAndOtherErrorsAsTheirText(t *testing.T) {
	s := newService(t)
	fail := func(m *peer.Mesh) {
		m.Handle("test/refuse", func(context.Context, string, []byte) ([]byte, error) {
			return nil, fmt.Errorf("wrapped: %w", protocol.RefuseField("code", "no such code"))
		})
		m.Handle("test/fail", func(context.Context, string, []byte) ([]byte, error) { return nil, errors.New("out of luck") })
		m.Handle("test/panic", func(context.Context, string, []byte) ([]byte, error) { panic("oh") })
	}
	a, _ := s.node("a", nil, fail)
	s.node("b", nil, fail)
	for _, to := range []string{"a", "b"} {
		var refused *protocol.Error
		if _, err := a.Call(within(t), to, "test/refuse", nil); !errors.As(err, &refused) || refused.Field != "code" || refused.Code != protocol.CodeBadPayload {
			t.Errorf("%s: %v", to, err)
		}
		if _, err := a.Call(within(t), to, "test/fail", nil); !errors.Is(err, peer.ErrRemote) || !strings.Contains(err.Error(), "out of luck") {
			t.Errorf("%s: %v", to, err)
		}
		for _, method := range []string{"test/panic", "test/unknown"} {
			if _, err := a.Call(within(t), to, method, nil); !errors.Is(err, peer.ErrRemote) {
				t.Errorf("%s of %s: %v", method, to, err)
			}
		}
	}
}

func TestANodeThatIsNotThereIsUnreachable(t *testing.T) {
	s := newService(t)
	a, _ := s.node("a", nil, nil)
	_, server := s.node("b", nil, echo)
	if _, err := a.Call(within(t), "nobody", "test/echo", nil); !errors.Is(err, peer.ErrUnreachable) {
		t.Errorf("a node nobody knows: %v", err)
	}
	server.Listener.Close()
	if _, err := a.Call(within(t), "b", "test/echo", nil); !errors.Is(err, peer.ErrUnreachable) {
		t.Errorf("a node that does not listen: %v", err)
	}
}

func TestWhoDoesNotKnowTheSecretIsRefused(t *testing.T) {
	s := newService(t)
	stranger, _ := s.node("a", func(cfg *peer.Config) { cfg.Secret = []byte("another secret, as long") }, nil)
	counters := new(peer.Counters)
	s.node("b", func(cfg *peer.Config) { cfg.Counters = counters }, echo)
	if _, err := stranger.Call(within(t), "b", "test/echo", nil); !errors.Is(err, peer.ErrUnreachable) {
		t.Errorf("called: %v", err)
	}
	if counters.Refused.Load() != 1 || counters.Answered.Load() != 0 {
		t.Errorf("refused %d, answered %d", counters.Refused.Load(), counters.Answered.Load())
	}
}

func TestAProofForOneNodeIsNoneForAnother(t *testing.T) {
	s := newService(t)
	a, _ := s.node("a", nil, nil)
	s.node("b", nil, echo)
	s.at["c"] = s.at["b"] // the directory is wrong, or somebody in between
	if _, err := a.Call(within(t), "c", "test/echo", nil); !errors.Is(err, peer.ErrUnreachable) {
		t.Errorf("called: %v", err)
	}
}

// frozen is a node that takes connections and never answers.
func (s *service) frozen(id string) {
	block := make(chan struct{})
	_, _ = s.node(id, nil, func(m *peer.Mesh) {
		m.Handle("test/echo", func(ctx context.Context, _ string, _ []byte) ([]byte, error) {
			select {
			case <-block:
			case <-ctx.Done():
			}
			return nil, ctx.Err()
		})
	})
	s.t.Cleanup(func() { close(block) })
}

func TestACallerDecidesHowLongItWaits(t *testing.T) {
	s := newService(t)
	a, _ := s.node("a", nil, nil)
	s.frozen("b")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := a.Call(ctx, "b", "test/echo", nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

func TestBothSidesAreToldOfALostConnectionAndTheNextCallMakesAnother(t *testing.T) {
	s := newService(t)
	lost := make(chan string, 8)
	tell := func(m *peer.Mesh) {
		m.OnLost(func(node string) { lost <- m.Node() + " lost " + node })
		echo(m)
	}
	a, _ := s.node("a", nil, tell)
	b, _ := s.node("b", nil, tell)
	if _, err := a.Call(within(t), "b", "test/echo", nil); err != nil {
		t.Fatal(err)
	}
	b.Close()
	if got := <-lost; got != "a lost b" {
		t.Errorf("the end of b is told as: %s", got)
	}
	s.node("b", nil, tell) // its next run
	if _, err := a.Call(within(t), "b", "test/echo", nil); err != nil {
		t.Fatal(err)
	}
	a.Close()
	if got := <-lost; got != "b lost a" {
		t.Errorf("the end of a is told as: %s", got)
	}
}

func TestWhatANewConnectionSaysComesAfterTheEndOfTheOneBefore(t *testing.T) {
	s := newService(t)
	said := make(chan string, 8)
	s.node("a", func(cfg *peer.Config) { cfg.PingEvery = time.Hour }, func(m *peer.Mesh) {
		m.OnLost(func(string) { said <- "lost" })
		m.On("test/cast", func(_ string, payload []byte) { said <- string(payload) })
	})
	for range 2 { // two runs of one node, of which the first hangs
		b, _ := s.node("b", func(cfg *peer.Config) { cfg.PingEvery = time.Hour }, nil)
		if err := b.Cast("a", "test/cast", []byte("here")); err != nil {
			t.Fatal(err)
		}
		if got := <-said; got != "here" && got != "lost" {
			t.Fatal(got)
		} else if got == "lost" {
			if got = <-said; got != "here" {
				t.Fatalf("after the end of the first: %s", got)
			}
			return
		}
	}
	t.Fatal("the end of the first was not told before")
}

func TestAHandlerThatIsStillBusyDoesNotKeepItsNodeFromComingBack(t *testing.T) {
	s := newService(t)
	busy, done := make(chan struct{}), make(chan struct{})
	s.node("b", nil, func(m *peer.Mesh) {
		echo(m)
		m.Handle("test/busy", func(context.Context, string, []byte) ([]byte, error) {
			close(busy)
			<-done // whatever becomes of the connection
			return nil, nil
		})
	})
	t.Cleanup(func() { close(done) }) // before b closes
	a, _ := s.node("a", nil, nil)
	ended := make(chan error, 1)
	go func() {
		_, err := a.Call(within(t), "b", "test/busy", nil)
		ended <- err
	}()
	<-busy
	a.Close() // its next run has the same name
	<-ended
	again, _ := s.node("a", nil, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	if got, err := again.Call(ctx, "b", "test/echo", []byte("hello")); err != nil || string(got) != "a said hello" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestAQueueIsBoundedAndWhatIsDroppedIsCounted(t *testing.T) {
	s := newService(t)
	counters := new(peer.Counters)
	a, _ := s.node("a", func(cfg *peer.Config) { cfg.Counters, cfg.MaxQueue, cfg.DialTimeout = counters, 3<<20, time.Hour }, nil)
	refusing := httptest.NewServer(http.NotFoundHandler()) // the dial fails, and what waits for it is dropped
	defer refusing.Close()
	s.at["b"] = "ws://" + refusing.Listener.Addr().String()
	payload := make([]byte, 1<<20)
	full := 0
	for range 100 {
		if err := a.Cast("b", "test/cast", payload); err != nil {
			full++
		}
	}
	if full == 0 {
		t.Error("a hundred MiB were taken")
	}
	if _, err := a.Call(within(t), "b", "test/echo", nil); !errors.Is(err, peer.ErrUnreachable) {
		t.Errorf("called: %v", err)
	}
	if got := counters.DroppedCasts.Load(); got != 100 {
		t.Errorf("%d of 100 dropped casts counted", got)
	}
}

func TestTooLargeIsSaidToTheSender(t *testing.T) {
	s := newService(t)
	a, _ := s.node("a", nil, nil)
	large := make([]byte, peer.MaxPayload+1)
	if _, err := a.Call(within(t), "b", "test/echo", large); !errors.Is(err, peer.ErrTooLarge) {
		t.Error(err)
	}
	if err := a.Cast("b", "test/cast", large); !errors.Is(err, peer.ErrTooLarge) {
		t.Error(err)
	}
}

func TestACallOverTheBoundIsRefusedAsUnavailable(t *testing.T) {
	s := newService(t)
	a, _ := s.node("a", nil, nil)
	entered := make(chan struct{}, 4)
	s.node("b", func(cfg *peer.Config) { cfg.MaxCalls = 1 }, func(m *peer.Mesh) {
		m.Handle("test/wait", func(ctx context.Context, _ string, _ []byte) ([]byte, error) {
			entered <- struct{}{}
			<-ctx.Done()
			return nil, ctx.Err()
		})
	})
	ctx, cancel := context.WithCancel(within(t))
	first := make(chan error, 1)
	go func() {
		_, err := a.Call(ctx, "b", "test/wait", nil)
		first <- err
	}()
	<-entered
	var refused *protocol.Error
	if _, err := a.Call(within(t), "b", "test/wait", nil); !errors.As(err, &refused) || refused.Code != protocol.CodeUnavailable {
		t.Error(err)
	}
	cancel()
	<-first
}

func TestBytesOfStrangersEndTheConnectionAndNothingElse(t *testing.T) {
	s := newService(t)
	a, _ := s.node("a", nil, nil)
	counters := new(peer.Counters)
	s.node("b", func(cfg *peer.Config) { cfg.Counters = counters }, echo)
	for _, bytes := range []string{"", "hello", strings.Repeat("x", 4096)} {
		ws, response, err := websocket.DefaultDialer.Dial(s.at["b"]+peer.Path, nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		_ = ws.WriteMessage(websocket.BinaryMessage, []byte(bytes))
		for err == nil {
			_, _, err = ws.ReadMessage()
		}
		ws.Close()
	}
	if _, err := a.Call(within(t), "b", "test/echo", nil); err != nil {
		t.Error(err)
	}
	for ctx := within(t); counters.Refused.Load() < 3; { // the other end may hear of it first
		if ctx.Err() != nil {
			t.Fatalf("refused %d", counters.Refused.Load())
		}
		time.Sleep(time.Millisecond)
	}
	if n := counters.Refused.Load(); n != 3 {
		t.Errorf("refused %d", n)
	}
}

func TestAfterCloseNothingIsSaid(t *testing.T) {
	s := newService(t)
	a, _ := s.node("a", nil, echo)
	a.Close()
	if _, err := a.Call(within(t), "a", "test/echo", nil); !errors.Is(err, peer.ErrClosed) {
		t.Error(err)
	}
	if err := a.Cast("b", "test/cast", nil); !errors.Is(err, peer.ErrClosed) {
		t.Error(err)
	}
}

func TestASettingThatCannotWorkIsRefused(t *testing.T) {
	good := peer.Config{Node: "a", Secret: secret, Address: func(context.Context, string) (string, error) { return "", nil }}
	for what, change := range map[string]func(*peer.Config){
		"no node":      func(c *peer.Config) { c.Node = "" },
		"short secret": func(c *peer.Config) { c.Secret = []byte("short") },
		"no address":   func(c *peer.Config) { c.Address = nil },
		"small queue":  func(c *peer.Config) { c.MaxQueue = 1 },
		"no calls":     func(c *peer.Config) { c.MaxCalls = -1 },
		"negative":     func(c *peer.Config) { c.PingEvery = -1 },
	} {
		cfg := good
		change(&cfg)
		if _, err := peer.New(cfg); err == nil {
			t.Errorf("%s is taken", what)
		}
	}
}
