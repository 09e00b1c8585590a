package session_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

func newMemoryHub(t testing.TB, edit func(*session.Config)) (*house, *session.Hub) {
	h := newHouse(t)
	cfg := session.Config{Handler: h, Auth: session.Guest{}}
	if edit != nil {
		edit(&cfg)
	}
	hub, err := session.NewHub(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := hub.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return h, hub
}

// serve serves one connection in the background until the end of the test.
func serve(t testing.TB, hub *session.Hub, m session.Transport) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = hub.Serve(context.Background(), m)
	}()
	t.Cleanup(func() {
		_ = m.Close()
		<-done
	})
}

func TestLyingLengthsCostNothing(t *testing.T) {
	_, hub := newMemoryHub(t, nil)
	for name, frame := range malformed() {
		for _, greeted := range []bool{false, true} {
			m := newMemory()
			serve(t, hub, m)
			if greeted {
				m.in <- protocol.MustEncode(hello("ann"))
				<-m.out
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			m.in <- frame
			<-m.closed
			runtime.ReadMemStats(&after)
			if n := after.TotalAlloc - before.TotalAlloc; n > 64<<10 {
				t.Errorf("%s, greeted %v: %d bytes cost %d", name, greeted, len(frame), n)
			}
			_ = m.Close()
		}
	}
}

// swallow is a transport that keeps nothing of what is written.
type swallow struct {
	*memory
	wrote chan int
}

func (s swallow) Write(frame []byte, _ time.Duration) error {
	s.wrote <- len(frame)
	return nil
}

// counter is a stream that only says that a frame came.
type counter chan struct{}

func (c counter) Input(time.Time, *protocol.Reader, []byte) error  { c <- struct{}{}; return nil }
func (c counter) Ack(time.Time, *protocol.Reader, []byte) error    { c <- struct{}{}; return nil }
func (c counter) Resync(time.Time, *protocol.Reader, []byte) error { c <- struct{}{}; return nil }

func TestAMatchInFullSwingAllocatesNothing(t *testing.T) {
	house, hub := newMemoryHub(t, nil)
	came := make(counter, 1)
	links := make(chan *session.Link, 1)
	house.connected = func(s *session.Session, _ bool) {
		s.SetStream(came)
		links <- s.OpenLink()
	}
	m := swallow{newMemory(), make(chan int, 1)}
	serve(t, hub, m)
	m.in <- protocol.MustEncode(hello("ann"))
	<-m.wrote
	link := <-links
	head, _ := snapshot(1)
	body, input := make([]byte, 4000), []byte{0x95, 3, 1, 1, 1, 0x90}
	if n := testing.AllocsPerRun(1000, func() {
		if !link.Ready() || !link.Offer(head, body) {
			t.Error("snapshot not taken")
		}
		<-m.wrote
		m.in <- input
		<-came
	}); n != 0 {
		t.Errorf("%v allocations for a snapshot and an input", n)
	}
}
