package session_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

// flood sends frames until the connection is closed, n at most, and returns the code; 0 when it was not.
func (c *client) flood(n int, frame []byte) protocol.CloseCode {
	c.t.Helper()
	for range n {
		if c.write(frame) != nil {
			break
		}
	}
	synctest.Wait()
	for {
		select {
		case _, ok := <-c.frames:
			if !ok {
				return c.closed()
			}
		default:
			return 0
		}
	}
}

// notice takes the next frame, which must be a notice, and returns its code.
func (c *client) notice() string {
	c.t.Helper()
	e := c.event()
	if e.Channel != protocol.ChannelSession || e.Name != protocol.EventNotice {
		c.t.Fatalf("event %+v, expected a notice", e)
	}
	var n struct {
		Code    string `msgpack:"code"`
		Message string `msgpack:"message"`
	}
	if err := protocol.Decode(e.Payload, &n); err != nil || n.Message == "" {
		c.t.Fatalf("notice %+v: %v", n, err)
	}
	return n.Code
}

func echo(id uint32) []byte {
	return protocol.MustEncode(protocol.Request{
		Kind: protocol.KindRequest, ID: id, Channel: "lobby", Name: "nothing", Payload: protocol.Raw{0xc0},
	})
}

func TestRequestsAboveTheRateAreRefusedAndToldOnce(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		c, _ := w.join("ann")
		for id := range uint32(45) {
			c.raw(echo(id + 1))
		}
		for id := range uint32(45) {
			if id == 40 {
				if code := c.notice(); code != "request-rate" {
					t.Errorf("notice %s", code)
				}
			}
			r := expect[protocol.Reply](c, protocol.KindReply)
			if refused := r.Error != nil && r.Error.Code == protocol.CodeRateLimited; refused != (id >= 40) || r.ID != id+1 {
				t.Errorf("reply %+v to request %d", r, id+1)
			}
		}
		time.Sleep(500 * time.Millisecond) // worth ten
		for id := range uint32(10) {
			if r := c.ask(id+1, "nothing", nil); r.Error != nil {
				t.Errorf("request %d after half a second: %v", id, r.Error)
			}
		}
		if n := w.counters.Drops[session.DropRequestRate].Load(); n != 5 {
			t.Errorf("%d drops counted, expected 5", n)
		}
	})
}

func TestFloodingIsClosed(t *testing.T) {
	for name, tc := range map[string]struct {
		frame []byte
		borne int // frames at once
	}{
		"requests": {echo(0), 40 + 400},
		"pings":    {protocol.MustEncode(protocol.Ping{Kind: protocol.KindPing}), 20 + 200},
		"resyncs":  {protocol.MustEncode(protocol.Resync{Kind: protocol.KindResync}), 20 + 200},
		"unknown":  {[]byte{0x91, 99}, 20 + 200},
		"strays":   {protocol.MustEncode(protocol.Ack{Kind: protocol.KindAck}), 240 + 240},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, nil, func(t *testing.T, w *world) {
				c, welcome := w.join("ann")
				if code := c.flood(tc.borne, tc.frame); code != 0 {
					t.Fatalf("closed with %d", code)
				}
				// Another connection is no way around it.
				c, _ = w.resume(welcome.Token, 0)
				if code := c.flood(1, tc.frame); code != protocol.CloseFlooding {
					t.Errorf("closed with %d", code)
				}
			})
		})
	}
}

func TestFloodingWithControlFramesIsClosed(t *testing.T) {
	for name, tc := range map[string]struct {
		kind  int
		hello bool
	}{"pings": {websocket.PingMessage, true}, "pongs": {websocket.PongMessage, true}, "before hello": {websocket.PingMessage, false}} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, nil, func(t *testing.T, w *world) {
				c := w.dial()
				if tc.hello {
					c.send(hello("ann"))
				}
				for range 221 {
					_ = c.ws.WriteControl(tc.kind, nil, time.Now().Add(time.Minute))
				}
				if code := c.closed(); code != protocol.CloseFlooding {
					t.Errorf("closed with %d", code)
				}
				if n := w.counters.Drops[session.DropSignalRate].Load(); n != 201 {
					t.Errorf("%d drops counted, expected 201", n)
				}
			})
		})
	}
}

func TestWhatAStreamSaysOfAnInputBecomesOfIt(t *testing.T) {
	input := protocol.Raw{0x95, 3, 1, 1, 1, 0x92, 0, 0}
	inWorld(t, nil, func(t *testing.T, w *world) {
		s := &stream{}
		c, welcome := w.join("ann")
		sess := w.session(0)
		c.raw(input) // nobody takes it
		c.ping(0)
		sess.SetStream(s)
		c.raw(input)
		c.raw([]byte{0x93, 4, 1, 1})
		c.raw([]byte{0x93, 6, 1, 4})
		c.ping(0)
		if inputs, acks, syncs := s.count(); inputs != 1 || acks != 1 || syncs != 1 {
			t.Errorf("%d inputs, %d acks, %d resyncs, expected one each", inputs, acks, syncs)
		}

		s.set(protocol.ErrRateLimited)
		for range 25 { // in two and a half seconds
			c.raw(input)
			time.Sleep(100 * time.Millisecond)
		}
		for range 3 {
			if code := c.notice(); code != "input-rate" {
				t.Errorf("notice %s", code)
			}
		}
		c.none(time.Second)
		drops := &w.counters.Drops
		if none, rate := drops[session.DropNoStream].Load(), drops[session.DropInputRate].Load(); none != 1 || rate != 25 {
			t.Errorf("%d without a stream, %d above the rate counted, expected 1 and 25", none, rate)
		}

		for want, answer := range map[protocol.CloseCode]error{
			protocol.CloseFlooding:  protocol.ErrFlooding,
			protocol.CloseMalformed: protocol.ErrMalformed,
			protocol.CloseInternal:  errors.New("broken"),
		} {
			s.set(answer)
			c, welcome = w.resume(welcome.Token, 99)
			c.raw(input)
			if code := c.closed(); code != want {
				t.Errorf("%v: closed with %d, expected %d", answer, code, want)
			}
		}
		s.set(nil)
		c, _ = w.resume(welcome.Token, 99)
		c.raw([]byte{0x95, 3, 1, 1, 1, 0xdd, 0xff, 0xff, 0xff, 0xff}) // for the stream's own check to find
		if code := c.closed(); code != protocol.CloseMalformed {
			t.Errorf("malformed input: closed with %d", code)
		}
	})
}

func TestMalformedFramesAreClosed(t *testing.T) {
	cases := malformed()
	cases["second hello"] = protocol.MustEncode(hello("ann"))
	cases["request with a bad name"] = []byte{0x95, 2, 1, 0xa1, 'A', 0xa1, 'b', 0xc0}
	cases["request of too few"] = []byte{0x94, 2, 1, 0xa1, 'a', 0xa1, 'b'}
	cases["ping of a float"] = []byte{0x93, 5, 0xca, 0, 0, 0, 0, 0}
	cases["ping of a negative"] = []byte{0x93, 5, 0xff, 0}
	for name, frame := range cases {
		t.Run(name, func(t *testing.T) {
			inWorld(t, nil, func(t *testing.T, w *world) {
				c, welcome := w.join("ann")
				c.raw(frame)
				if code := c.closed(); code != protocol.CloseMalformed {
					t.Errorf("closed with %d", code)
				}
				w.resume(welcome.Token, 0) // the session survives it
			})
		})
	}
}

func TestAFrameOverTheLimitIsClosed(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		c, _ := w.join("ann")
		c.raw(echoOf(1, protocol.MaxClientFrame))
		if r := expect[protocol.Reply](c, protocol.KindReply); r.Error != nil || len(r.Payload) != protocol.MaxClientFrame-10 {
			t.Errorf("reply with error %v and %d bytes", r.Error, len(r.Payload))
		}
		c.raw(echoOf(1, protocol.MaxClientFrame+1))
		if code := c.closed(); code != protocol.CloseTooBig {
			t.Errorf("closed with %d", code)
		}
		c, _ = w.join("bob")
		_ = c.write(make([]byte, 10<<20)) // may be answered before its end
		if code := c.closed(); code != protocol.CloseTooBig {
			t.Errorf("closed with %d", code)
		}
	})
}

func TestFramesOfUnknownKindsAreSkippedAndCounted(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		c, _ := w.join("ann")
		c.raw([]byte{0x92, 99, 0xc3})
		c.raw([]byte{0x91, 0})
		c.raw([]byte{0x91, byte(protocol.KindWelcome)})
		c.ping(0)
		synctest.Wait()
		if n := w.counters.Drops[session.DropUnknownKind].Load(); n != 3 {
			t.Errorf("%d drops counted, expected 3", n)
		}
		in, out := &w.counters.In, &w.counters.Out
		if n := in[session.KindSlot(99)].Frames.Load(); n != 2 {
			t.Errorf("%d frames of unknown kinds counted, expected 2", n)
		}
		if f, b := in[protocol.KindPing].Frames.Load(), in[protocol.KindPing].Bytes.Load(); f != 1 || b != 6 {
			t.Errorf("%d pings of %d bytes counted, expected 1 of 6", f, b)
		}
		if f := out[protocol.KindPong].Frames.Load(); f != 1 {
			t.Errorf("%d pongs counted, expected 1", f)
		}
	})
}

func TestMatchFramesOutsideAMatchAreCheckedToo(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		c, _ := w.join("ann")
		c.raw([]byte{0x93, 4, 1}) // claims three elements
		if code := c.closed(); code != protocol.CloseMalformed {
			t.Errorf("closed with %d", code)
		}
	})
}
