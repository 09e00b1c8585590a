package session_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

// The cases of this file are those in which Socket.IO's connection state recovery is known to fail.

func TestASessionComesBackThatHadNoEventBeforeTheDrop(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		c, welcome := w.join("ann")
		c.cut()
		synctest.Wait()
		w.session(0).Emit("chat", "line", protocol.MustEncode("text alone"), 0)
		emit(w.session(0), 2, 1)
		c, again := w.resume(welcome.Token, 0)
		if !again.Resumed || again.Lost != 0 {
			t.Errorf("welcome %+v", again)
		}
		if e := c.event(); string(e.Payload) != "\xaatext alone" {
			t.Errorf("event %+v", e)
		}
		c.expectEvents(2, 1)
	})
}

func TestASessionComesBackAfterALongQuietTime(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		c, welcome := w.join("ann")
		for range 3600 {
			time.Sleep(time.Second)
			c.ping(0)
		}
		c.cut()
		synctest.Wait()
		time.Sleep(59 * time.Second)
		emit(w.session(0), 1, 1)
		c, again := w.resume(welcome.Token, 0)
		if !again.Resumed || again.Lost != 0 {
			t.Errorf("welcome %+v", again)
		}
		c.expectEvents(1, 1)
	})
}

func TestASessionComesBackAnyNumberOfTimes(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		c, welcome := w.join("ann")
		s := w.session(0)
		for n := 1; n <= 300; n++ {
			c.cut()
			synctest.Wait()
			emit(s, n, 1)
			c, welcome = w.resume(welcome.Token, uint32(n-1))
			if !welcome.Resumed || welcome.Lost != 0 {
				t.Fatalf("resume %d: %+v", n, welcome)
			}
			c.events = uint32(n - 1)
			c.expectEvents(n, 1)
		}
	})
}

func TestEventsThatNobodyAcknowledgesAreNotKeptForEver(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		c, welcome := w.join("ann")
		s := w.session(0)
		emit(s, 1, 3)
		c.expectEvents(1, 3)
		pings := func(d time.Duration) {
			for range d / time.Second {
				time.Sleep(time.Second)
				c.ping(0) // alive, but acknowledging nothing
			}
		}
		pings(2 * time.Minute)
		emit(s, 4, 1)
		c.expectEvents(4, 1)
		pings(time.Minute + time.Second) // the first three are older than grace and two minutes now
		if n := w.counters.Drops[session.DropEventAge].Load(); n != 3 {
			t.Errorf("%d drops counted", n)
		}
		c.cut()
		synctest.Wait()
		c, again := w.resume(welcome.Token, 0)
		if again.Lost != 3 {
			t.Errorf("%d lost", again.Lost)
		}
		c.events = 3
		c.expectEvents(4, 1)
	})
}

func TestAResumeGivesUpEventsThatAreTooOld(t *testing.T) {
	edit := func(cfg *session.Config) { cfg.KeptAge = 10 * time.Second }
	inWorld(t, edit, func(t *testing.T, w *world) {
		c, welcome := w.join("ann")
		c.cut()
		synctest.Wait()
		emit(w.session(0), 1, 2)
		time.Sleep(11 * time.Second)
		emit(w.session(0), 3, 1)
		c, again := w.resume(welcome.Token, 0)
		if !again.Resumed || again.Lost != 2 {
			t.Errorf("welcome %+v", again)
		}
		c.events = 2
		c.expectEvents(3, 1)
	})
}
