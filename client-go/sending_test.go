package client_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/client-go/clienttest"
	"github.com/deltatick/deltatick/protocol"
)

// sends takes the next n events that the client sends, and returns their numbers.
func (r *rig) sends(conn *clienttest.Conn, n int) (numbers []uint32) {
	r.Helper()
	for range n {
		frame, err := conn.NextOf(protocol.KindSend)
		r.must(err)
		e, err := protocol.NewReader().Send(frame)
		r.must(err)
		numbers = append(numbers, e.Seq)
	}
	return numbers
}

func (r *rig) wantSends(conn *clienttest.Conn, want ...uint32) {
	r.Helper()
	if got := r.sends(conn, len(want)); !slices.Equal(got, want) {
		r.Errorf("events %v, expected %v", got, want)
	}
}

func TestEventsThatTheServerHasNotHandledAreSentAgainAfterAResume(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		r.must(r.c.Send("chat", "say", "before the first welcome"))
		conn, _ := r.welcome(protocol.Welcome{})
		r.must(r.c.Send("chat", "say", nil))
		r.must(r.c.Send("chat", "say", nil))
		r.wantSends(conn, 1, 2, 3)
		r.must(conn.Send(&protocol.Pong{Kind: protocol.KindPong, Taken: 1}))
		settle()
		for range 20 {
			conn.Cut()
			settle()
			conn, _ = r.welcome(protocol.Welcome{Taken: 2})
			r.wantSends(conn, 3)
			pass(6 * time.Second / 20)
		}
		r.must(r.c.Send("chat", "say", nil))
		r.wantSends(conn, 4)
	})
}

func TestEventsThatWaitAreBounded(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		for range 256 {
			r.must(r.c.Send("a", "b", nil))
		}
		if err := r.c.Send("a", "b", nil); !errors.Is(err, client.ErrFull) {
			t.Errorf("the 257th: %v", err)
		}
		conn, _ := r.welcome(protocol.Welcome{})
		r.sends(conn, 256)
		r.must(conn.Send(&protocol.Pong{Kind: protocol.KindPong, Taken: 256}))
		settle()
		for range 6 {
			r.must(r.c.Send("a", "b", strings.Repeat("x", 10_000)))
		}
		if err := r.c.Send("a", "b", strings.Repeat("x", 10_000)); !errors.Is(err, client.ErrFull) {
			t.Errorf("over 64 KiB: %v", err)
		}
		if err := r.c.Send("a", "b", strings.Repeat("x", 20_000)); !errors.Is(err, client.ErrTooBig) {
			t.Errorf("20,000 bytes: %v", err)
		}
		if r.c.Send("A", "b", nil) == nil || r.c.Send("a", "b", make(chan int)) == nil {
			t.Error("an event was taken that cannot be sent")
		}
		r.sends(conn, 6)
	})
}

func TestEventsOfASessionThatIsGoneAreGivenUpAndCounted(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		conn, _ := r.welcome(protocol.Welcome{})
		r.must(r.c.Send("a", "b", nil))
		conn.Cut()
		settle()
		conn, _ = r.accept()
		r.must(conn.Welcome(protocol.Welcome{Session: "another"})) // and not resumed
		settle()
		r.must(r.c.Send("a", "b", nil))
		r.wantSends(conn, 1)
		if n := r.c.Stats().Abandoned; n != 1 {
			t.Errorf("%d abandoned", n)
		}
		if r.c.Session().Recovered() {
			t.Error("recovered")
		}
	})
}

func TestACallThatRunsOnceIsSentAgainUnderItsIDWithTheTimeThatIsLeft(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		conn, _ := r.welcome(protocol.Welcome{})
		ended := make(chan error, 1)
		var reply struct {
			N int `msgpack:"n"`
		}
		r.aside.Go(func() { ended <- r.c.CallOnce(r.ctx, "shop", "buy", map[string]int{"id": 3}, &reply) })
		next := func() protocol.Request {
			t.Helper()
			frame, err := conn.NextOf(protocol.KindRequest)
			r.must(err)
			q, err := protocol.NewReader().Request(frame)
			r.must(err)
			return q
		}
		first := next()
		if !first.Once || first.Within != 5000 {
			t.Errorf("request %+v", first)
		}
		pass(time.Second)
		conn.Cut()
		settle()
		conn, _ = r.welcome(protocol.Welcome{})
		second := next()
		if !second.Once || second.ID != first.ID || second.Within != 4000 || string(second.Payload) != string(first.Payload) {
			t.Errorf("first %+v, then %+v", first, second)
		}
		r.must(conn.Send(&protocol.Reply{
			Kind: protocol.KindReply, ID: first.ID, Payload: protocol.MustEncode(map[string]int{"n": 7}),
		}))
		if err := <-ended; err != nil || reply.N != 7 {
			t.Errorf("%v, %+v", err, reply)
		}
	})
}

func TestACallThatRunsOnceEndsWithItsTimeOrItsSession(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		conn, _ := r.welcome(protocol.Welcome{})
		ended := make(chan error, 1)
		call := func() {
			r.aside.Go(func() { ended <- r.c.CallOnce(r.ctx, "shop", "buy", nil, nil) })
			settle()
		}
		r.pongs(conn)
		call()
		if err := <-ended; !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("no reply: %v", err)
		}
		call()
		conn.Cut()
		settle()
		conn, _ = r.accept()
		r.must(conn.Welcome(protocol.Welcome{Session: "another"}))
		if err := <-ended; !errors.Is(err, client.ErrOffline) {
			t.Errorf("another session: %v", err)
		}
		call()
		conn.Cut()
		settle()
		conn, _ = r.accept()
		r.must(conn.Welcome(protocol.Welcome{Session: "anew", Resumed: true, Lost: 1}))
		r.pongs(conn)
		if err := <-ended; !errors.Is(err, client.ErrOffline) {
			t.Errorf("a session made anew: %v", err)
		}
	})
}

func TestAsksAreAnsweredOrRefused(t *testing.T) {
	asks := map[client.Ask]client.AskHandler{
		{Channel: "game", Name: "ready"}: func(payload protocol.Raw) (any, error) { return payload, nil },
		{Channel: "game", Name: "no"}: func(protocol.Raw) (any, error) {
			return nil, protocol.RefuseField("round", "not now")
		},
		{Channel: "game", Name: "fail"}: func(protocol.Raw) (any, error) { return nil, errors.New("secret trouble") },
		{Channel: "game", Name: "long"}: func(protocol.Raw) (any, error) { return strings.Repeat("x", 20_000), nil },
	}
	bubble(t, client.Config{Asks: asks}, func(r *rig) {
		conn, _ := r.welcome(protocol.Welcome{})
		for i, tc := range []struct{ name, payload, code, field string }{
			{"ready", "\x07", "", ""},
			{"no", "\xc0", "bad-payload", "round"},
			{"fail", "\xc0", "internal", ""},
			{"long", "\xc0", "internal", ""},
			{"what", "\xc0", "unknown-request", ""},
		} {
			id := uint32(i + 1)
			r.must(conn.Send(&protocol.Ask{Kind: protocol.KindAsk, ID: id, Channel: "game", Name: tc.name, Payload: protocol.Raw{7}}))
			frame, err := conn.NextOf(protocol.KindAnswer)
			r.must(err)
			a, err := protocol.NewReader().Answer(frame)
			r.must(err)
			switch {
			case a.ID != id || string(a.Payload) != tc.payload:
				t.Errorf("%s: %+v", tc.name, a)
			case (a.Error == nil) != (tc.code == ""):
				t.Errorf("%s: %v", tc.name, a.Error)
			case a.Error != nil && (a.Error.Code != tc.code || a.Error.Field != tc.field || strings.Contains(a.Error.Message, "secret")):
				t.Errorf("%s: %v", tc.name, a.Error)
			}
		}
	})
}
