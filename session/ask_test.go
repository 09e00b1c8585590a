package session_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

// asked is how an Ask ended.
type asked struct {
	payload protocol.Raw
	err     error
}

// ask asks a session in the background.
func ask(ctx context.Context, s *session.Session) <-chan asked {
	ended := make(chan asked, 1)
	go func() {
		payload, err := s.Ask(ctx, "game", "ready", protocol.MustEncode(map[string]int{"round": 2}))
		ended <- asked{payload, err}
	}()
	return ended
}

func (c *client) answer(id uint32, payload any, refusal *protocol.Error) {
	c.t.Helper()
	c.send(protocol.Answer{Kind: protocol.KindAnswer, ID: id, Error: refusal, Payload: protocol.MustEncode(payload)})
}

func TestAnAskGetsItsAnswer(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		c, _ := w.join("ann")
		s := w.session(0)
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		first, second := ask(ctx, s), ask(ctx, s)
		q := expect[protocol.Ask](c, protocol.KindAsk)
		r := expect[protocol.Ask](c, protocol.KindAsk)
		if q.Channel != "game" || q.Name != "ready" || q.Within != 2000 || q.ID == r.ID || q.ID == 0 {
			t.Errorf("asked %+v and %+v", q, r)
		}
		c.answer(r.ID, nil, protocol.Refuse(protocol.CodeForbidden, "no"))
		c.answer(q.ID, map[string]bool{"yes": true}, nil)
		var got []asked
		got = append(got, <-first, <-second)
		if got[0].err != nil {
			got[0], got[1] = got[1], got[0] // which of the two was asked first is not said
		}
		var refusal *protocol.Error
		if got[0].err != nil || string(got[0].payload) != "\x81\xa3yes\xc3" || !errors.As(got[1].err, &refusal) || refusal.Code != "forbidden" {
			t.Errorf("%+v", got)
		}
	})
}

func TestAnAskFailsWhenNobodyCanAnswerIt(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		c, welcome := w.join("ann")
		s := w.session(0)
		late := func(id uint32) {
			t.Helper()
			before := w.counters.Drops[session.DropLateAnswer].Load()
			c.answer(id, nil, nil)
			c.ping(0)
			if n := w.counters.Drops[session.DropLateAnswer].Load(); n != before+1 {
				t.Errorf("%d late answers counted, then %d", before, n)
			}
		}

		began := time.Now()
		ended := ask(t.Context(), s)
		q := expect[protocol.Ask](c, protocol.KindAsk)
		if q.Within != 5000 {
			t.Errorf("within %d ms", q.Within)
		}
		if a := <-ended; !errors.Is(a.err, context.DeadlineExceeded) || time.Since(began) != 5*time.Second {
			t.Errorf("%v after %v", a.err, time.Since(began))
		}
		late(q.ID)

		why := errors.New("changed my mind")
		ctx, cancel := context.WithCancelCause(t.Context())
		ended = ask(ctx, s)
		q = expect[protocol.Ask](c, protocol.KindAsk)
		cancel(why)
		if a := <-ended; !errors.Is(a.err, why) {
			t.Error(a.err)
		}
		late(q.ID)
		if a := <-ask(ctx, s); !errors.Is(a.err, why) {
			t.Error(a.err)
		}

		ended = ask(t.Context(), s)
		q = expect[protocol.Ask](c, protocol.KindAsk)
		c.cut()
		if a := <-ended; !errors.Is(a.err, session.ErrAway) {
			t.Errorf("cut: %v", a.err)
		}
		if a := <-ask(t.Context(), s); !errors.Is(a.err, session.ErrAway) {
			t.Errorf("away: %v", a.err)
		}
		c, welcome = w.resume(welcome.Token, 0)
		late(q.ID)

		ended = ask(t.Context(), s)
		expect[protocol.Ask](c, protocol.KindAsk)
		c, _ = w.resume(welcome.Token, 0)
		if a := <-ended; !errors.Is(a.err, session.ErrAway) {
			t.Errorf("displaced: %v", a.err)
		}
		c.none(time.Second) // nothing of it is asked again

		ended = ask(t.Context(), s)
		expect[protocol.Ask](c, protocol.KindAsk)
		c.send(protocol.Bye{Kind: protocol.KindBye})
		if a := <-ended; !errors.Is(a.err, session.ErrAway) {
			t.Errorf("bye: %v", a.err)
		}
	})
}

func TestAsksThatWaitAreBoundedAndNoneIsKeptForEver(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		w.join("ann") // who never answers
		s := w.session(0)
		for range 3 {
			var waiting []<-chan asked
			for range 32 {
				waiting = append(waiting, ask(t.Context(), s))
			}
			synctest.Wait()
			if a := <-ask(t.Context(), s); !errors.Is(a.err, session.ErrAsks) {
				t.Errorf("the 33rd: %v", a.err)
			}
			for _, ended := range waiting {
				if a := <-ended; !errors.Is(a.err, context.DeadlineExceeded) {
					t.Error(a.err)
				}
			}
		}
	})
}

func TestAskAllReturnsTheAnswersThatCameInTime(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		var clients []*client
		var sessions []*session.Session
		for i, name := range []string{"ann", "bob", "cleo", "dan"} {
			c, _ := w.join(name)
			clients, sessions = append(clients, c), append(sessions, w.session(i))
		}
		clients[2].cut()
		synctest.Wait()
		began := time.Now()
		ended := make(chan []session.Answer)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		go func() { ended <- session.AskAll(ctx, sessions, "game", "ready", nil) }()
		for i, c := range clients[:2] {
			q := expect[protocol.Ask](c, protocol.KindAsk)
			if i == 0 {
				c.answer(q.ID, nil, protocol.Refuse("busy", ""))
			} else {
				c.answer(q.ID, 7, nil)
			}
		}
		got := <-ended
		if len(got) != 2 || got[0].Session != sessions[0] || got[0].Refusal == nil || got[0].Payload != nil ||
			got[1].Session != sessions[1] || got[1].Refusal != nil || string(got[1].Payload) != "\x07" {
			t.Errorf("%+v", got)
		}
		if d := time.Since(began); d != time.Second {
			t.Errorf("after %v", d)
		}
		if got := session.AskAll(t.Context(), nil, "game", "ready", nil); got != nil || time.Since(began) != time.Second {
			t.Errorf("nobody asked: %+v after %v", got, time.Since(began))
		}
	})
}

func TestAnswersToNothingAreFlooding(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		c, _ := w.join("ann")
		for id := range uint32(20 + 200 + 1) {
			c.answer(id, nil, nil)
		}
		if code := c.closed(); code != protocol.CloseFlooding {
			t.Errorf("closed with %d", code)
		}
	})
}
