package session_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

func TestASessionThatIsEndedIsOverForGood(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		ann, welcome := w.join("ann")
		s := w.session(0)
		s.Emit("chat", "line", nil, 0)
		s.End(protocol.CloseKicked)
		s.End(protocol.CloseGoingAway) // too late
		if e := ann.event(); e.Name != "line" {
			t.Errorf("what was said before is not heard: %+v", e)
		}
		if code := ann.closed(); code != protocol.CloseKicked {
			t.Errorf("closed with %d", code)
		}
		synctest.Wait()
		if told := w.house.heard(); !slices.Equal(told, []string{"connected ann", "disconnected ann", "expired ann"}) {
			t.Errorf("the house was told %v", told)
		}
		if code := w.refused(resumeHello(welcome.Token, 0)); code != protocol.CloseResumeExpired {
			t.Errorf("resumed: %d", code)
		}
	})
}

func TestWhoAsksASessionThatIsEndedIsToldAtOnce(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		// The peer never closes its side, so the connection lasts until its time to close is up.
		w.joinWith("ann", func(ws *websocket.Conn) { ws.SetCloseHandler(func(int, string) error { return nil }) })
		s := w.session(0)
		ended := ask(t.Context(), s)
		synctest.Wait()
		began := time.Now()
		s.End(protocol.CloseKicked)
		if a := <-ended; !errors.Is(a.err, session.ErrAway) || time.Since(began) != 0 {
			t.Errorf("%v after %v", a.err, time.Since(began))
		}
	})
}

func TestASessionThatIsAwayIsEndedAtOnce(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		ann, _ := w.join("ann")
		s := w.session(0)
		ann.cut()
		synctest.Wait()
		s.End(protocol.CloseKicked)
		synctest.Wait()
		if w.hub.Sessions() != 0 {
			t.Error("it is still there")
		}
		s.End(protocol.CloseKicked) // harmless
	})
}
