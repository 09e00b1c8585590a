package arena_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/deltatick/deltatick/games/arena"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// playing is a room of eight players who turn, thrust and fire at random, as cmd/cost's do.
type playing struct {
	sim   *match.Sim
	state *protocol.Packed
	held  *protocol.Snapshot // what the room's players were sent last
}

func newPlaying(b *testing.B) *playing {
	sim, err := match.NewSim(arena.Kind(), match.SimConfig{Settings: match.Settings{"seconds": 600, "limit": 0}})
	if err != nil {
		b.Fatal(err)
	}
	for range 8 {
		if _, err := sim.Join("player"); err != nil {
			b.Fatal(err)
		}
	}
	return &playing{sim: sim, state: protocol.NewPacked(sim.Schema())}
}

// steer gives one player in ten another input.
func (p *playing) steer(b *testing.B, random *rand.Rand) {
	for seat := match.SeatID(1); seat <= 8; seat++ {
		if random.IntN(10) > 0 {
			continue
		}
		in := arena.Input{Turn: random.IntN(3) - 1, Thrust: random.IntN(2) == 0, Fire: random.IntN(2) == 0}
		if err := p.sim.Input(seat, in); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRooms makes ticks of rooms in turn, and of each the body in codec "packed": what a server does of its own for a room's tick,
// without the system calls between that cool the processor's caches. Medians, because a machine that others use makes a mean of them.
func BenchmarkRooms(b *testing.B) {
	for _, rooms := range []int{1, 50} {
		b.Run(fmt.Sprintf("rooms=%d", rooms), func(b *testing.B) {
			random := rand.New(rand.NewPCG(1, 2))
			all := make([]*playing, rooms)
			for i := range all {
				all[i] = newPlaying(b)
			}
			encoder := protocol.NewPackedEncoder()
			var body []byte
			var steps, bodies []time.Duration
			tick := func(p *playing) {
				p.steer(b, random)
				start := time.Now()
				stepper(b, p.sim)()
				stepped := time.Now()
				body = encoder.Encode(body[:0], p.state, p.held, p.sim.Snapshot(), false)
				steps, bodies = append(steps, stepped.Sub(start)), append(bodies, time.Since(stepped))
				p.held = p.sim.Snapshot()
				p.sim.Events()
			}
			for range warmUpTicks + 200 {
				for _, p := range all {
					tick(p)
				}
			}
			steps, bodies = steps[:0], bodies[:0]
			for b.Loop() {
				for _, p := range all {
					tick(p)
				}
			}
			b.ReportMetric(float64(median(steps).Nanoseconds())/1e3, "µs/step")
			b.ReportMetric(float64(median(bodies).Nanoseconds())/1e3, "µs/body")
		})
	}
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}
