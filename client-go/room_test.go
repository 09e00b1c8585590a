package client_test

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/client-go/clienttest"
	"github.com/deltatick/deltatick/protocol"
)

// enterRoom welcomes the client and puts it into a room with one ship.
func (r *rig) enterRoom(seat uint16) (*clienttest.Conn, *client.Room, *protocol.Snapshot) {
	r.Helper()
	conn, _ := r.welcome(protocol.Welcome{})
	first := world(100, ship{X: 10, Y: 20, Heading: 1, HP: 100, Alive: true, Name: "ada"})
	r.must(conn.Send(enter(1, seat)))
	r.must(conn.SendRaw(snapshot(1, nil, first)))
	room, err := r.c.NextRoom(r.ctx, nil)
	r.must(err)
	settle()
	return conn, room, first
}

func (r *rig) nextResync(conn *clienttest.Conn) uint32 {
	r.Helper()
	frame, err := conn.NextOf(protocol.KindResync)
	r.must(err)
	resync, err := protocol.NewReader().Resync(frame)
	r.must(err)
	return resync.Reason
}

func TestRowsAreReadByTheirFieldsNames(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		_, room, _ := r.enterRoom(2)
		if room.Match != "m1" || room.Game != "arena" || room.Seat != 2 || room.TickRate != 60 {
			t.Errorf("room %+v", room)
		}
		ships, v := room.Table("ships"), room.View()
		if ships.Len(v) != 1 || ships.IDs(v)[0] != 1 {
			t.Fatalf("%d ships", ships.Len(v))
		}
		if row, ok := ships.Row(v, 1); !ok || row != 0 {
			t.Errorf("row %d %v", row, ok)
		}
		if x, y := ships.Column("x").Float(v, 0), ships.Column("y").Float(v, 0); math.Abs(x-10) > 0.005 || math.Abs(y-20) > 0.005 {
			t.Errorf("at %v, %v", x, y)
		}
		if heading := ships.Column("heading").Float(v, 0); math.Abs(heading-1) > 2*math.Pi/4096 {
			t.Errorf("heading %v", heading)
		}
		if ships.Column("hp").Int(v, 0) != 100 || !ships.Column("alive").Bool(v, 0) || ships.Column("name").String(v, 0) != "ada" {
			t.Error("hp, alive or name are wrong")
		}
	})
}

func TestWhatASchemaLacksReadsAsNothing(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		_, room, _ := r.enterRoom(1)
		v := room.View()
		if tanks := room.Table("tanks"); tanks.Exists() || tanks.Len(v) != 0 || tanks.Column("x").Exists() {
			t.Error("there are tanks")
		}
		if _, ok := room.Table("tanks").Row(v, 1); ok {
			t.Error("there is a tank")
		}
		fuel := room.Table("ships").Column("fuel")
		if fuel.Exists() || fuel.Float(v, 0) != 0 || fuel.String(v, 0) != "" || fuel.Bool(v, 0) {
			t.Error("there is fuel")
		}
		var none client.Column
		if none.Float(v, 0) != 0 || room.Input("jump").Exists() {
			t.Error("a zero column or a missing control does something")
		}
		room.NewInput().Set(room.Input("jump"), 1)
	})
}

func TestDeltasMakeTheServersWorld(t *testing.T) {
	var seen []uint32
	cfg := client.Config{Handlers: client.Handlers{Snapshot: func(_ *client.Room, v *client.View) { seen = append(seen, v.Tick) }}}
	bubble(t, cfg, func(r *rig) {
		conn, room, last := r.enterRoom(1)
		for tick := uint32(101); tick <= 160; tick++ {
			ships := make([]ship, tick%5)
			for i := range ships {
				ships[i] = ship{X: float32(tick), Y: float32(i), HP: uint8(tick), Name: string(rune('a' + i))}
			}
			next := world(tick, ships...)
			r.must(conn.SendRaw(snapshot(1, last, next)))
			last = next
		}
		settle()
		v := room.View()
		if v.Tick != 160 || protocol.Hash(v.Snapshot, schema) != protocol.Hash(last, schema) {
			t.Errorf("tick %d is not the server's world", v.Tick)
		}
		s := r.c.Stats()
		if s.Snapshots != 61 || s.Keyframes != 1 || s.Desyncs != 0 || len(seen) != 61 {
			t.Errorf("%d snapshots, %d keyframes, %d desyncs, %d told", s.Snapshots, s.Keyframes, s.Desyncs, len(seen))
		}
	})
}

func TestAViewNeverChanges(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		conn, room, first := r.enterRoom(1)
		v := room.View()
		r.must(conn.SendRaw(snapshot(1, first, world(101, ship{X: 900}, ship{X: 901}))))
		settle()
		if protocol.Hash(v.Snapshot, schema) != protocol.Hash(first, schema) || room.View() == v {
			t.Error("the old view is another world now")
		}
	})
}

func TestFaultyStateIsAnsweredByOneResyncAndHealedByAKeyframe(t *testing.T) {
	second := world(101, ship{X: 11})
	third := world(102, ship{X: 12})
	for _, test := range []struct {
		name   string
		frame  func(first *protocol.Snapshot) []byte
		reason uint32
	}{
		{"hash", func(first *protocol.Snapshot) []byte {
			return frameOf(protocol.SnapshotHead{Epoch: 1, Tick: 101, Base: 100, Hash: 1, HasHash: true}, first, second)
		}, protocol.ResyncHash},
		{"baseline", func(*protocol.Snapshot) []byte { return snapshot(1, second, third) }, protocol.ResyncBaseline},
		{"body", func(*protocol.Snapshot) []byte {
			return append(protocol.NewHeadEncoder().Encode(protocol.SnapshotHead{Epoch: 1, Tick: 101, Base: 100}), 0xc0)
		}, protocol.ResyncBody},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, client.Config{}, func(r *rig) {
				conn, room, first := r.enterRoom(1)
				r.must(conn.SendRaw(test.frame(first)))
				if reason := r.nextResync(conn); reason != test.reason {
					t.Errorf("reason %d, want %d", reason, test.reason)
				}
				r.must(conn.SendRaw(snapshot(1, second, third)))
				settle()
				if v := room.View(); v.Tick != 100 {
					t.Errorf("a delta was applied to state that was given up: tick %d", v.Tick)
				}
				r.must(conn.SendRaw(snapshot(1, nil, third)))
				settle()
				s := r.c.Stats()
				if v := room.View(); v.Tick != 102 || s.Out[protocol.KindResync].Frames != 1 || s.Resyncs[test.reason] != 1 {
					t.Errorf("tick %d, %d resyncs sent", v.Tick, s.Out[protocol.KindResync].Frames)
				}
				if want := uint64(0); test.name == "hash" && s.Desyncs != 1 || test.name != "hash" && s.Desyncs != want {
					t.Errorf("%d desyncs", s.Desyncs)
				}
			})
		})
	}
}

func TestAResyncThatIsNotAnsweredIsRepeated(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		conn, _, first := r.enterRoom(1)
		bad := world(101, ship{X: 1})
		for tick := uint32(102); tick < 162; tick++ { // a second of deltas from a baseline the client never had
			r.must(conn.SendRaw(snapshot(1, bad, world(tick, ship{X: 2}))))
			time.Sleep(time.Second / 60)
		}
		settle()
		if n := r.c.Stats().Out[protocol.KindResync].Frames; n != 2 {
			t.Errorf("%d resyncs in a second, want 2", n)
		}
		_ = first
	})
}

func TestFramesOfAnotherEpochAndOldTicksAreDropped(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		conn, room, first := r.enterRoom(1)
		r.must(conn.SendRaw(snapshot(2, nil, world(200, ship{X: 2}))))
		r.must(conn.SendRaw(snapshot(1, first, world(100, ship{X: 3}))))
		settle()
		s := r.c.Stats()
		if room.View().Tick != 100 || s.Drops[client.DropStaleEpoch] != 1 || s.Drops[client.DropStaleTick] != 1 {
			t.Errorf("tick %d, drops %v", room.View().Tick, s.Drops)
		}
	})
}

func TestARoomEndsWithItsSocketItsSeatOrANewerOne(t *testing.T) {
	for _, test := range []struct {
		name string
		end  func(r *rig, conn *clienttest.Conn)
		want func(error) bool
	}{
		{"socket", func(_ *rig, conn *clienttest.Conn) { conn.Cut() }, func(err error) bool { return errors.Is(err, client.ErrOffline) }},
		{"enter", func(r *rig, conn *clienttest.Conn) { r.must(conn.Send(enter(2, 1))) },
			func(err error) bool { return errors.Is(err, client.ErrReplaced) }},
		{"exit", func(r *rig, conn *clienttest.Conn) {
			r.must(conn.Send(event(1, "match", "exit", map[string]any{"match": "other", "reason": "ended"})))
			r.must(conn.Send(event(2, "match", "exit", map[string]any{"match": "m1", "reason": "kicked"})))
		}, func(err error) bool {
			var exit *client.Exit
			return errors.As(err, &exit) && exit.Reason == "kicked"
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, client.Config{}, func(r *rig) {
				conn, room, _ := r.enterRoom(1)
				if room.Err() != nil {
					t.Fatal(room.Err())
				}
				test.end(r, conn)
				<-room.Done()
				if !test.want(room.Err()) {
					t.Errorf("ended with %v", room.Err())
				}
				settle()
				if now := r.c.Room(); (now != nil) != (test.name == "enter") {
					t.Errorf("the client is in %v", now)
				}
			})
		})
	}
}

func TestTheSameSeatComesBackAsANewRoom(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		conn, room, _ := r.enterRoom(3)
		conn.Cut()
		conn, _ = r.welcome(protocol.Welcome{})
		r.must(conn.Send(enter(1, 3)))
		r.must(conn.SendRaw(snapshot(1, nil, world(90, ship{X: 5})))) // an older tick is fine: nothing is held
		again, err := r.c.NextRoom(r.ctx, room)
		r.must(err)
		settle()
		if again == room || again.Match != room.Match || again.Seat != 3 || again.View().Tick != 90 {
			t.Errorf("came back into %+v", again)
		}
	})
}

func TestTheLastOfSnapshotsThatComeAtOnceIsAcknowledged(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		conn, _, last := r.enterRoom(0)
		pass(400 * time.Millisecond)
		for tick := uint32(101); tick <= 124; tick++ {
			next := world(tick, ship{X: float32(tick)})
			r.must(conn.SendRaw(snapshot(1, last, next)))
			last = next
		}
		pass(10 * time.Second)
		conn.Cut()
		var acks []uint32
		for {
			frame, err := conn.NextOf(protocol.KindAck)
			if err != nil {
				break
			}
			ack, err := protocol.NewReader().Ack(frame)
			r.must(err)
			acks = append(acks, ack.Tick)
		}
		if want := []uint32{100, 101, 124}; !slices.Equal(acks, want) {
			t.Errorf("acknowledged %d, want %d: the server may wait for the last before it sends another", acks, want)
		}
	})
}

func TestWhoSendsNoInputAcknowledgesEvery100ms(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		conn, _, last := r.enterRoom(0)
		for tick := uint32(101); tick <= 160; tick++ {
			next := world(tick, ship{X: float32(tick)})
			r.must(conn.SendRaw(snapshot(1, last, next)))
			last = next
			pass(time.Second / 60)
		}
		conn.Cut()
		var acks []protocol.Ack
		for {
			frame, err := conn.NextOf(protocol.KindAck)
			if err != nil {
				break
			}
			ack, err := protocol.NewReader().Ack(frame)
			r.must(err)
			acks = append(acks, ack)
		}
		for i := 1; i < len(acks); i++ {
			if gap := acks[i].Tick - acks[i-1].Tick; gap > 6 {
				t.Errorf("%d ticks between acknowledgements", gap)
			}
		}
		if len(acks) < 10 || len(acks) > 14 || acks[0].Epoch != 1 {
			t.Errorf("%d acknowledgements in a second", len(acks))
		}
	})
}

func TestALargeKeyframeOverASlowLinkIsNotSilence(t *testing.T) {
	ships := make([]ship, 4000)
	for i := range ships {
		ships[i] = ship{X: float32(i % 1600), Name: "somebody with a long name"}
	}
	big := world(101, ships...)
	bubble(t, client.Config{}, func(r *rig) {
		conn, room, _ := r.enterRoom(1)
		began := time.Now()
		r.must(conn.SendSlowly(snapshot(1, nil, big), 6, time.Second))
		settle()
		if took := time.Since(began); took < 4*time.Second {
			t.Fatalf("the test was not slow: %v", took)
		}
		if v := room.View(); v.Tick != 101 || room.Err() != nil {
			t.Errorf("tick %d, room %v", v.Tick, room.Err())
		}
	})
}
