package session_test

import (
	"bytes"
	"testing"
	"testing/synctest"

	"github.com/gorilla/websocket"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

func snapshot(n byte) (head, body []byte) {
	return []byte{0x98, byte(protocol.KindSnapshot), 1, n, 0, 0, 0, 0xc0}, []byte{0x90}
}

func TestASnapshotIsOfferedToAFreePlaceOnly(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		ws, _ := w.joinDeaf("ann")
		s := w.session(0)
		link := s.OpenLink()
		offer := func(n byte) bool {
			ready := link.Ready()
			head, body := snapshot(n)
			took := link.Offer(head, body)
			if ready != took {
				t.Errorf("snapshot %d: ready %v, taken %v", n, ready, took)
			}
			clear(head) // it was copied
			clear(body)
			synctest.Wait()
			return took
		}
		if !offer(1) { // goes to the writer, which is stuck with it
			t.Error("the first snapshot was not taken")
		}
		emit(s, 1, 1)
		if !offer(2) {
			t.Error("the free place was not free")
		}
		if offer(3) || offer(4) {
			t.Error("a snapshot was taken over another")
		}
		emit(s, 2, 1) // leaves after the snapshot that waits
		var kinds []byte
		for range 4 {
			_, frame, err := ws.ReadMessage()
			if err != nil {
				t.Fatal(err)
			}
			kinds = append(kinds, frame[1])
			if head, body := snapshot(frame[3]); frame[1] == 21 && !bytes.Equal(frame, append(head, body...)) {
				t.Errorf("snapshot % x", frame)
			}
		}
		if !bytes.Equal(kinds, []byte{21, 18, 21, 18}) {
			t.Errorf("kinds %d", kinds)
		}
		synctest.Wait()
		if !offer(5) {
			t.Error("the place is not free again")
		}
		if _, frame, err := ws.ReadMessage(); err != nil || frame[3] != 5 {
			t.Errorf("frame % x, %v", frame, err)
		}
	})
}

func TestANewLinkMakesTheFormerDead(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		ws, _ := w.joinDeaf("ann")
		s := w.session(0)
		former := s.OpenLink()
		if !former.Send([]byte{0x91, 20}) { // the writer is stuck with it
			t.Fatal("not sent")
		}
		synctest.Wait()
		if head, body := snapshot(1); !former.Offer(head, body) {
			t.Fatal("not taken")
		}
		link := s.OpenLink()
		head, body := snapshot(2)
		if former.Ready() || former.Offer(head, body) || former.Send([]byte{0x91, 20}) {
			t.Error("the former link is alive")
		}
		former.Close(protocol.CloseSlow)
		if !link.Ready() || !link.Offer(head, body) {
			t.Error("the new link is not ready: a snapshot of the former one is in its place")
		}
		for _, want := range []byte{20, 21} {
			if _, frame, err := ws.ReadMessage(); err != nil || frame[1] != want || want == 21 && frame[3] != 2 {
				t.Errorf("frame % x, %v", frame, err)
			}
		}
		if n := w.counters.Drops[session.DropSnapshot].Load(); n != 1 {
			t.Errorf("%d dropped snapshots counted", n)
		}
	})
}

func TestALinkDiesWithItsConnection(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		c, welcome := w.join("ann")
		s := w.session(0)
		link := s.OpenLink()
		c.cut()
		synctest.Wait()
		if link.Ready() || link.Send([]byte{0x91, 20}) || link.Offer(snapshot(1)) || s.OpenLink() != nil {
			t.Error("alive")
		}
		c, _ = w.resume(welcome.Token, 0)
		synctest.Wait()
		link.Close(protocol.CloseSlow)
		c.ping(0)
		s.OpenLink().Close(protocol.CloseSlow)
		if code := c.closed(); code != protocol.CloseSlow {
			t.Errorf("closed with %d", code)
		}
		var none *session.Link
		none.Close(protocol.CloseSlow)
		if none.Ready() || none.Send(nil) || none.Offer(nil, nil) {
			t.Error("no link is alive")
		}
	})
}

func TestALargeSnapshotArrivesWhole(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		c, _ := w.join("ann")
		link := w.session(0).OpenLink()
		for _, size := range []int{10, 3 << 20, 100, 1 << 20} {
			head, _ := snapshot(1)
			body := bytes.Repeat([]byte{0xc3}, size)
			if !link.Offer(head, body) {
				t.Fatal("not taken")
			}
			if frame := c.next(); !bytes.Equal(frame, append(head, body...)) {
				t.Errorf("frame of %d bytes, expected %d", len(frame), len(head)+size)
			}
			synctest.Wait()
		}
		f, b := &w.counters.Out[protocol.KindSnapshot].Frames, &w.counters.Out[protocol.KindSnapshot].Bytes
		if f.Load() != 4 || b.Load() != 4*8+110+4<<20 {
			t.Errorf("%d snapshots of %d bytes counted", f.Load(), b.Load())
		}
	})
}

func TestCompressionIsNeverNegotiated(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		dialer := websocket.Dialer{NetDialContext: w.listener.dial, EnableCompression: true}
		ws, resp, err := dialer.Dial("ws://game.example/ws", nil)
		if err != nil {
			t.Fatal(err)
		}
		defer ws.Close()
		if extensions := resp.Header.Get("Sec-WebSocket-Extensions"); extensions != "" {
			t.Errorf("extensions %q", extensions)
		}
	})
}
