package session_test

import (
	"encoding/binary"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/deltatick/deltatick/protocol"
)

// heard is a stream that tells the number in each input and acknowledgement.
type heard chan uint32

func (h heard) Input(_ time.Time, r *protocol.Reader, frame []byte) error {
	var values [16]int32
	n := 1
	if len(frame) > 126 {
		n = len(values)
	}
	head, err := r.Input(frame, values[:n])
	h <- head.Tick
	return err
}

func (h heard) Ack(_ time.Time, r *protocol.Reader, frame []byte) error {
	ack, err := r.Ack(frame)
	h <- ack.Tick
	return err
}

func (h heard) Resync(time.Time, *protocol.Reader, []byte) error { return nil }

// masked is a frame as a client sends it.
func masked(first byte, payload []byte) []byte {
	key := [4]byte{1, 2, 3, 4}
	b := []byte{first}
	if len(payload) < 126 {
		b = append(b, 0x80|byte(len(payload)))
	} else {
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(len(payload)))
	}
	b = append(b, key[:]...)
	for i, c := range payload {
		b = append(b, c^key[i%4])
	}
	return b
}

// input is a message of one value, or of many that take more than 126 bytes.
func input(n uint32, long bool) []byte {
	b := binary.BigEndian.AppendUint32([]byte{0x95, byte(protocol.KindInput), 1, 0xce}, n)
	if !long {
		return append(b, 0, 0x91, 1)
	}
	b = append(b, 0, 0xdc, 0, 16)
	for range 16 {
		b = append(b, 0xd3, 0, 0, 0, 0, 0, 0, 0, 1)
	}
	return b
}

func TestInputsArriveOnceAndInOrderHoweverTheyAreCut(t *testing.T) {
	const final = 0x80
	// What a player may send, each with one number for the stream to tell, and where each ends.
	var sent []byte
	var ends []int
	for n := uint32(1); n <= 60; n++ {
		switch {
		case n%13 == 0: // in two fragments
			whole := input(n, false)
			sent = append(append(sent, masked(websocket.BinaryMessage, whole[:3])...), masked(final, whole[3:])...)
		case n%11 == 0:
			sent = append(sent, masked(final|websocket.PingMessage, []byte("hello"))...)
			sent = append(sent, masked(final|websocket.BinaryMessage, input(n, false))...)
		case n%7 == 0:
			sent = append(sent, masked(final|websocket.BinaryMessage, protocol.MustEncode(protocol.Ack{Kind: protocol.KindAck, Epoch: 1, Tick: n}))...)
		default:
			sent = append(sent, masked(final|websocket.BinaryMessage, input(n, n%5 == 0))...)
		}
		ends = append(ends, len(sent))
	}
	for _, cut := range []int{1, 7, 19, 20, 100, 512, 513, len(sent)} {
		s := newStreet(t, false)
		ws, sess, _ := s.join("ann")
		told := make(heard, len(ends))
		sess.SetStream(told)
		want := uint32(0)
		at := 0
		for piece := range slices.Chunk(sent, cut) {
			if _, err := ws.NetConn().Write(piece); err != nil {
				t.Fatal(err)
			}
			// All that is there is to be told before more comes.
			for at += len(piece); int(want) < len(ends) && ends[want] <= at; {
				want++
				if n := <-told; n != want {
					t.Fatalf("in pieces of %d bytes: number %d instead of %d", cut, n, want)
				}
			}
		}
		if len(told) > 0 {
			t.Errorf("in pieces of %d bytes: more than was sent", cut)
		}
	}
}

func TestAPlayerWhoVanishesBehindAnInputIsMissedByWhomWritesToThem(t *testing.T) {
	s := newStreet(t, false)
	ws, sess, link := s.join("ann")
	told := make(heard, 2)
	sess.SetStream(told)
	for n := uint32(1); n <= 2; n++ {
		if _, err := ws.NetConn().Write(masked(0x82, input(n, false))); err != nil {
			t.Fatal(err)
		}
		if n == 1 {
			<-told
		}
	}
	if err := ws.NetConn().Close(); err != nil {
		t.Fatal(err)
	}
	head, body := numbered(1, 100)
	for s.counters.Connections.Load() > 0 {
		link.Offer(head, body)
		runtime.Gosched()
	}
}
