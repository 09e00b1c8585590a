package session_test

import (
	"slices"
	"testing"
	"testing/synctest"

	"github.com/deltatick/deltatick/protocol"
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
		if code := s.Ended(); code != protocol.CloseKicked {
			t.Errorf("ended with %d, want the first code", code)
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
