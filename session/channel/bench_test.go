package channel_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
	"github.com/deltatick/deltatick/session/channel"
)

// BenchmarkBroadcast sends an event of 100 bytes to 1,000 members who are away, so that what is measured is not a socket.
// The figures are for one broadcast: divide by 1,000 for a member.
func BenchmarkBroadcast(b *testing.B) {
	payload := map[string]string{"text": fmt.Sprintf("%100d", 1)}
	everyone := func(session.Identity, string) bool { return true }
	b.Run("room", func(b *testing.B) {
		broadcast(b, nil, func(ch *channel.Channel) { emitOrFail(b, ch.Rooms("hats"), payload) })
	})
	b.Run("room-with-rule", func(b *testing.B) {
		broadcast(b, everyone, func(ch *channel.Channel) { emitOrFail(b, ch.Rooms("hats"), payload) })
	})
	// What it would cost to encode the event for each member.
	b.Run("each-by-itself", func(b *testing.B) {
		broadcast(b, nil, func(ch *channel.Channel) {
			for _, s := range ch.Rooms("hats").Members() {
				s.Emit("shop", "sale", protocol.MustEncode(payload), 0)
			}
		})
	})
}

const audience = 1000

func emitOrFail(b *testing.B, to channel.Audience, payload any) {
	if n, err := to.Emit("sale", payload); n != audience || err != nil {
		b.Fatal(n, err)
	}
}

// broadcast measures something that is done to a channel with 1,000 members in a room.
func broadcast(b *testing.B, rule func(session.Identity, string) bool, do func(*channel.Channel)) {
	ch := shop(func(cfg *channel.Config) { cfg.MaySee = rule })
	h := newHouse(b, set(ch))
	defer h.close()
	for i := range audience {
		if err := ch.Join(away(h, fmt.Sprint("user", i)), "hats"); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		do(ch)
	}
}

// away is a session whose connection is over.
func away(h *house, user string) *session.Session {
	w := newWire()
	go func() {
		w.in <- protocol.MustEncode(protocol.Hello{
			Kind: protocol.KindHello, Version: protocol.Version, Client: "test", Codecs: []string{protocol.CodecMP}, Auth: []string{user},
		})
		_ = w.Close()
	}()
	_ = h.hub.Serve(context.Background(), w)
	return h.newly
}
