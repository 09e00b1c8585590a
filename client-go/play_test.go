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

func TestInputsTravelAsTheirSchemaSays(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		conn, room, _ := r.enterRoom(1)
		in := room.NewInput()
		in.Tick = 105
		in.Set(room.Input("turn"), -7) // cut to the range
		in.SetBool(room.Input("thrust"), true)
		in.Set(room.Input("aim"), math.Pi/2+4*math.Pi) // wrapped
		if turn, aim := in.Value(room.Input("turn")), in.Value(room.Input("aim")); turn != -1 || math.Abs(aim-math.Pi/2) > 1e-9 {
			t.Errorf("set to turn %v, aim %v", turn, aim)
		}
		r.must(room.Send(in))
		frame, err := conn.NextOf(protocol.KindInput)
		r.must(err)
		values := make([]int32, 3)
		head, err := protocol.NewReader().Input(frame, values)
		r.must(err)
		if head.Epoch != 1 || head.Tick != 105 || head.Ack != 100 || head.Seen != 100 {
			t.Errorf("head %+v", head)
		}
		if want := []int32{-1, 1, 256}; !slices.Equal(values, want) {
			t.Errorf("values %v, want %v", values, want)
		}
	})
}

func TestSpectatorsSendNoInput(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		_, room, _ := r.enterRoom(0)
		if err := room.Play(r.ctx, nil); !errors.Is(err, client.ErrSpectator) {
			t.Errorf("Play: %v", err)
		}
		if err := room.Send(room.NewInput()); !errors.Is(err, client.ErrSpectator) {
			t.Errorf("Send: %v", err)
		}
	})
}

// match runs a match's side of a room for some ticks: it reads inputs, and answers each tick with their slack.
func (r *rig) match(conn *clienttest.Conn, last *protocol.Snapshot, ticks uint32) (slacks []time.Duration) {
	began := time.Now()
	due := func(tick uint32) time.Time { return began.Add(time.Duration(tick-100) * time.Second / 60) }
	type arrival struct {
		tick uint32
		at   time.Time
	}
	arrivals := make(chan arrival, 10_000)
	r.aside.Go(func() {
		values := make([]int32, 3)
		for {
			frame, err := conn.NextOf(protocol.KindInput)
			if err != nil {
				close(arrivals)
				return
			}
			head, err := protocol.NewReader().Input(frame, values)
			if err != nil {
				panic(err)
			}
			arrivals <- arrival{head.Tick, time.Now()}
		}
	})
	head := protocol.SnapshotHead{Epoch: 1}
	for tick := last.Tick + 1; tick <= last.Tick+ticks; tick++ {
		pass(time.Until(due(tick)))
		for len(arrivals) > 0 {
			a := <-arrivals
			slack := due(a.tick).Sub(a.at)
			slacks = append(slacks, slack)
			head.Input, head.Slack = a.tick, int32(slack.Milliseconds())
		}
		next := world(tick, ship{X: float32(tick % 1600)})
		head.Tick, head.Base = tick, tick-1
		r.must(conn.SendRaw(frameOf(head, world(tick-1, ship{X: float32((tick - 1) % 1600)}), next)))
	}
	return slacks
}

func TestPlaySendsOneInputATickALittleAhead(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		conn, _ := r.welcome(protocol.Welcome{})
		first := world(100, ship{X: 100})
		r.must(conn.Send(enter(1, 1)))
		room, err := r.c.NextRoom(r.ctx, nil)
		r.must(err)
		var ticks []uint32
		played := make(chan error, 1)
		r.aside.Go(func() {
			played <- room.Play(r.ctx, func(v *client.View, in *client.Input) {
				ticks = append(ticks, in.Tick)
				if in.Tick <= v.Tick {
					t.Errorf("input for tick %d with the world of tick %d known", in.Tick, v.Tick)
				}
			})
		})
		r.must(conn.SendRaw(snapshot(1, nil, first)))
		slacks := r.match(conn, first, 300)
		conn.Cut()
		if err := <-played; !errors.Is(err, client.ErrOffline) {
			t.Errorf("Play ended with %v", err)
		}
		for i := 61; i < len(ticks); i++ {
			if ticks[i] != ticks[i-1]+1 {
				t.Errorf("tick %d after %d", ticks[i], ticks[i-1])
			}
		}
		if len(slacks) < 290 {
			t.Fatalf("%d inputs in 300 ticks", len(slacks))
		}
		for _, slack := range slacks[120:] {
			if slack < 0 || slack > 50*time.Millisecond {
				t.Errorf("slack %v", slack)
			}
		}
		if s := r.c.Stats(); s.InputsSent != uint64(len(ticks)) {
			t.Errorf("%d inputs counted, %d sent", s.InputsSent, len(ticks))
		}
	})
}
