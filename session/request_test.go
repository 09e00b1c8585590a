package session_test

import (
	"bytes"
	"crypto/rand"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

func TestEveryRequestGetsItsReply(t *testing.T) {
	var logged bytes.Buffer
	edit := func(cfg *session.Config) { cfg.Logger = slog.New(slog.NewTextHandler(&logged, nil)) }
	inWorld(t, edit, func(t *testing.T, w *world) {
		c, _ := w.join("ann")
		null := protocol.Raw{0xc0}
		payload := map[string]int{"n": 1}
		internal := protocol.Refuse("internal", "a fault of the server")
		for i, tc := range []struct {
			name    string
			err     *protocol.Error
			payload protocol.Raw
		}{
			{"echo", nil, protocol.MustEncode(payload)},
			{"nothing", nil, null},
			{"refuse", &protocol.Error{Code: "bad-payload", Field: "size", Message: "too small"}, null},
			{"wrapped", protocol.Refuse("not-found", "no such thing"), null},
			{"fail", internal, null},
			{"panic", internal, null},
			{"unencodable", internal, null},
			{"what", protocol.Refuse("unknown-request", "what"), null},
		} {
			got := c.ask(uint32(i+1), tc.name, payload)
			want := protocol.Reply{Kind: protocol.KindReply, ID: uint32(i + 1), Error: tc.err, Payload: tc.payload}
			if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(want, protocol.Error{})); diff != "" {
				t.Errorf("%s: (-want +got)\n%s", tc.name, diff)
			}
		}
		if n := w.counters.Panics.Load(); n != 1 {
			t.Errorf("%d panics counted", n)
		}
		if n := strings.Count(logged.String(), "secret trouble"); n != 2 || !strings.Contains(logged.String(), "house_test.go") {
			t.Errorf("%d mentions in the log, with or without the stack:\n%s", n, &logged)
		}
	})
}

func TestARequestWithoutAnIDGetsNoReply(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		c, _ := w.join("ann")
		for _, name := range []string{"echo", "refuse", "panic"} {
			c.send(protocol.Request{Kind: protocol.KindRequest, Channel: "lobby", Name: name, Payload: protocol.Raw{0xc0}})
		}
		c.ping(0) // whose pong is the next frame
	})
}

func TestWhatIsSentLeavesInTheOrderOfTheCalls(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		w.house.connected = func(s *session.Session, _ bool) { emit(s, 1, 2) }
		w.house.request = func(s *session.Session, _ protocol.Request) (any, error) {
			emit(s, 3, 2)
			s.OpenLink().Send([]byte{0x92, byte(protocol.KindEnter), 1})
			emit(s, 5, 1)
			return nil, nil
		}
		c, _ := w.join("ann")
		c.expectEvents(1, 2)
		c.send(protocol.Request{Kind: protocol.KindRequest, ID: 1, Channel: "lobby", Name: "x", Payload: protocol.Raw{0xc0}})
		c.expectEvents(3, 2)
		if frame := c.next(); frame[1] != byte(protocol.KindEnter) {
			t.Errorf("frame % x, expected enter", frame)
		}
		c.expectEvents(5, 1)
		expect[protocol.Reply](c, protocol.KindReply)
	})
}

func TestAPongTellsTheTime(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		c, _ := w.join("ann")
		// The time of a bubble begins with the year 2000.
		if pong := c.ping(0); pong.Time != 12345 || pong.Now != 946684800_000 {
			t.Errorf("pong %+v", pong)
		}
	})
}

func TestAPanicOfTheHouseEndsOneConnection(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		w.house.connected = func(s *session.Session, _ bool) {
			if s.Name() == "ann" {
				panic("connected broke")
			}
		}
		bob, _ := w.join("bob")
		bob.ping(0) // by now the house has met bob, and meets ann second
		ann, welcome := w.join("ann")
		if code := ann.closed(); code != protocol.CloseInternal {
			t.Errorf("closed with %d", code)
		}
		w.house.connected = nil
		ann, _ = w.resume(welcome.Token, 0) // the session is still there
		w.session(1).SetStream(&stream{panics: true})
		ann.raw([]byte{0x95, 3, 1, 1, 1, 0x90})
		if code := ann.closed(); code != protocol.CloseInternal {
			t.Errorf("closed with %d", code)
		}
		bob.ping(0)
		if n := w.counters.Panics.Load(); n != 2 {
			t.Errorf("%d panics counted", n)
		}
	})
}

func TestAPanicOfTheHouseDoesNotKeepASessionAlive(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		c, _ := w.join("clumsy")
		c.cut()
		synctest.Wait()
		time.Sleep(time.Minute)
		synctest.Wait()
		if diff := cmp.Diff([]string{"connected clumsy", "disconnected clumsy", "expired clumsy"}, w.house.heard()); diff != "" {
			t.Errorf("told: (-want +got)\n%s", diff)
		}
		if n, m := w.counters.Panics.Load(), w.hub.Sessions(); n != 2 || m != 0 {
			t.Errorf("%d panics counted, %d sessions", n, m)
		}
	})
}

func TestAnEventLargerThanAnyFrameIsRefusedAndTakesNoNumber(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		c, _ := w.join("ann")
		s := w.session(0)
		emit(s, 1, 1)
		s.Emit("chat", "line", make([]byte, protocol.MaxServerFrame), 0)
		emit(s, 2, 1)
		c.expectEvents(1, 2)
		if n := w.counters.Drops[session.DropEventTooBig].Load(); n != 1 {
			t.Errorf("%d drops counted", n)
		}
	})
}

func TestWithoutRandomnessNobodyComesIn(t *testing.T) {
	for _, bytes := range []int64{40, 40 + 8, 40 + 8 + 16} { // enough for the secret and the epoch, a guest, a session
		edit := func(cfg *session.Config) {
			cfg.Random = io.LimitReader(rand.Reader, bytes)
			cfg.Auth = session.Guest{Random: cfg.Random}
		}
		inWorld(t, edit, func(t *testing.T, w *world) {
			if code := w.refused(hello("ann")); code != protocol.CloseInternal {
				t.Errorf("%d bytes: closed with %d", bytes, code)
			}
			if told := w.house.heard(); told != nil {
				t.Errorf("%d bytes: the house was told %v", bytes, told)
			}
		})
	}
}
