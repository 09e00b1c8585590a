package swarm_test

import (
	"fmt"
	"testing"

	"github.com/deltatick/deltatick/games/swarm"
	"github.com/deltatick/deltatick/match"
)

// idle is a game that does nothing: what its step allocates is the match's own.
type idle struct{}

func (idle) Setup(*match.Setup) error        { return nil }
func (idle) Join(*match.Tick, match.Player)  {}
func (idle) Step(*match.Tick)                {}
func (idle) Leave(*match.Tick, match.Player) {}

func allocations(t *testing.T, kind match.Kind, settings match.Settings, players int) float64 {
	t.Helper()
	sim, err := match.NewSim(kind, match.SimConfig{Settings: settings})
	if err != nil {
		t.Fatal(err)
	}
	for range players {
		if _, err := sim.Join("p"); err != nil {
			t.Fatal(err)
		}
	}
	step := func() {
		if err := sim.Step(); err != nil {
			t.Fatal(err)
		}
	}
	for range 200 { // every snapshot of the ring has its memory
		step()
	}
	return testing.AllocsPerRun(300, step)
}

func TestMovingAllocatesNothing(t *testing.T) {
	floor := allocations(t, match.Kind{Name: "idle", New: func() match.Game { return idle{} }}, nil, 0)
	for _, steered := range []int{0, 1} {
		if got := allocations(t, swarm.Kind(), match.Settings{"steered": steered}, 64); got > floor {
			t.Errorf("steered=%d: %v allocations a tick, want the match's own %v", steered, got, floor)
		}
	}
}

func BenchmarkStep(b *testing.B) {
	for _, entities := range []int{100, 1000, 5000} {
		for _, quarter := range []int{0, 1} {
			b.Run(fmt.Sprintf("entities=%d/quarter=%d", entities, quarter), func(b *testing.B) {
				settings := match.Settings{"entities": entities, "quarter": quarter}
				sim, err := match.NewSim(swarm.Kind(), match.SimConfig{Settings: settings})
				if err != nil {
					b.Fatal(err)
				}
				b.ReportAllocs()
				for b.Loop() {
					if err := sim.Step(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
