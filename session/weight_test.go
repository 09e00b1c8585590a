package session_test

import (
	"testing"
	"time"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

// echoOf is a request of so many bytes, from 300 to 65,000.
func echoOf(id byte, bytes int) []byte {
	frame := append([]byte{0x95, byte(protocol.KindRequest), id, 0xa1, 'a', 0xa4, 'e', 'c', 'h', 'o', 0xc5, 0, 0}, make([]byte, bytes-13)...)
	frame[11], frame[12] = byte((bytes-13)>>8), byte(bytes-13)
	return frame
}

func TestFramesAboveTheLimitOfBytesAreDroppedAndTold(t *testing.T) {
	edit := func(cfg *session.Config) {
		cfg.Bytes = session.Limit{Rate: 1000, Burst: protocol.MaxClientFrame, Strikes: 100}
	}
	inWorld(t, edit, func(t *testing.T, w *world) {
		s := &stream{}
		c, _ := w.join("ann")
		w.session(0).SetStream(s)
		input := protocol.Raw{0x95, 3, 1, 1, 1, 0x92, 0, 0}
		c.raw(echoOf(1, protocol.MaxClientFrame-8))
		if r := expect[protocol.Reply](c, protocol.KindReply); r.Error != nil {
			t.Fatalf("a burst is refused: %v", r.Error)
		}
		c.raw(input) // the last that there is room for
		c.raw(input)
		c.raw(protocol.MustEncode(protocol.Ping{Kind: protocol.KindPing}))
		if code := c.notice(); code != "byte-rate" {
			t.Errorf("notice %s", code)
		}
		// Whoever waits for an answer gets one.
		c.raw(echoOf(2, 300))
		if r := expect[protocol.Reply](c, protocol.KindReply); r.ID != 2 || r.Error == nil || r.Error.Code != protocol.CodeRateLimited {
			t.Errorf("reply %+v", r)
		}
		time.Sleep(time.Second)
		c.raw(echoOf(3, 900))
		if r := expect[protocol.Reply](c, protocol.KindReply); r.ID != 3 || r.Error != nil {
			t.Errorf("reply %+v, a second later", r)
		}
		c.ping(0)
		if inputs, _, _ := s.count(); inputs != 1 {
			t.Errorf("%d inputs taken, expected 1", inputs)
		}
		if n := w.counters.Drops[session.DropByteRate].Load(); n != 3 {
			t.Errorf("%d drops counted, expected 3", n)
		}
	})
}

func TestFloodingWithBytesIsClosed(t *testing.T) {
	const borne = 16 + 240 // of the largest frames at once
	inWorld(t, func(cfg *session.Config) { cfg.Requests.Rate, cfg.Requests.Burst, cfg.Requests.Strikes = 1000, 1000, 1 }, func(t *testing.T, w *world) {
		c, welcome := w.join("ann")
		if code := c.flood(borne, echoOf(0, protocol.MaxClientFrame)); code != 0 {
			t.Fatalf("closed with %d", code)
		}
		// Another connection is no way around it.
		c, _ = w.resume(welcome.Token, 0)
		if code := c.flood(1, echoOf(0, protocol.MaxClientFrame)); code != protocol.CloseFlooding {
			t.Errorf("closed with %d", code)
		}
		if n := w.counters.Drops[session.DropByteRate].Load(); n != 241 {
			t.Errorf("%d drops counted, expected 241", n)
		}
	})
}

func TestTheBusiestHonestPlayIsBelowTheLimitOfBytes(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		s := &stream{}
		c, _ := w.join("ann")
		w.session(0).SetStream(s)
		// Of a game with more fields than any here: what is behind "seen" is skipped.
		input := append([]byte{0x97, 3, 1, 1, 1, 0x92, 0, 0, 1, 0xc4, 100}, make([]byte, 100)...)
		const rate, seconds = 240, 60
		for range seconds {
			for range rate {
				c.raw(input)
				time.Sleep(time.Second / rate)
			}
			for id := range byte(10) { // and is chatty
				c.raw(echoOf(id+1, 1000))
				expect[protocol.Reply](c, protocol.KindReply)
			}
			c.ping(0)
		}
		if inputs, _, _ := s.count(); inputs != rate*seconds {
			t.Errorf("%d inputs taken of %d", inputs, rate*seconds)
		}
	})
}
