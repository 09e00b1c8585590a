package arena_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/deltatick/deltatick/games/arena"
	"github.com/deltatick/deltatick/games/arena/flight"
	"github.com/deltatick/deltatick/match"
)

// What prediction at a client hangs on: a ship of a snapshot, flown on by its input, is the ship of the next snapshot, bit by
// bit, unless it met another.
func TestAShipFlownFromASnapshotIsThatOfTheNext(t *testing.T) {
	for _, hz := range []int{20, 60, 128} {
		f := newField(t, match.SimConfig{Seed: 7, TickRate: hz})
		helms := map[match.SeatID]flight.Helm{}
		for range 6 {
			helms[f.join("p")] = flight.Helm{}
		}
		rng := rand.New(rand.NewPCG(5, 0))
		compared, met := 0, 0
		f.steps(1)
		for tick := range 12 * hz {
			for seat := range match.SeatID(7) {
				if _, sits := helms[seat]; !sits {
					continue
				}
				if tick%13 == 0 {
					helms[seat] = anyHelm(rng)
				}
				h := helms[seat]
				f.must(f.Input(seat, arena.Input{Turn: h.Turn, Thrust: h.Thrust, Aim: h.Aim, Aimed: h.Aimed}))
			}
			var flown []flight.Ship
			for _, s := range f.ships() {
				ship, helm := shipOf(s), helms[match.SeatID(s.seat)]
				flight.Step(&ship, &helm, 1/float64(hz))
				flown = append(flown, ship)
			}
			phase := f.round().phase
			f.steps(1)
			if f.round().phase != phase {
				continue // everyone is placed anew
			}
			for i, now := range f.ships() {
				if meets(flown, i) {
					met++
					continue
				}
				compared++
				if got := shipOf(now); got != flown[i] {
					t.Fatalf("%d Hz, tick %d, ship %d: %+v, flown from the snapshot before: %+v", hz, f.Tick(), now.id, got, flown[i])
				}
			}
		}
		if compared < 60*hz || met == 0 {
			t.Errorf("%d Hz: %d compared, %d met another", hz, compared, met)
		}
	}
}

// meets reports whether a ship of radius 14 touches another, or nearly.
func meets(ships []flight.Ship, i int) bool {
	for j, other := range ships {
		if j != i && math.Hypot(other.X-ships[i].X, other.Y-ships[i].Y) < 28.2 {
			return true
		}
	}
	return false
}

func shipOf(s shipView) flight.Ship {
	return flight.Ship{X: s.x, Y: s.y, VX: s.vx, VY: s.vy, Heading: s.heading, Alive: s.alive, Thrust: s.thrust}
}

func anyHelm(rng *rand.Rand) flight.Helm {
	return flight.Helm{
		Turn:   rng.IntN(3) - 1,
		Thrust: rng.IntN(4) > 0,
		Aimed:  rng.IntN(2) > 0,
		Aim:    float64(rng.IntN(1024)) * (2 * math.Pi) / 1024,
	}
}
