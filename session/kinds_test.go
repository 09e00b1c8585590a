package session_test

import (
	"testing"
	"time"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

func TestAKindOfRequestsCanHaveALimitOfItsOwn(t *testing.T) {
	limit := session.Limit{Rate: 1, Burst: 2, Strikes: 10}
	edit := func(cfg *session.Config) {
		cfg.KindLimits = map[session.EventKind]session.Limit{
			{Channel: "lobby", Name: "echo"}: limit,
			{Channel: "lobby"}:               {Rate: 1, Burst: 3, Strikes: 10},
		}
	}
	inWorld(t, edit, func(t *testing.T, w *world) {
		ann, welcome := w.join("ann")
		bob, _ := w.join("bob")
		refused := func(c *client, name string) bool {
			c.raw(protocol.MustEncode(protocol.Request{
				Kind: protocol.KindRequest, ID: 7, Channel: "lobby", Name: name, Payload: protocol.Raw{0xc0},
			}))
			for {
				frame := c.next()
				if kind, _ := protocol.PeekKind(frame); kind == protocol.KindEvent {
					continue // a notice
				}
				var r protocol.Reply
				if err := protocol.DecodeFrame(frame, &r); err != nil {
					t.Fatal(err)
				}
				return r.Error != nil && r.Error.Code == protocol.CodeRateLimited
			}
		}
		expect := func(c *client, name string, taken int) {
			t.Helper()
			for range taken {
				if refused(c, name) {
					t.Errorf("%s is refused below its limit", name)
				}
			}
			if !refused(c, name) {
				t.Errorf("%s is not refused above its limit", name)
			}
		}
		expect(ann, "echo", 2)
		expect(ann, "nothing", 3) // by the channel's limit, of which echo has used nothing
		expect(bob, "echo", 2)    // of whom ann has used nothing
		ann, _ = w.resume(welcome.Token, 99)
		if !refused(ann, "echo") {
			t.Error("another connection is a way around it")
		}
		time.Sleep(2 * time.Second)
		expect(ann, "echo", 2)
		if n := w.counters.Drops[session.DropKindRate].Load(); n != 5 {
			t.Errorf("%d drops counted, expected 5", n)
		}
	})
}

func TestFloodingWithOneKindIsClosed(t *testing.T) {
	edit := func(cfg *session.Config) {
		cfg.KindLimits = map[session.EventKind]session.Limit{{Channel: "lobby", Name: "nothing"}: {Rate: 1, Burst: 2, Strikes: 5}}
	}
	inWorld(t, edit, func(t *testing.T, w *world) {
		c, _ := w.join("ann")
		if code := c.flood(8, echo(0)); code != protocol.CloseFlooding {
			t.Errorf("closed with %d", code)
		}
	})
}
