package session_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

// The numbers cross every width in which msgpack writes them.
func TestAPreparedEventIsTheSameAsAnEmittedOne(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		ann, _ := w.join("ann")
		s := w.session(0)
		payload := protocol.MustEncode(map[string]string{"text": "hi"})
		prepared, err := session.PrepareEvent("chat", "line", payload, 9)
		if err != nil {
			t.Fatal(err)
		}
		for range 33_000 {
			s.EmitPrepared(prepared)
			s.Emit("chat", "line", payload, 9)
			one, other := ann.event(), ann.event()
			one.Seq++
			if string(protocol.MustEncode(one)) != string(protocol.MustEncode(other)) {
				t.Fatalf("%+v, %+v", one, other)
			}
		}
	})
}

func TestAPreparedEventIsKeptForAReplay(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		ann, welcome := w.join("ann")
		s := w.session(0)
		ann.cut()
		synctest.Wait()
		prepared, err := session.PrepareEvent("chat", "line", nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		s.EmitPrepared(prepared)
		back, _ := w.resume(welcome.Token, 0)
		if e := back.event(); e.Channel != "chat" || e.Name != "line" {
			t.Errorf("%+v", e)
		}
		s.End(protocol.CloseKicked)
		back.closed()
		synctest.Wait()
		s.EmitPrepared(prepared)
		if n := w.counters.Drops[session.DropEventOver].Load(); n != 1 {
			t.Errorf("%d events counted for a session that is over", n)
		}
	})
}

func TestAnEventTooBigForAFrameIsNotPrepared(t *testing.T) {
	payload := protocol.MustEncode(strings.Repeat("x", protocol.MaxServerFrame))
	if _, err := session.PrepareEvent("chat", "line", payload, 0); err == nil {
		t.Error("prepared")
	}
}
