package swarm_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/deltatick/deltatick/games/swarm"
	"github.com/deltatick/deltatick/match"
)

const rate = 60

type entityView struct {
	x, y, angle float64
	hp          int
	name        string
}

type field struct {
	t *testing.T
	*match.Sim
}

func newField(t *testing.T, seed uint64, settings match.Settings) field {
	t.Helper()
	sim, err := match.NewSim(swarm.Kind(), match.SimConfig{Seed: seed, Settings: settings})
	if err != nil {
		t.Fatal(err)
	}
	return field{t, sim}
}

func (f field) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f field) steps(n int) {
	f.t.Helper()
	for range n {
		f.must(f.Step())
	}
}

func (f field) join(name string) match.SeatID {
	f.t.Helper()
	seat, err := f.Join(name)
	f.must(err)
	return seat
}

// entities is the world as a client sees it, by id.
func (f field) entities() []entityView {
	f.t.Helper()
	schema, rows := f.Schema()[0], &f.Snapshot().Tables[0]
	columns := schema.Name
	for _, column := range schema.Fields {
		columns += " " + column.Name
	}
	if columns != "entities x y angle hp name" {
		f.t.Fatalf("the table is %q", columns)
	}
	all := make([]entityView, rows.Len())
	for i := range all {
		if rows.IDs[i] != uint32(i+1) {
			f.t.Fatalf("row %d has id %d", i, rows.IDs[i])
		}
		value := func(fi int) float64 { return schema.Fields[fi].Value(rows.Column(fi)[i]) }
		all[i] = entityView{value(0), value(1), value(2), int(value(3)), rows.Strings[4][i]}
	}
	return all
}

func (f field) inputs(seat match.SeatID) uint64 { return f.Game().(*swarm.Game).Inputs(seat) }

// track is the worlds of a match, one each tick.
func track(t *testing.T, seconds int, settings match.Settings) [][]entityView {
	t.Helper()
	f := newField(t, 1, settings)
	worlds := make([][]entityView, seconds*rate)
	for i := range worlds {
		f.steps(1)
		worlds[i] = f.entities()
	}
	if f.Clamped() != 0 {
		t.Errorf("%d values did not fit their fields", f.Clamped())
	}
	return worlds
}

// A sine of rate a fulfils f(t+h) - 2 f(t) + f(t-h) = -2 (1 - cos(a h)) f(t): that tells the rate from any three places.
func TestEveryAxisIsASineOfTheStatedRateAndRadius(t *testing.T) {
	worlds := track(t, 30, match.Settings{"entities": 30})
	coordinates := map[string]func(e entityView) float64{
		"x": func(e entityView) float64 { return e.x - 1000 },
		"y": func(e entityView) float64 { return e.y - 1000 },
	}
	for axis, of := range coordinates {
		for i := range worlds[0] {
			lowest, highest, farthest := math.Inf(1), math.Inf(-1), 0.0
			for tick := rate; tick < len(worlds)-rate; tick++ {
				now := of(worlds[tick][i])
				farthest = max(farthest, math.Abs(now))
				if math.Abs(now) < 200 {
					continue // too little to tell
				}
				bend := -(of(worlds[tick+rate][i]) - 2*now + of(worlds[tick-rate][i])) / now
				a := math.Acos(1 - bend/2)
				lowest, highest = min(lowest, a), max(highest, a)
			}
			if highest-lowest > 0.001 || lowest < 0.2495 || highest > 0.6005 {
				t.Errorf("entity %d, %s: rate %v to %v, want one from 0.25 to 0.60", i+1, axis, lowest, highest)
			}
			if farthest < 299.9 || farthest > 900.1 {
				t.Errorf("entity %d, %s: goes to %v from the middle, want 300 to 900", i+1, axis, farthest)
			}
		}
	}
}

func TestTheAngleIsTheDirectionOfTravel(t *testing.T) {
	worlds := track(t, 5, match.Settings{"entities": 100})
	compared := 0
	for tick := 6; tick < len(worlds)-6; tick++ {
		for i, e := range worlds[tick] {
			dx, dy := worlds[tick+6][i].x-worlds[tick-6][i].x, worlds[tick+6][i].y-worlds[tick-6][i].y
			if math.Hypot(dx, dy) < 10 {
				continue // turning: no direction to speak of
			}
			compared++
			if off := math.Abs(math.Remainder(math.Atan2(dy, dx)-e.angle, 2*math.Pi)); off > 0.02 {
				t.Fatalf("tick %d, entity %d: angle %v, moves by (%v, %v)", tick, i+1, e.angle, dx, dy)
			}
		}
	}
	if compared < 10000 {
		t.Errorf("only %d compared", compared)
	}
}

func TestHPFallsByOneASecondStaggeredAndRefills(t *testing.T) {
	worlds := track(t, 258, match.Settings{"entities": 12})
	refills := 0
	for i := range worlds[0] {
		last := -1 // tick of the last change
		for tick := 1; tick < len(worlds); tick++ {
			before, now := worlds[tick-1][i].hp, worlds[tick][i].hp
			if before == now {
				continue
			}
			if now != before-1 && (before != 0 || now != 255) {
				t.Fatalf("entity %d: hp from %d to %d", i+1, before, now)
			}
			if now == 255 {
				refills++
			}
			if last >= 0 && tick-last != rate {
				t.Fatalf("entity %d: hp changed after %d ticks, want %d", i+1, tick-last, rate)
			}
			last = tick
		}
	}
	if refills < 12 {
		t.Errorf("%d of 12 entities refilled within 258 s", refills)
	}
	most := 0
	for tick := 1; tick <= rate; tick++ {
		changed := 0
		for i := range worlds[tick] {
			if worlds[tick][i].hp != worlds[tick-1][i].hp {
				changed++
			}
		}
		most = max(most, changed)
	}
	if most > 3 {
		t.Errorf("%d of 12 entities lose hp in the same tick", most)
	}
}

func TestWithMotionAllEveryEntityMoves(t *testing.T) {
	worlds := track(t, 10, match.Settings{"entities": 100})
	still := 0
	for tick := 1; tick < len(worlds); tick++ {
		for i, e := range worlds[tick] {
			if before := worlds[tick-1][i]; e.x == before.x && e.y == before.y {
				still++
			}
		}
	}
	if still > 60 { // both axes at their ends at once
		t.Errorf("%d times in 60000 an entity did not move", still)
	}
}

func TestWithMotionQuarterOneInFourMovesAtAnyTime(t *testing.T) {
	worlds := track(t, 20, match.Settings{"entities": 200, "quarter": 1})
	begins := make([]int, rate) // by tick within the second
	for tick := 1; tick < len(worlds); tick++ {
		moving := 0
		for i, e := range worlds[tick] {
			if e != worlds[tick-1][i] {
				moving++
				if tick > 1 && worlds[tick-1][i] == worlds[tick-2][i] {
					begins[tick%rate]++
				}
			}
		}
		if moving < 48 || moving > 50 { // two at most stand at an end of their path
			t.Fatalf("tick %d: %d of 200 move, want 50", tick, moving)
		}
	}
	if most := slices.Max(begins); most > 100 {
		t.Errorf("%d of 1000 begin at the same moment of a second: not staggered", most)
	}
	for i := range worlds[0] {
		runs, length := 0, 0
		for tick := 1; tick < len(worlds); tick++ {
			if worlds[tick][i] != worlds[tick-1][i] {
				length++
				continue
			}
			if length > rate {
				t.Fatalf("entity %d moved for %d ticks on end", i+1, length)
			}
			if length > rate-3 {
				runs++
			}
			length = 0
		}
		if runs < 4 || runs > 5 {
			t.Errorf("entity %d moved for a second %d times in 20 s, want 4 or 5", i+1, runs)
		}
	}
}

func TestRestsTakeNothingFromTheWay(t *testing.T) {
	all := track(t, 4, match.Settings{"entities": 8})
	quarter := track(t, 12, match.Settings{"entities": 8, "quarter": 1})
	for i := range all[0] {
		for tick := 4 * rate; tick < len(quarter); tick++ { // by now everyone has moved
			at := quarter[tick][i]
			if !slices.ContainsFunc(all, func(world []entityView) bool { return world[i] == at }) {
				t.Fatalf("tick %d: entity %d is %+v, which it never is without rests", tick, i+1, at)
			}
		}
	}
}

func TestSameSeedGivesTheSameWorldWhateverIsSent(t *testing.T) {
	run := func(seed uint64, press bool) (chain []uint32) {
		f := newField(t, seed, match.Settings{"entities": 60})
		seat := f.join("ann")
		random := rand.New(rand.NewPCG(5, 5))
		for range 60 * rate {
			if press {
				f.must(f.Input(seat, swarm.Input{Turn: random.IntN(3) - 1, Thrust: random.IntN(2) == 0, Fire: true}))
			}
			f.steps(1)
			chain = append(chain, f.Hash())
		}
		return chain
	}
	quiet := run(1, false)
	if !slices.Equal(quiet, run(1, true)) {
		t.Error("inputs changed the world")
	}
	if other := run(2, false); slices.Equal(quiet, other) {
		t.Error("another seed gives the same world")
	}
}

func TestInputsAreCountedBySeat(t *testing.T) {
	f := newField(t, 1, nil)
	a, b := f.join("ann"), f.join("ben")
	for i := range 90 {
		f.must(f.Input(a, swarm.Input{Turn: 1}))
		if i%3 == 0 {
			f.must(f.Input(b, swarm.Input{Fire: true}))
		}
		f.steps(1)
	}
	if f.inputs(a) != 90 || f.inputs(b) != 30 {
		t.Errorf("counted %d and %d inputs, want 90 and 30", f.inputs(a), f.inputs(b))
	}
	f.must(f.Leave(a))
	if again := f.join("cat"); again != a || f.inputs(a) != 0 {
		t.Errorf("the next player of seat %d begins with %d inputs", a, f.inputs(a))
	}
}

func TestTheFirstEntitiesCarryThePlayersNames(t *testing.T) {
	f := newField(t, 1, match.Settings{"entities": 3})
	f.steps(1)
	if e := f.entities(); e[0].name != "drone-1" || e[2].name != "drone-3" {
		t.Fatalf("names without players: %q and %q", e[0].name, e[2].name)
	}
	ann := f.join("ann")
	f.join("ßßßßßßßßßßßßßßßßßßßßßßßß") // 24 runes, 48 bytes
	f.join("cat")
	f.join("more players than entities")
	f.steps(1)
	if e := f.entities(); e[0].name != "ann" || e[1].name != "ßßßßßßßßßßßß" || e[2].name != "cat" || len(e) != 3 {
		t.Errorf("entities %+v", e)
	}
	f.must(f.Leave(ann))
	f.must(f.Leave(4))
	f.steps(1)
	if e := f.entities(); e[0].name != "drone-1" || e[2].name != "cat" {
		t.Errorf("after a leave: %+v", e)
	}
	if f.Clamped() != 0 {
		t.Errorf("%d values did not fit their fields", f.Clamped())
	}
}

func TestTheSwarmNeverEnds(t *testing.T) {
	f := newField(t, 1, match.Settings{"entities": 1})
	f.steps(700 * rate)
	if _, ended := f.Ended(); ended || len(f.Events()) != 0 {
		t.Error("it ended, or said something")
	}
}

func TestWithAViewPlayersSeeWhatIsNear(t *testing.T) {
	f := newField(t, 1, match.Settings{"entities": 500, "view": 300})
	ann := f.join("ann")
	watcher := match.SeatID(0)
	for range 5 * rate {
		f.steps(1)
		all := f.entities()
		seen, err := f.SeenBy(ann)
		f.must(err)
		me, near := all[ann-1], 0
		for i, e := range all {
			if math.Hypot(e.x-me.x, e.y-me.y) > 299.99 {
				continue
			}
			near++
			if _, in := seen.Tables[0].Find(uint32(i + 1)); !in {
				t.Fatalf("entity %d is near and not seen", i+1)
			}
		}
		if n := seen.Tables[0].Len(); n > len(all)/2 || n < near {
			t.Fatalf("%d of %d entities are seen, %d are near", n, len(all), near)
		}
	}
	seen, err := f.SeenBy(watcher)
	f.must(err)
	if n := seen.Tables[0].Len(); n != 500 {
		t.Errorf("a spectator sees %d of 500", n)
	}
}
