package arena_test

import (
	"fmt"
	"testing"

	"github.com/deltatick/deltatick/games/arena"
	"github.com/deltatick/deltatick/match"
)

// idle is a game that does nothing: what its step allocates is the match's own.
type idle struct{}

func (idle) Setup(*match.Setup) error        { return nil }
func (idle) Join(*match.Tick, match.Player)  {}
func (idle) Step(*match.Tick)                {}
func (idle) Leave(*match.Tick, match.Player) {}
func idleKind() match.Kind                   { return match.Kind{Name: "idle", New: func() match.Game { return idle{} }} }
func stepper(tb testing.TB, sim *match.Sim) func() {
	return func() {
		if err := sim.Step(); err != nil {
			tb.Fatal(err)
		}
	}
}

func TestFlyingAllocatesNothing(t *testing.T) {
	nothing, err := match.NewSim(idleKind(), match.SimConfig{})
	if err != nil {
		t.Fatal(err)
	}
	floor := testing.AllocsPerRun(200, stepper(t, nothing))

	f := newField(t, match.SimConfig{Seed: 1, Settings: match.Settings{"seconds": 600}})
	for i := range 16 {
		seat := f.join("p")
		f.must(f.Input(seat, arena.Input{Turn: i%3 - 1, Thrust: true}))
	}
	f.steps(warmUpTicks + 200) // every snapshot of the ring has its memory
	if got := testing.AllocsPerRun(600, stepper(t, f.Sim)); got > floor {
		t.Errorf("%v allocations a tick, want the match's own %v", got, floor)
	}
}

func BenchmarkStep(b *testing.B) {
	for _, bots := range []int{2, 16} {
		b.Run(fmt.Sprintf("bots=%d", bots), func(b *testing.B) {
			b.ReportAllocs()
			sim, step := inPlay(b, bots)
			for b.Loop() {
				if sim.Tick() > 600*rate { // before the round is over
					b.StopTimer()
					sim, step = inPlay(b, bots)
					b.StartTimer()
				}
				step()
			}
		})
	}
}

// inPlay is a match of bots with a ring full of snapshots and ten minutes of play before it.
func inPlay(b *testing.B, bots int) (*match.Sim, func()) {
	sim, err := match.NewSim(arena.Kind(), match.SimConfig{Settings: match.Settings{"bots": bots, "seconds": 600, "limit": 0}})
	if err != nil {
		b.Fatal(err)
	}
	step := stepper(b, sim)
	for range warmUpTicks + 200 {
		step()
	}
	return sim, step
}
