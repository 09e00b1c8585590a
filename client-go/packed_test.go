package client_test

import (
	"errors"
	"slices"
	"testing"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/client-go/clienttest"
	"github.com/deltatick/deltatick/protocol"
)

// packedStream is a server's side of a stream of bodies in codec packed.
type packedStream struct {
	conn  *clienttest.Conn
	enc   *protocol.PackedEncoder
	state *protocol.Packed
}

// send sends a world as the delta from base, nil for a keyframe.
func (s *packedStream) send(r *rig, base, cur *protocol.Snapshot, fresh bool) {
	r.Helper()
	head := protocol.SnapshotHead{Epoch: 1, Tick: cur.Tick, Hash: protocol.Hash(cur, schema), HasHash: true}
	if base != nil {
		head.Base = base.Tick
	}
	frame := slices.Clone(protocol.NewHeadEncoder().Encode(head))
	r.must(s.conn.SendRaw(s.enc.Encode(frame, s.state, base, cur, fresh)))
}

// enterPacked enters a room with one ship over a connection that speaks packed.
func (r *rig) enterPacked() (*packedStream, *client.Room, *protocol.Snapshot) {
	r.Helper()
	conn, hello := r.welcome(protocol.Welcome{Codec: protocol.CodecPacked})
	if !slices.Equal(hello.Codecs, []string{protocol.CodecPacked, protocol.CodecMP}) {
		r.Errorf("the hello offers %q", hello.Codecs)
	}
	s := &packedStream{conn, protocol.NewPackedEncoder(), protocol.NewPacked(schema)}
	first := world(100, ship{X: 10, Y: 20, Heading: 1, HP: 100, Alive: true, Name: "ada"})
	r.must(conn.Send(enter(1, 1)))
	s.send(r, nil, first, false)
	room, err := r.c.NextRoom(r.ctx, nil)
	r.must(err)
	settle()
	return s, room, first
}

func TestPackedBodiesMakeTheServersWorld(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		s, room, last := r.enterPacked()
		for tick := uint32(101); tick <= 160; tick += 1 + tick%3 {
			ships := make([]ship, 1+tick%5)
			for i := range ships {
				ships[i] = ship{X: float32(tick), Y: float32(i), HP: uint8(tick), Name: string(rune('a' + i))}
			}
			next := world(tick, ships...)
			s.send(r, last, next, tick%7 == 0)
			last = next
		}
		settle()
		if v := room.View(); v.Tick != last.Tick || protocol.Hash(v.Snapshot, schema) != protocol.Hash(last, schema) {
			t.Errorf("tick %d is not the server's world", v.Tick)
		}
		if stats := r.c.Stats(); stats.Desyncs != 0 || stats.Out[protocol.KindResync].Frames != 0 {
			t.Errorf("%d desyncs, %d resyncs", stats.Desyncs, stats.Out[protocol.KindResync].Frames)
		}
	})
}

func TestAKeyframeHealsAPackedStream(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		s, room, first := r.enterPacked()
		head := protocol.NewHeadEncoder().Encode(protocol.SnapshotHead{Epoch: 1, Tick: 101, Base: first.Tick})
		r.must(s.conn.SendRaw(append(slices.Clone(head), 0xc4, 2, 1, 2)))
		if reason := r.nextResync(s.conn); reason != protocol.ResyncBody {
			t.Errorf("reason %d", reason)
		}
		second, third := world(102, ship{X: 11}), world(103, ship{X: 12})
		s.send(r, nil, second, false)
		s.send(r, second, third, false)
		settle()
		if v := room.View(); v.Tick != third.Tick || protocol.Hash(v.Snapshot, schema) != protocol.Hash(third, schema) {
			t.Errorf("tick %d is not the server's world", v.Tick)
		}
	})
}

func TestACodecThatWasNotOfferedIsRefused(t *testing.T) {
	bubble(t, client.Config{Codecs: []string{protocol.CodecMP}}, func(r *rig) {
		_, hello := r.welcome(protocol.Welcome{Codec: protocol.CodecPacked})
		if !slices.Equal(hello.Codecs, []string{protocol.CodecMP}) {
			t.Errorf("the hello offers %q", hello.Codecs)
		}
		if err := <-r.ended; !errors.Is(err, protocol.ErrMalformed) {
			t.Errorf("%v", err)
		}
	})
}

func TestAnUnknownCodecIsFoundAtTheStart(t *testing.T) {
	if _, err := client.New(client.Config{URL: clienttest.URL, Codecs: []string{"zip"}}); err == nil {
		t.Error("a client for codec zip")
	}
}
