package server_test

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/server"
)

// gated is a connection whose reading stops while the gate is full.
type gated struct {
	net.Conn
	gate chan struct{}
}

func (c gated) Read(b []byte) (int, error) {
	c.gate <- struct{}{}
	<-c.gate
	return c.Conn.Read(b)
}

func TestAReaderThatStopsForFiveSecondsCostsTheOthersNoTickAndGetsTheNewestState(t *testing.T) {
	bubble(t, server.Config{}, func(h *house) {
		gate := make(chan struct{}, 1) // a lock that virtual time can pass by
		slow := h.guestWith(client.Config{
			Name: "slow", LinkTimeout: time.Minute, // so that it stays on the one connection
			NetDial: func(ctx context.Context, network, addr string) (net.Conn, error) {
				c, err := h.net.dial(ctx, network, addr)
				return gated{c, gate}, err
			},
		})
		var mu sync.Mutex
		var fastTicks []uint32
		fast := h.guestWith(client.Config{
			Name: "fast", NetDial: h.net.dial,
			Handlers: client.Handlers{Snapshot: func(_ *client.Room, v *client.View) {
				mu.Lock()
				defer mu.Unlock()
				fastTicks = append(fastTicks, v.Tick)
			}},
		})
		lobby, mine := slow.host(client.NewLobby{Settings: map[string]int{"pad": 500}})
		theirs := fast.join(lobby.ID, false)
		defer fast.play(map[string]float64{"add": 1})()
		defer slow.play(map[string]float64{"add": 1})()
		time.Sleep(2 * time.Second)

		gate <- struct{}{}
		before := slow.Stats()
		time.Sleep(5 * time.Second)
		<-gate
		time.Sleep(200 * time.Millisecond)

		after := slow.Stats()
		if mine.View().Tick+3 < theirs.View().Tick || after.Connects != 1 {
			t.Errorf("reading again, it is at tick %d over connection %d; the other is at %d", mine.View().Tick, after.Connects, theirs.View().Tick)
		}
		// What was under way when it stopped, and what came since it reads again; the 300 ticks between were never sent.
		if n := after.Snapshots - before.Snapshots; n > 40 {
			t.Errorf("it was sent %d snapshots for 5 s that it did not read", n)
		}
		if after.Keyframes != 2 {
			t.Errorf("%d keyframes: want one at the start and one for a gap of more than %d ticks", after.Keyframes, protocol.RingTicks)
		}
		mu.Lock()
		defer mu.Unlock()
		for i, tick := range fastTicks[1:] {
			if tick != fastTicks[i]+1 {
				t.Fatalf("the other missed the ticks between %d and %d", fastTicks[i], tick)
			}
		}
	})
}
