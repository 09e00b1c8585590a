package session_test

import (
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/gorilla/websocket"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

// passage is a house that remembers nobody, but could tell whether anybody else does.
type passage struct {
	session.Handler
	met chan weak.Pointer[session.Session]
}

func (p *passage) Connected(s *session.Session, resumed bool) {
	if !resumed {
		p.met <- weak.Make(s)
	}
}
func (p *passage) Request(*session.Session, protocol.Request) (any, error) { return nil, nil }
func (p *passage) Disconnected(*session.Session)                           {}
func (p *passage) Expired(*session.Session)                                {}

// TestTenThousandConnectsLeaveNothing holds for sessions, and so for the gates that are in them; connections, addresses and goroutines.
func TestTenThousandConnectsLeaveNothing(t *testing.T) {
	const connects, addresses = 10_000, 250
	house := &passage{met: make(chan weak.Pointer[session.Session], connects)}
	edit := func(cfg *session.Config) {
		cfg.Handler = house
		cfg.KindLimits = map[session.EventKind]session.Limit{{Channel: "lobby"}: {Rate: 1, Burst: 1, Strikes: 1}}
	}
	inWorld(t, edit, func(t *testing.T, w *world) {
		synctest.Wait()
		before := runtime.NumGoroutine()
		most := 0
		token := ""
		for i := range connects {
			ws, resp, err := w.connect(map[string][]string{"Test-Remote-Addr": {fmt.Sprintf("203.0.%d.7:5000", i%addresses)}})
			if err != nil {
				t.Fatalf("connect %d: %v %v", i, err, resp)
			}
			token = visit(t, ws, i, token)
			most = max(most, w.hub.Sessions())
			_ = ws.Close()
		}
		if most < connects/4 || w.hub.Addresses() != addresses {
			t.Errorf("at most %d sessions, %d addresses: too few to tell", most, w.hub.Addresses())
		}
		time.Sleep(2 * time.Minute) // the grace, and more than addresses are kept for
		synctest.Wait()
		if n, m, k := w.hub.Sessions(), w.hub.Connections(), w.hub.Addresses(); n != 0 || m != 0 || k != 0 {
			t.Errorf("%d sessions, %d connections, %d addresses are left", n, m, k)
		}
		// Of the whole process: the runtime's own come and go, but not by the thousand.
		if n := runtime.NumGoroutine(); n > before+10 {
			t.Errorf("%d goroutines, with %d before", n, before)
		}
		runtime.GC()
		runtime.GC() // the first may only have emptied pools into their victims
		left, met := 0, len(house.met)
		for range met {
			if (<-house.met).Value() != nil {
				left++
			}
		}
		if met < connects/2 || left != 0 {
			t.Errorf("%d sessions of %d are still held", left, met)
		}
	})
}

// visit is one of the ways to come and go; every fourth connection resumes the session of the one before.
func visit(t *testing.T, ws *websocket.Conn, i int, token string) (mine string) {
	t.Helper()
	first := hello("ann")
	if i%4 == 3 {
		first = resumeHello(token, 0)
	}
	if i%20 == 19 {
		return "" // without a word
	}
	if err := ws.WriteMessage(websocket.BinaryMessage, protocol.MustEncode(first)); err != nil {
		t.Fatal(err)
	}
	_, frame, err := ws.ReadMessage()
	if err != nil {
		t.Fatalf("connect %d: %v", i, err)
	}
	var welcome protocol.Welcome
	if err := protocol.DecodeFrame(frame, &welcome); err != nil {
		t.Fatal(err)
	}
	last := echo(1)
	if i%4 == 1 {
		last = protocol.MustEncode(protocol.Bye{Kind: protocol.KindBye})
	}
	if err := ws.WriteMessage(websocket.BinaryMessage, last); err != nil {
		t.Fatal(err)
	}
	if i%4 == 0 {
		if _, _, err := ws.ReadMessage(); err != nil { // the reply
			t.Fatal(err)
		}
	}
	return welcome.Token
}
