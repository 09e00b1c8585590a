package session_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

// joinDeaf joins without a goroutine that reads: since the network has no buffers, the server's first write after the welcome
// is stuck.
func (w *world) joinDeaf(name string) (*websocket.Conn, protocol.Welcome) {
	w.t.Helper()
	ws, _, err := w.connect(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = ws.Close() })
	if err := ws.WriteMessage(websocket.BinaryMessage, protocol.MustEncode(hello(name))); err != nil {
		w.t.Fatal(err)
	}
	_, frame, err := ws.ReadMessage()
	if err != nil {
		w.t.Fatal(err)
	}
	var welcome protocol.Welcome
	if err := protocol.Decode(frame, &welcome); err != nil {
		w.t.Fatal(err)
	}
	synctest.Wait()
	return ws, welcome
}

func TestAQueueThatOverflowsEndsTheConnection(t *testing.T) {
	for name, tc := range map[string]struct {
		bytes, fits int
	}{
		"by number": {1, 1024 + 1}, // one is in the writer's hands
		"by bytes":  {64 << 10, 16 + 1},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, nil, func(t *testing.T, w *world) {
				_, welcome := w.joinDeaf("ann")
				bob, _ := w.join("bob")
				link := w.session(0).OpenLink()
				frame := make([]byte, tc.bytes)
				for i := range tc.fits {
					if !link.Send(frame) {
						t.Fatalf("frame %d does not fit", i)
					}
					synctest.Wait()
				}
				for range 2 {
					if link.Send(frame) || link.Ready() {
						t.Error("the link is alive after an overflow")
					}
				}
				bob.ping(0) // nobody else notices
				if n := w.counters.Closed(protocol.CloseSlow); n != 1 {
					t.Errorf("%d closes counted", n)
				}
				time.Sleep(time.Second)
				synctest.Wait()
				if n := w.hub.Connections(); n != 1 {
					t.Errorf("%d connections a second later", n)
				}
				if n := w.counters.Drops[session.DropQueued].Load(); n != uint64(tc.fits-1) {
					t.Errorf("%d queued frames dropped, expected %d", n, tc.fits-1)
				}
				w.resume(welcome.Token, 0)
			})
		})
	}
}

func TestEventsForADeafClientAreBoundedAndNotLost(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		_, welcome := w.joinDeaf("ann")
		s := w.session(0)
		emit(s, 1, 2000) // more than the queue and the replay hold
		synctest.Wait()
		if n := w.counters.Closed(protocol.CloseSlow); n != 1 {
			t.Errorf("%d closes counted", n)
		}
		c, again := w.resume(welcome.Token, 0)
		if again.Lost != 2000-512 {
			t.Errorf("%d lost", again.Lost)
		}
		c.events = 2000 - 512
		c.expectEvents(2000-512+1, 512)
		emit(s, 2001, 1)
		c.expectEvents(2001, 1)
	})
}

func TestAWriteThatDoesNotFinishEndsTheConnection(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		w.joinDeaf("ann")
		began := time.Now()
		emit(w.session(0), 1, 1)
		for w.hub.Connections() > 0 {
			time.Sleep(100 * time.Millisecond)
			synctest.Wait()
		}
		if took := time.Since(began); took != protocol.WriteTimeout {
			t.Errorf("ended after %v, expected %v", took, protocol.WriteTimeout)
		}
		if n := w.counters.Lost.Load(); n != 1 {
			t.Errorf("%d losses counted", n)
		}
		if n := w.hub.Sessions(); n != 1 {
			t.Errorf("%d sessions: the session is to be away", n)
		}
	})
}

func TestASilentPeerIsAskedAndThenClosed(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		pinged := make(chan time.Time, 16)
		c, _ := w.joinWith("ann", func(ws *websocket.Conn) {
			ws.SetPingHandler(func(string) error { // and does not answer
				pinged <- time.Now()
				return nil
			})
		})
		began := time.Now()
		if code := c.closed(); code != protocol.CloseSilent {
			t.Errorf("closed with %d", code)
		}
		if took := time.Since(began); took != protocol.SilentTimeout {
			t.Errorf("closed after %v, expected %v", took, protocol.SilentTimeout)
		}
		for i := range 2 {
			if asked := (<-pinged).Sub(began); asked != time.Duration(i+1)*protocol.SilentTimeout/3 {
				t.Errorf("ping %d after %v", i, asked)
			}
		}
		if n := len(pinged); n != 0 {
			t.Errorf("%d more pings", n)
		}
	})
}

func TestAPeerThatAnswersOrTalksIsNotSilent(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		quiet, _ := w.join("quiet") // answers pings, as every WebSocket does by itself
		pinged := false
		talks, _ := w.joinWith("talks", func(ws *websocket.Conn) {
			ws.SetPingHandler(func(string) error {
				pinged = true
				return nil
			})
		})
		for range 60 {
			time.Sleep(4 * time.Second)
			talks.raw([]byte{0x91, 99})
		}
		quiet.ping(0)
		talks.ping(0)
		synctest.Wait()
		if pinged {
			t.Error("a peer that talks was asked for a sign of life")
		}
	})
}

func TestAMessageThatNeverEndsIsSilence(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		c, _ := w.joinWith("ann", func(ws *websocket.Conn) { ws.SetPingHandler(func(string) error { return nil }) })
		began := time.Now()
		done := make(chan struct{})
		go func() {
			defer close(done)
			opcode := byte(websocket.BinaryMessage)
			for { // empty fragments, none of them the last
				if _, err := c.ws.NetConn().Write([]byte{opcode, 0x80, 0, 0, 0, 0}); err != nil {
					return
				}
				opcode = 0
				time.Sleep(100 * time.Millisecond)
			}
		}()
		if code := c.closed(); code != protocol.CloseSilent || time.Since(began) != protocol.SilentTimeout {
			t.Errorf("closed with %d after %v", code, time.Since(began))
		}
		c.cut()
		<-done
	})
}

func TestASocketThatBreaksInTheMiddleOfAFrameLeavesTheSessionAway(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		c, welcome := w.join("ann")
		if _, err := c.ws.NetConn().Write([]byte{0x82, 0xfe, 0x10, 0, 1, 2, 3, 4, 5, 6}); err != nil {
			t.Fatal(err)
		}
		c.cut()
		synctest.Wait()
		if n, m := w.hub.Connections(), w.hub.Sessions(); n != 0 || m != 1 {
			t.Errorf("%d connections, %d sessions", n, m)
		}
		w.resume(welcome.Token, 0)
	})
}

func TestAPeerThatClosesIsAnsweredAndLeavesTheSessionAway(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		c, welcome := w.join("ann")
		message := websocket.FormatCloseMessage(websocket.CloseGoingAway, "")
		if err := c.ws.WriteControl(websocket.CloseMessage, message, time.Now().Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		<-c.frames
		var closed *websocket.CloseError
		if !errors.As(c.err, &closed) || closed.Code != websocket.CloseGoingAway {
			t.Errorf("closed with %v", c.err)
		}
		synctest.Wait() // until the server has seen the end, too: before that, the resume would displace the connection
		back, _ := w.resume(welcome.Token, 0)
		back.ping(0) // the welcome comes before the count
		if n := w.counters.Resumes[session.ResumeTaken].Load(); n != 1 {
			t.Errorf("%d resumes counted", n)
		}
	})
}
