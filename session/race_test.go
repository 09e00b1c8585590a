package session_test

import (
	"context"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

const (
	emitters   = 4
	emissions  = 1500 // of each
	totalTimes = emitters * emissions
)

// marathon is a client that keeps losing its socket while events are emitted at it.
type marathon struct {
	t     *testing.T
	hub   *session.Hub
	rng   *rand.Rand
	wg    sync.WaitGroup
	conns int

	token string
	seq   uint32
	lost  uint32
	last  [emitters]int // newest emission seen of each
}

func (m *marathon) dial() *memory {
	conn := newMemory()
	m.wg.Go(func() { _ = m.hub.Serve(context.Background(), conn) })
	m.conns++
	return conn
}

// run reads a random number of events and returns while the connection is still there, or earlier when the server ends it.
func (m *marathon) run(conn *memory) {
	h := hello("ann")
	if m.token != "" {
		h = resumeHello(m.token, m.seq)
	}
	conn.in <- protocol.MustEncode(h)
	for left := m.rng.IntN(200); left >= 0; left-- {
		var frame []byte
		select {
		case frame = <-conn.out:
		case <-conn.done:
			return
		case <-time.After(50 * time.Millisecond): // nothing more is coming just now
			return
		}
		m.take(frame)
		if m.rng.IntN(20) == 0 {
			ping := protocol.Ping{Kind: protocol.KindPing, Seq: m.seq}
			select {
			case conn.in <- protocol.MustEncode(ping):
			case <-conn.done:
				return
			}
		}
	}
}

func (m *marathon) take(frame []byte) {
	switch kind, _ := protocol.PeekKind(frame); kind {
	case protocol.KindWelcome:
		var w protocol.Welcome
		m.decode(frame, &w)
		m.token = w.Token
		m.seq += w.Lost
		m.lost += w.Lost
	case protocol.KindEvent:
		var e protocol.Event
		m.decode(frame, &e)
		if e.Seq != m.seq+1 {
			m.t.Fatalf("connection %d: event %d after event %d", m.conns, e.Seq, m.seq)
		}
		m.seq = e.Seq
		var who [2]int
		m.decode(e.Payload, &who)
		if who[1] <= m.last[who[0]] {
			m.t.Fatalf("emission %d of %d after emission %d", who[1], who[0], m.last[who[0]])
		}
		m.last[who[0]] = who[1]
	}
}

func (m *marathon) decode(frame []byte, v any) {
	if err := protocol.Decode(frame, v); err != nil {
		m.t.Fatal(err)
	}
}

// Several goroutines emit while the client loses its socket again and again: by cutting it, or by resuming while it is still there,
// and also without having read its welcome. However that falls, events arrive in order, none twice, and none is missing
// that was not said to be lost.
func TestEventsSurviveResumesWhileTheyAreEmitted(t *testing.T) {
	for name, tc := range map[string]struct {
		kept  int
		whole bool // nothing may be lost
	}{"all kept": {totalTimes, true}, "few kept": {64, false}} {
		t.Run(name, func(t *testing.T) {
			house, hub := newMemoryHub(t, func(cfg *session.Config) {
				cfg.KeptEvents, cfg.QueueFrames = tc.kept, 2*totalTimes
				cfg.KeptBytes, cfg.QueueBytes = 1<<20, 1<<22
			})
			sessions := make(chan *session.Session, 1)
			house.connected = func(s *session.Session, resumed bool) {
				if !resumed {
					sessions <- s
				}
			}
			m := &marathon{t: t, hub: hub, rng: rand.New(rand.NewPCG(1, 2))}
			conn := m.dial()
			m.run(conn)
			s := <-sessions
			for i := range emitters {
				m.wg.Go(func() {
					for n := range emissions {
						s.Emit("chat", "line", protocol.MustEncode([2]int{i, n + 1}), 0)
						if n%16 == 0 {
							runtime.Gosched()
						}
					}
				})
			}
			for m.seq < totalTimes {
				old := conn
				if m.rng.IntN(2) == 0 {
					_ = old.Close()
				}
				conn = m.dial()
				m.run(conn)
				_ = old.Close()
			}
			_ = conn.Close()
			m.wg.Wait()
			t.Logf("%d connections, %d events lost", m.conns, m.lost)
			if m.seq != totalTimes || tc.whole && m.lost != 0 {
				t.Errorf("at event %d of %d, %d lost", m.seq, totalTimes, m.lost)
			}
		})
	}
}

// Everything that can happen to a session at once, for the race detector and the promises that the house checks.
func TestASessionHoldsWhenEverythingHappensAtOnce(t *testing.T) {
	house, hub := newMemoryHub(t, func(cfg *session.Config) { cfg.Grace = time.Millisecond })
	house.connected = func(s *session.Session, _ bool) {
		s.SetStream(&stream{})
		s.OpenLink().Send([]byte{0x91, byte(protocol.KindEnter)})
	}
	var wg sync.WaitGroup
	for player := range 8 {
		wg.Go(func() {
			m := &marathon{t: t, hub: hub, rng: rand.New(rand.NewPCG(3, uint64(player)))}
			for range 40 {
				tabs := []*memory{m.dial(), m.dial()}
				h := hello("ann")
				if m.token != "" {
					h = resumeHello(m.token, 0)
				}
				for _, tab := range tabs {
					m.wg.Go(func() { chatter(tab, h) })
				}
				for _, tab := range tabs {
					select {
					case frame := <-tab.out:
						if kind, _ := protocol.PeekKind(frame); kind == protocol.KindWelcome {
							m.take(frame)
						}
					case <-tab.closed:
						m.token = "" // expired, maybe
					}
				}
				if m.rng.IntN(3) == 0 {
					time.Sleep(time.Millisecond) // as long as the grace period
				}
				for _, tab := range tabs {
					_ = tab.Close()
				}
			}
			m.wg.Wait()
		})
	}
	wg.Wait()
	if err := hub.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
	house.mu.Lock()
	defer house.mu.Unlock()
	if len(house.over) != len(house.sessions) {
		t.Errorf("%d sessions, %d expired", len(house.sessions), len(house.over))
	}
}

// chatter says hello, and then a bit of everything.
func chatter(m *memory, h protocol.Hello) {
	for _, frame := range [][]byte{
		protocol.MustEncode(h), echo(1), {0x95, 3, 1, 1, 1, 0x92, 0, 0}, {0x93, 4, 1, 1}, {0x93, 6, 1, 4}, {0x93, 5, 1, 0}, {0x91, 99},
		{0x91, byte(protocol.KindBye)},
	} {
		select {
		case m.in <- frame:
		case <-m.done:
			return
		}
	}
}
