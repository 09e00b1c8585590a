package session_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

// diary writes down the events that a house gets, by number.
type diary struct{ numbers []int }

func (d *diary) take(_ *session.Session, _, _ string, payload protocol.Raw) error {
	var said struct {
		N int `msgpack:"n"`
	}
	if err := protocol.Decode(payload, &said); err != nil {
		return err
	}
	d.numbers = append(d.numbers, said.N)
	return nil
}

// says are the client's events with the numbers first to last, which are in their payloads too.
func (c *client) says(first, last int) {
	c.t.Helper()
	for n := first; n <= last; n++ {
		c.send(saying(n))
	}
}

func saying(n int) protocol.Send {
	return protocol.Send{
		Kind: protocol.KindSend, Seq: uint32(n), Channel: "chat", Name: "say", Payload: protocol.MustEncode(map[string]int{"n": n}),
	}
}

func upTo(n int) (numbers []int) {
	for i := range n {
		numbers = append(numbers, i+1)
	}
	return numbers
}

func TestAClientsEventsReachTheHouseOnceAndInOrderOverManyConnections(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		var heard diary
		w.house.event = heard.take
		c, welcome := w.join("ann")
		for round := range 50 {
			first := 4*round + 1
			c.says(first, first+3)
			if pong := c.ping(0); pong.Taken != uint32(first+3) {
				t.Fatalf("round %d: %d taken", round, pong.Taken)
			}
			c.cut()
			synctest.Wait()
			token := welcome.Token
			if c, welcome = w.resume(token, 0); welcome.Taken != uint32(first+3) || !welcome.Resumed {
				t.Fatalf("round %d: welcome %+v", round, welcome)
			}
			c.says(first+2, first+3) // as a client does that did not hear of them
			time.Sleep(time.Second)
		}
		c.ping(0)
		if !slices.Equal(heard.numbers, upTo(200)) {
			t.Errorf("the house heard %v", heard.numbers)
		}
		if n := w.counters.Drops[session.DropSendAgain].Load(); n != 100 {
			t.Errorf("%d drops counted", n)
		}
	})
}

func TestAnEventThatAnOlderConnectionIsHandlingIsNotHandledAgain(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		var heard diary
		entered, leave := make(chan bool), make(chan bool)
		w.house.event = func(s *session.Session, channel, name string, payload protocol.Raw) error {
			entered <- true
			<-leave
			return heard.take(s, channel, name, payload)
		}
		c, welcome := w.join("ann")
		c.says(1, 1)
		<-entered
		newer, _ := w.resume(welcome.Token, 0)
		close(leave) // only now is there somebody to read the newer connection
		newer.says(1, 1)
		newer.ping(0)
		if !slices.Equal(heard.numbers, []int{1}) {
			t.Errorf("the house heard %v", heard.numbers)
		}
	})
}

func TestARefusedEventIsToldByANoticeAndNotWaitedFor(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		w.house.event = func(_ *session.Session, _, name string, _ protocol.Raw) error {
			switch name {
			case "field":
				return fmt.Errorf("looking: %w", protocol.RefuseField("text", "too long"))
			case "fail":
				return errors.New("secret trouble")
			case "panic":
				panic("secret trouble")
			}
			return protocol.Refuse(protocol.CodeUnknownEvent, "no "+name)
		}
		c, _ := w.join("ann")
		type notice struct {
			Code    string `msgpack:"code"`
			Message string `msgpack:"message"`
			Channel string `msgpack:"channel"`
			Name    string `msgpack:"name"`
			Field   string `msgpack:"field"`
		}
		for i, want := range []notice{
			{"bad-payload", "too long", "chat", "field", "text"},
			{"internal", "a fault of the server", "chat", "fail", ""},
			{"internal", "a fault of the server", "chat", "panic", ""},
			{"unknown-event", "no what", "chat", "what", ""},
		} {
			c.send(protocol.Send{Kind: protocol.KindSend, Seq: uint32(i + 1), Channel: "chat", Name: want.Name, Payload: protocol.Raw{0xc0}})
			e := c.event()
			var got notice
			if err := protocol.Decode(e.Payload, &got); err != nil || got != want || e.Channel != "session" || e.Name != "notice" {
				t.Errorf("%s: %v %+v", want.Name, err, got)
			}
		}
		if pong := c.ping(4); pong.Taken != 4 {
			t.Errorf("%d taken", pong.Taken)
		}
		if n := w.counters.Drops[session.DropSendRefused].Load(); n != 4 {
			t.Errorf("%d drops counted", n)
		}
	})
}

func TestEventsAboveTheLimitAreToldOnceASecondAndFloodsClose(t *testing.T) {
	edit := func(cfg *session.Config) { cfg.Sends = session.Limit{Rate: 1, Burst: 5, Strikes: 10} }
	inWorld(t, edit, func(t *testing.T, w *world) {
		var heard diary
		w.house.event = heard.take
		c, _ := w.join("ann")
		c.says(1, 15)
		if e := c.event(); e.Name != "notice" {
			t.Errorf("event %+v", e)
		}
		if pong := c.ping(1); pong.Taken != 15 { // whose pong is the next frame: there is one notice
			t.Errorf("%d taken", pong.Taken)
		}
		if !slices.Equal(heard.numbers, upTo(5)) {
			t.Errorf("the house heard %v", heard.numbers)
		}
		c.says(16, 16)
		if code := c.closed(); code != protocol.CloseFlooding {
			t.Errorf("closed with %d", code)
		}
		if n := w.counters.Drops[session.DropSendRate].Load(); n != 11 {
			t.Errorf("%d drops counted", n)
		}
	})
}

func TestAClientsWholeBufferPassesAtOnceAfterAResume(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		var heard diary
		w.house.event = heard.take
		c, welcome := w.join("ann")
		c.cut()
		synctest.Wait()
		c, _ = w.resume(welcome.Token, 0)
		c.says(1, 256)
		c.ping(0)
		if !slices.Equal(heard.numbers, upTo(256)) {
			t.Errorf("the house heard %d events", len(heard.numbers))
		}
	})
}

func TestAGapInTheNumbersIsMalformed(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		c, _ := w.join("ann")
		c.says(2, 2)
		if code := c.closed(); code != protocol.CloseMalformed {
			t.Errorf("closed with %d", code)
		}
	})
}

func TestEventsSentAgainAndAgainAreFlooding(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		var heard diary
		w.house.event = heard.take
		c, _ := w.join("ann")
		for range 1 + 20 + 200 { // one is new, and the rest are the burst and the strikes of signals
			c.says(1, 1)
		}
		c.says(1, 1)
		if code := c.closed(); code != protocol.CloseFlooding {
			t.Errorf("closed with %d", code)
		}
		if !slices.Equal(heard.numbers, upTo(1)) {
			t.Errorf("the house heard %v", heard.numbers)
		}
	})
}
