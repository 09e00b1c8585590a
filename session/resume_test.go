package session_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

// emit sends n events whose payloads count from first.
func emit(s *session.Session, first, n int) {
	for i := range n {
		s.Emit("chat", "line", protocol.MustEncode(map[string]int{"n": first + i}), 7)
	}
}

func (c *client) expectEvents(first, n int) {
	c.t.Helper()
	for i := range n {
		e := c.event()
		var payload struct {
			N int `msgpack:"n"`
		}
		if err := protocol.Decode(e.Payload, &payload); err != nil {
			c.t.Fatal(err)
		}
		if payload.N != first+i || e.Channel != "chat" || e.Name != "line" || e.Tick != 7 {
			c.t.Fatalf("event %+v with payload %+v, expected number %d", e, payload, first+i)
		}
	}
}

func TestAResumeReplaysWhatWasMissedOnceAndInOrder(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		c, welcome := w.join("ann")
		s := w.session(0)
		emit(s, 1, 5)
		c.expectEvents(1, 3) // and loses the rest with the socket
		c.cut()
		synctest.Wait()
		emit(s, 6, 4)

		c, again := w.resume(welcome.Token, 3)
		if !again.Resumed || again.Lost != 0 || again.Session != welcome.Session || again.User != welcome.User ||
			again.Name != "ann" || again.Token == welcome.Token {
			t.Errorf("welcome after %+v: %+v", welcome, again)
		}
		emit(s, 10, 2)
		c.events = 3
		c.expectEvents(4, 8)
		c.none(time.Second)
		if diff := cmp.Diff([]string{"connected ann", "disconnected ann", "resumed ann"}, w.house.heard()); diff != "" {
			t.Errorf("told: (-want +got)\n%s", diff)
		}
	})
}

func TestAcknowledgedEventsAreForgotten(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		c, welcome := w.join("ann")
		emit(w.session(0), 1, 5)
		c.expectEvents(1, 5)
		c.ping(4)
		c.cut()
		// What a client acknowledged and then asks for again is gone: it is told so, and gets what there is.
		c, again := w.resume(welcome.Token, 1)
		if again.Lost != 3 {
			t.Errorf("%d lost, expected 3", again.Lost)
		}
		c.events = 4
		c.expectEvents(5, 1)
		// A number that is still to come acknowledges everything, and takes nothing away from what comes.
		c.ping(1 << 31)
		emit(w.session(0), 6, 1)
		c.expectEvents(6, 1)
		c, again = w.resume(again.Token, 1<<32-1)
		if again.Lost != 0 {
			t.Errorf("%d lost, expected 0", again.Lost)
		}
		c.none(time.Second)
	})
}

func TestEventsThatDoNotFitAreCountedAsLost(t *testing.T) {
	size := len(protocol.MustEncode(protocol.Event{
		Kind: protocol.KindEvent, Seq: 1, Channel: "chat", Name: "line", Payload: protocol.MustEncode(map[string]int{"n": 1}),
	}))
	for name, edit := range map[string]func(*session.Config){
		"by number": func(cfg *session.Config) { cfg.KeptEvents = 10 },
		"by bytes":  func(cfg *session.Config) { cfg.KeptBytes = 11*size - 1 },
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, edit, func(t *testing.T, w *world) {
				c, welcome := w.join("ann")
				s := w.session(0)
				c.cut()
				synctest.Wait()
				emit(s, 1, 30)
				c, again := w.resume(welcome.Token, 0)
				if again.Lost != 20 {
					t.Errorf("%d lost, expected 20", again.Lost)
				}
				c.events = 20
				c.expectEvents(21, 10)
				if n := w.counters.Drops[session.DropEventOverflow].Load(); n != 20 {
					t.Errorf("%d drops counted, expected 20", n)
				}
				// One that is larger than all the room there is still goes out, but cannot be replayed.
				if name == "by bytes" {
					s.Emit("chat", "long", protocol.MustEncode(string(make([]byte, 500))), 0)
					c.event()
					c.cut()
					if _, again = w.resume(again.Token, 30); again.Lost != 1 {
						t.Errorf("%d lost, expected 1", again.Lost)
					}
				}
			})
		})
	}
}

func TestDroppingBeforeTheWelcomeIsReadStrandsNobody(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		c, welcome := w.join("ann")
		s := w.session(0)
		c.cut()
		for i := range 3 { // within one second
			emit(s, 1+i, 1)
			ws, _, err := w.connect(nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := ws.WriteMessage(2, protocol.MustEncode(resumeHello(welcome.Token, 0))); err != nil {
				t.Fatal(err)
			}
			time.Sleep(200 * time.Millisecond)
			_ = ws.NetConn().Close()
		}
		c, again := w.resume(welcome.Token, 0)
		c.expectEvents(1, 3)
		c.ping(3)
		if code := w.refused(resumeHello(welcome.Token, 3)); code != protocol.CloseResumeRefused {
			t.Errorf("first token after the last was confirmed: closed with %d", code)
		}
		c.ping(3)
		w.resume(again.Token, 3)
	})
}

func TestATokenIsGoodUntilTheNextIsConfirmed(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		_, first := w.join("ann")
		_, second := w.resume(first.Token, 0)
		_, third := w.resume(first.Token, 0) // second was never confirmed, so first is good, and so is
		_, fourth := w.resume(second.Token, 0)
		c, fifth := w.resume(third.Token, 0)
		c.ping(0) // from here on, only fifth is
		for name, token := range map[string]string{
			"first": first.Token, "second": second.Token, "third": third.Token, "fourth": fourth.Token,
		} {
			if code := w.refused(resumeHello(token, 0)); code != protocol.CloseResumeRefused {
				t.Errorf("%s token: closed with %d", name, code)
			}
		}
		c.ping(0) // no attempt with a spent token has touched the connection
		c, _ = w.resume(fifth.Token, 0)
		c.ping(0)
		if code := w.refused(resumeHello(fifth.Token, 0)); code != protocol.CloseResumeRefused {
			t.Errorf("replayed token: closed with %d", code)
		}
		if n := w.counters.Resumes[session.ResumeRefused].Load(); n != 5 {
			t.Errorf("%d refused resumes counted, expected 5", n)
		}
	})
}

func TestAnyFrameConfirmsAWelcome(t *testing.T) {
	for name, frame := range map[string][]byte{"unknown kind": {0x91, 99}, "input": {0x95, 3, 1, 1, 1, 0x90}} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, nil, func(t *testing.T, w *world) {
				_, first := w.join("ann")
				c, _ := w.resume(first.Token, 0)
				c.raw(frame)
				synctest.Wait()
				if code := w.refused(resumeHello(first.Token, 0)); code != protocol.CloseResumeRefused {
					t.Errorf("closed with %d", code)
				}
			})
		})
	}
}

func TestASessionExpiresOnceWhenItWasAwayForTheGracePeriod(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		c, welcome := w.join("ann")
		c.cut()
		synctest.Wait()
		time.Sleep(60*time.Second - 1)
		c, welcome = w.resume(welcome.Token, 0)
		time.Sleep(2 * time.Minute / 10) // the first absence's timer must not end the second
		c.ping(0)
		c.cut()
		synctest.Wait()
		time.Sleep(59 * time.Second)
		if n := w.hub.Sessions(); n != 1 {
			t.Errorf("%d sessions before the grace period was over", n)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if n := w.hub.Sessions(); n != 0 {
			t.Errorf("%d sessions after the grace period", n)
		}
		if code := w.refused(resumeHello(welcome.Token, 0)); code != protocol.CloseResumeExpired {
			t.Errorf("closed with %d", code)
		}
		want := []string{"connected ann", "disconnected ann", "resumed ann", "disconnected ann", "expired ann"}
		if diff := cmp.Diff(want, w.house.heard()); diff != "" {
			t.Errorf("told: (-want +got)\n%s", diff)
		}
		s := w.session(0)
		emit(s, 1, 1)
		if n := w.counters.Drops[session.DropEventOver].Load(); n != 1 || s.OpenLink() != nil {
			t.Errorf("a session that is over: %d events dropped, link %v", n, s.OpenLink())
		}
	})
}

func TestAResumeAtTheMomentOfExpiryEitherWinsOrLoses(t *testing.T) {
	inWorld(t, func(cfg *session.Config) { cfg.Grace = time.Second }, func(t *testing.T, w *world) {
		won, lost := 0, 0
		for i := range 200 {
			name := fmt.Sprint("p", i)
			c, welcome := w.join(name)
			c.cut()
			synctest.Wait()
			w.house.heard()
			c = w.dial()
			time.Sleep(time.Second)
			c.send(resumeHello(welcome.Token, 0)) // while the timer fires
			frame, open := <-c.frames
			synctest.Wait()
			told := w.house.heard()
			switch {
			case open && len(frame) > 0 && cmp.Equal(told, []string{"resumed " + name}):
				won++
				c.send(protocol.Bye{Kind: protocol.KindBye})
				c.closed()
				w.house.heard()
			case !open && c.closed() == protocol.CloseResumeExpired && cmp.Equal(told, []string{"expired " + name}):
				lost++
			default:
				t.Fatalf("open %v, told %v", open, told)
			}
		}
		t.Logf("%d resumed, %d expired", won, lost)
	})
}

func TestByeEndsTheSessionNow(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		c, welcome := w.join("ann")
		ann := w.session(0)
		c.send(protocol.Bye{Kind: protocol.KindBye})
		if code := c.closed(); code != protocol.CloseNormal {
			t.Errorf("closed with %d", code)
		}
		synctest.Wait()
		if n := w.hub.Sessions(); n != 0 {
			t.Errorf("%d sessions", n)
		}
		if code := ann.Ended(); code != protocol.CloseNormal {
			t.Errorf("ended with %d", code)
		}
		if code := w.refused(resumeHello(welcome.Token, 0)); code != protocol.CloseResumeExpired {
			t.Errorf("resume after bye: closed with %d", code)
		}
		if diff := cmp.Diff([]string{"connected ann", "expired ann"}, w.house.heard()); diff != "" {
			t.Errorf("told: (-want +got)\n%s", diff)
		}
	})
}
