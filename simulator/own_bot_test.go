package simulator_test

import (
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/simulator"
)

// spinner is the bot that docs/simulator.md shows, which counts.
type spinner struct {
	turn     client.Control
	thoughts *atomic.Int64
}

func (b *spinner) Enter(room *client.Room) { b.turn = room.Input("turn") }
func (b *spinner) Think(_ *client.View, in *client.Input) {
	in.Set(b.turn, 1)
	b.thoughts.Add(1)
}

func TestAGamesOwnBotPlaysAServerInTheSameProcessInEitherCodec(t *testing.T) {
	var thoughts atomic.Int64
	group := simulator.Group{
		Game: "swarm", Bots: 2, RoomSize: 2, MinRate: -1, Settings: map[string]int{"entities": 200},
		NewBot: func(int, *rand.Rand) simulator.Bot { return &spinner{thoughts: &thoughts} },
	}
	packed, mp := group, group
	packed.Name, packed.Codecs = "packed", []string{"packed", "mp"}
	mp.Name, mp.Codecs = "mp", []string{"mp"}
	r, err := simulator.Run(t.Context(), simulator.Config{URL: realServer(t), For: 2 * time.Second, Groups: []simulator.Group{packed, mp}})
	if err != nil {
		t.Fatal(err)
	}
	if !r.OK() || thoughts.Load() == 0 {
		t.Errorf("%d failed, %d invariants broken, %d thoughts", r.Failed, r.Broken, thoughts.Load())
	}
	perSnapshot := func(g simulator.GroupReport) float64 { return g.BytesIn * r.Measured * 2 / float64(g.Snapshots) }
	if small, large := perSnapshot(r.Groups[0]), perSnapshot(r.Groups[1]); small >= large {
		t.Errorf("%.0f bytes a snapshot packed, %.0f in mp", small, large)
	}
}
