package channel_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
	"github.com/deltatick/deltatick/session/channel"
)

// Server code joins, leaves, closes, opens and broadcasts from several goroutines while the sessions end under its hands. Nothing of them may
// be left, which the end of the house checks; the race detector checks the rest.
func TestNothingIsLeftOfSessionsThatEndWhileTheyAreInUse(t *testing.T) {
	ch := shop(func(cfg *channel.Config) {
		cfg.Allow = func(who session.Identity) error { return nil }
		cfg.MaySee = func(who session.Identity, room string) bool { return room != who.User }
	})
	inHouse(t, set(ch), func(h *house) {
		clients := make([]*client, 100)
		for i := range clients {
			clients[i] = h.join(fmt.Sprint("user", i%10))
		}
		var wg sync.WaitGroup
		for worker := range 4 {
			rng := rand.New(rand.NewPCG(1, uint64(worker)))
			wg.Go(func() {
				for range 2000 {
					s := clients[rng.IntN(len(clients))].session
					room := fmt.Sprint("user", rng.IntN(10))
					switch rng.IntN(7) {
					case 0, 1:
						_ = ch.Join(s, room)
					case 2:
						ch.Leave(s, room)
					case 3:
						ch.Close(s, protocol.CodeForbidden)
					case 4:
						_ = ch.Open(s)
					case 5:
						h.set.Changed(s)
					case 6:
						if err := emit(ch.Rooms(room).AndUsers(room).ExceptSessions(s), "sale"); err != nil {
							t.Error(err)
						}
					}
				}
			})
		}
		wg.Go(func() {
			for _, c := range clients {
				c.session.End(protocol.CloseKicked)
			}
		})
		wg.Wait()
	})
}
