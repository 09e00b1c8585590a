package client_test

import (
	"context"
	"errors"
	"testing"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/protocol"
)

func TestAnotherClientTakesASessionUpWhereItIs(t *testing.T) {
	var handled []uint32
	taker := client.Config{
		Resume:   client.Resumption{Token: "handed over", Seq: 7},
		Handlers: client.Handlers{Event: func(ev protocol.Event) { handled = append(handled, ev.Seq) }},
	}
	bubble(t, taker, func(r *rig) {
		r.must(r.c.Send("chat", "say", "before it is welcome"))
		conn, hello := r.welcome(protocol.Welcome{Token: "the next", Taken: 4})
		if hello.Resume == nil || *hello.Resume != (protocol.Resume{Token: "handed over", Seq: 7}) {
			t.Errorf("it says %+v", hello.Resume)
		}
		r.must(r.c.Send("chat", "say", nil))
		r.wantSends(conn, 5, 6) // the session's own four are handled
		for seq := uint32(7); seq <= 9; seq++ {
			r.must(conn.Send(&protocol.Event{Kind: protocol.KindEvent, Seq: seq, Channel: "a", Name: "b", Payload: protocol.MustEncode(nil)}))
		}
		settle()
		if len(handled) != 2 || handled[0] != 8 || handled[1] != 9 {
			t.Errorf("events %v", handled)
		}
		if is := r.c.Resumption(); is != (client.Resumption{Token: "the next", Seq: 9}) {
			t.Errorf("to be taken up by %+v", is)
		}
		if s := r.c.Stats(); s.Sends != 2 || s.Unhandled != 2 || s.EventGaps != 0 || s.Resumes != 1 {
			t.Errorf("%+v", s)
		}
		r.must(conn.Send(&protocol.Pong{Kind: protocol.KindPong, Taken: 5}))
		settle()
		if s := r.c.Stats(); s.Unhandled != 1 {
			t.Errorf("%d of its events are not handled", s.Unhandled)
		}
	})
}

func TestWhoTakesUpASessionThatIsGoneIsToldSo(t *testing.T) {
	bubble(t, client.Config{Resume: client.Resumption{Token: "spent"}}, func(r *rig) {
		conn, _ := r.accept()
		r.must(conn.Close(protocol.CloseResumeRefused))
		var closed *protocol.Closed
		if err := <-r.ended; !errors.As(err, &closed) || closed.Code != protocol.CloseResumeRefused {
			t.Errorf("ended with %v", err)
		}
		r.ended <- nil
	})
}

func TestAWrongAddressIsToldWhoTakesUpASession(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		r.srv.Refuse(true)
		c, err := client.New(client.Config{URL: "ws://memory/ws", NetDial: r.srv.Dial, Resume: client.Resumption{Token: "x"}})
		r.must(err)
		if err := c.Run(context.Background()); !errors.Is(err, client.ErrUnreachable) {
			t.Errorf("ended with %v", err)
		}
	})
}
