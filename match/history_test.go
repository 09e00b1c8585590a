package match_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/deltatick/deltatick/match"
)

func TestTheWorldAtATickIsWhatClientsWereTold(t *testing.T) {
	sim, game := newLane(t, match.SimConfig{Seed: 3})
	seat, err := sim.Join("ada")
	must(t, err)
	told := map[uint32]map[match.EntityID]runner{} // by tick
	looked := 0
	game.look = func(now *match.Tick) {
		for tick := now.Oldest(); tick < now.Number(); tick++ {
			got := map[match.EntityID]runner{}
			for id, r := range game.runners.AllAt(now, tick) {
				got[id] = r
				if single, ok := game.runners.At(now, tick, id); !ok || single.X != r.X || single.Name != r.Name {
					t.Fatalf("tick %d: %d is %+v by itself (%v), %+v among all", tick, id, single, ok, r)
				}
			}
			if diff := cmp.Diff(told[tick], got, cmp.AllowUnexported(runner{}), cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("tick %d, seen from %d: %s", tick, now.Number(), diff)
			}
			looked++
		}
	}
	for range 200 {
		must(t, sim.Input(seat, stride{Dx: 1}))
		must(t, sim.Step())
		world := map[match.EntityID]runner{}
		rows := &sim.Snapshot().Tables[0]
		x := sim.Schema()[0].Fields[0]
		for i, id := range rows.IDs {
			world[match.EntityID(id)] = runner{
				X: x.Value(rows.Column(0)[i]), Name: rows.Strings[1][i], Seat: match.SeatID(rows.Column(2)[i]),
			}
		}
		told[sim.Tick()] = world
	}
	if looked < 185*15 {
		t.Errorf("%d looks back", looked)
	}
}

func TestOneLooksNoFurtherBackThanIsAllowed(t *testing.T) {
	sim, game := newLane(t, match.SimConfig{})
	game.look = func(now *match.Tick) {
		n := now.Number()
		if want := max(1, int(n)-15); int(now.Oldest()) != want { // 250 ms of 60 Hz
			t.Errorf("in tick %d the oldest is %d, want %d", n, now.Oldest(), want)
		}
		for _, tick := range []uint32{0, now.Oldest() - 1, n, n + 1, n - 128, n + 1<<31} {
			if tick >= now.Oldest() && tick < n {
				continue
			}
			if _, ok := game.runners.At(now, tick, 1); ok {
				t.Errorf("in tick %d there is a world of tick %d", n, tick)
			}
			for range game.runners.AllAt(now, tick) {
				t.Fatalf("in tick %d there are rows of tick %d", n, tick)
			}
		}
		if _, ok := game.runners.At(now, now.Oldest(), 4711); ok {
			t.Error("an entity that never was has been found")
		}
	}
	for range 300 {
		must(t, sim.Step())
	}
}

func TestLookingBackAllocatesNothing(t *testing.T) {
	sim, game := newLane(t, match.SimConfig{})
	for range 30 {
		must(t, sim.Step())
	}
	var allocations float64
	game.look = func(now *match.Tick) {
		sum := 0.0
		allocations = testing.AllocsPerRun(100, func() {
			r, _ := game.runners.At(now, now.Oldest(), 1)
			sum += r.X
			for _, r := range game.runners.AllAt(now, now.Oldest()) {
				sum += r.X
			}
		})
	}
	must(t, sim.Step())
	if allocations != 0 {
		t.Errorf("%v allocations", allocations)
	}
}

func TestWhatAPlayerSawMovesOnWhileTheInputIsRepeatedAndStaysInBounds(t *testing.T) {
	sim, game := newLane(t, match.SimConfig{})
	seat, err := sim.Join("ada")
	must(t, err)
	var seen uint32
	game.look = func(now *match.Tick) { seen = now.Seen(seat) }
	step := func() uint32 {
		must(t, sim.Step())
		return seen
	}
	for want := range uint32(40) { // who has sent nothing sees the newest
		if got := step(); got != want {
			t.Fatalf("tick %d: seen %d without an input", sim.Tick(), got)
		}
	}
	must(t, sim.InputSeen(seat, stride{}, 34))
	for i, want := range []uint32{34, 35, 36} { // in ticks 41, 42, 43
		if got := step(); got != want {
			t.Errorf("repeat %d: seen %d, want %d", i, got, want)
		}
	}
	for _, c := range []struct{ said, behind uint32 }{{1, 15}, {4_000_000_000, 1}, {0, 1}} {
		must(t, sim.InputSeen(seat, stride{}, c.said))
		if got := step(); sim.Tick()-got != c.behind {
			t.Errorf("said %d in tick %d: seen %d, want %d behind", c.said, sim.Tick(), got, c.behind)
		}
	}
}
