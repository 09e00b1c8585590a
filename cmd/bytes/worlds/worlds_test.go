package worlds_test

import (
	"math"
	"slices"
	"testing"

	"github.com/deltatick/deltatick/cmd/bytes/worlds"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

func kinds() map[string]match.Kind {
	return map[string]match.Kind{
		"pile": worlds.Pile(), "debris, numbers": worlds.Debris(false), "debris, quat": worlds.Debris(true),
		"crowd": worlds.Crowd(), "vehicles": worlds.Vehicles(),
	}
}

const ticks = 20

func start(t *testing.T, kind match.Kind, seed uint64) *match.Sim {
	t.Helper()
	sim, err := match.NewSim(kind, match.SimConfig{Seed: seed, TickRate: 60})
	if err != nil {
		t.Fatal(err)
	}
	return sim
}

func step(t *testing.T, sim *match.Sim) {
	t.Helper()
	if err := sim.Step(); err != nil {
		t.Fatal(err)
	}
}

// hashes is what the world's hash is in each tick.
func hashes(t *testing.T, kind match.Kind, seed uint64) []uint32 {
	sim, got := start(t, kind, seed), []uint32(nil)
	for range ticks {
		step(t, sim)
		got = append(got, sim.Hash())
	}
	return got
}

func TestTheSameSeedMakesTheSameWorldInEveryTick(t *testing.T) {
	for name, kind := range kinds() {
		t.Run(name, func(t *testing.T) {
			once := hashes(t, kind, 7)
			if !slices.Equal(once, hashes(t, kind, 7)) {
				t.Error("two runs from one seed differ")
			}
			if slices.Equal(once, hashes(t, kind, 8)) {
				t.Error("runs from two seeds do not differ")
			}
		})
	}
}

func TestWorldsStayWithinTheRangesOfTheirFields(t *testing.T) {
	for name, kind := range kinds() {
		t.Run(name, func(t *testing.T) {
			sim := start(t, kind, 7)
			for range 60 {
				step(t, sim)
			}
			if n := sim.Clamped(); n > 0 {
				t.Errorf("%d values were cut to their field's range", n)
			}
		})
	}
}

// changing is how many rows of a world's one table change in a tick, in the mean over a second after it has settled.
func changing(t *testing.T, kind match.Kind) (rows int, part float64) {
	sim := start(t, kind, 7)
	schema := sim.Schema()
	was, n, changed := protocol.NewSnapshot(schema), 0, 0
	for tick := range 5 * 60 {
		step(t, sim)
		now := sim.Snapshot()
		if tick >= 4*60 {
			for row := range now.Tables[0].IDs {
				n++
				for f := range schema[0].Fields {
					if now.Tables[0].Column(f)[row] != was.Tables[0].Column(f)[row] {
						changed++
						break
					}
				}
			}
		}
		was.CopyFrom(now, schema)
	}
	return was.Tables[0].Len(), float64(changed) / float64(n)
}

func TestOfThePileFewAreMovingAndOfTheVehiclesMost(t *testing.T) {
	if rows, part := changing(t, worlds.Pile()); rows != 901 || part < 0.02 || part > 0.25 {
		t.Errorf("of %d cubes %.3f change in a tick, want 901 and about a tenth", rows, part)
	}
	if rows, part := changing(t, worlds.Vehicles()); rows != 48 || part < 0.6 || part == 1 {
		t.Errorf("of %d vehicles %.3f change in a tick, want 48 and most, but not all", rows, part)
	}
}

func TestVehiclesGoWhereTheirDeclaredVelocitiesSay(t *testing.T) {
	sim := start(t, worlds.Vehicles(), 7)
	fields := sim.Schema()[0].Fields
	was := protocol.NewSnapshot(sim.Schema())
	for tick := range ticks {
		step(t, sim)
		now := sim.Snapshot()
		for f, field := range fields {
			if tick == 0 || field.Rate == 0 {
				continue
			}
			velocity := fields[field.Rate-1]
			for row := range now.Tables[0].IDs {
				moved := now.Tables[0].Column(f)[row] - was.Tables[0].Column(f)[row]
				if field.Kind == protocol.FieldAngle {
					moved = moved << (32 - field.Bits) >> (32 - field.Bits)
				}
				expected := float64(now.Tables[0].Column(int(field.Rate) - 1)[row]-velocity.Zero()) * float64(field.PerTick) / (1 << 16)
				// Both ends are rounded, and so is the rate.
				if slack := 1 + math.Abs(float64(field.PerTick))/(1<<17); math.Abs(float64(moved)-expected) > slack+0.001 {
					t.Fatalf("tick %d, vehicle %d: %s moved by %d, its rate says %.2f", tick, row, field.Name, moved, expected)
				}
			}
		}
		was.CopyFrom(now, sim.Schema())
	}
}
