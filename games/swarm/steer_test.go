package swarm_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/deltatick/deltatick/games/swarm"
	"github.com/deltatick/deltatick/match"
)

// steered is a field whose players steer.
func steered(t *testing.T, seed uint64, entities int) field {
	return newField(t, seed, match.Settings{"entities": entities, "steered": 1})
}

// push gives a seat an input for each of some ticks, and makes them.
func (f field) push(seat match.SeatID, in swarm.Input, ticks int) {
	f.t.Helper()
	for range ticks {
		f.must(f.Input(seat, in))
		f.steps(1)
	}
}

func moved(a, b entityView) float64 { return math.Hypot(b.x-a.x, b.y-a.y) }

func TestASteeredEntityTurnsAndGoesTheWayItPoints(t *testing.T) {
	f := steered(t, 1, 4)
	seat := f.join("ann")
	f.steps(1)
	before := f.entities()[0]
	f.push(seat, swarm.Input{Turn: 1}, 30)
	turned := f.entities()[0]
	if off := math.Remainder(turned.angle-before.angle-1.5, 2*math.Pi); math.Abs(off) > 0.05 || moved(before, turned) > 0.02 {
		t.Errorf("half a second's turn: from %+v to %+v, want 1.5 radians more in the same place", before, turned)
	}
	f.push(seat, swarm.Input{Turn: -1}, 30)
	if back := f.entities()[0]; math.Abs(math.Remainder(back.angle-before.angle, 2*math.Pi)) > 0.01 {
		t.Errorf("turned back: angle %v, was %v", back.angle, before.angle)
	}
	for range 130 { // a whole turn, at most: until the middle is ahead, and no edge
		if e := f.entities()[0]; math.Abs(math.Remainder(math.Atan2(1000-e.y, 1000-e.x)-e.angle, 2*math.Pi)) < 0.1 {
			break
		}
		f.push(seat, swarm.Input{Turn: 1}, 1)
	}
	before = f.entities()[0]
	f.push(seat, swarm.Input{Thrust: true}, 30)
	after := f.entities()[0]
	off := math.Remainder(math.Atan2(after.y-before.y, after.x-before.x)-before.angle, 2*math.Pi)
	if math.Abs(moved(before, after)-200) > 1 || math.Abs(off) > 0.001 || after.angle != before.angle {
		t.Errorf("half a second's thrust: from %+v to %+v, want 200 units ahead", before, after)
	}
	f.push(seat, swarm.Input{Fire: true}, 30)
	if e := f.entities()[0]; moved(e, after) != 0 {
		t.Errorf("without thrust it went from %+v to %+v", after, e)
	}
}

// What makes a snapshot that has an input the first one to show its effect.
func TestAnInputHasItsEffectInTheTickItIsFor(t *testing.T) {
	f := steered(t, 1, 1)
	seat := f.join("ann")
	f.steps(1)
	before := f.entities()[0]
	f.push(seat, swarm.Input{Turn: 1, Thrust: true}, 1)
	if now := f.entities()[0]; now.angle == before.angle || moved(before, now) < 6 {
		t.Errorf("from %+v to %+v", before, now)
	}
}

func TestAnEntityIsSteeredByItsSeatAlone(t *testing.T) {
	quiet, loud := steered(t, 1, 20), steered(t, 1, 20)
	for _, f := range []field{quiet, loud} {
		f.join("ann")
		f.join("ben")
	}
	for range 2 * rate {
		loud.must(loud.Input(2, swarm.Input{Turn: 1, Thrust: true}))
		quiet.steps(1)
		loud.steps(1)
	}
	for i, e := range loud.entities() {
		if same := e == quiet.entities()[i]; same != (i != 1) {
			t.Errorf("seat 2 steers, and entity %d is %+v, without that %+v", i+1, e, quiet.entities()[i])
		}
	}
}

func TestAnInputOutOfRangeSteersNoHarder(t *testing.T) {
	a, b := steered(t, 1, 4), steered(t, 1, 4)
	a.join("ann")
	b.join("ann")
	for range rate {
		a.must(a.Input(1, swarm.Input{Turn: 1, Thrust: true}))
		b.must(b.Input(1, swarm.Input{Turn: 1000, Thrust: true}))
		a.steps(1)
		b.steps(1)
		if a.Hash() != b.Hash() {
			t.Fatalf("tick %d: turn 1000 is %+v, turn 1 is %+v", a.Tick(), b.entities()[0], a.entities()[0])
		}
	}
}

// zigzag steers a seat at random.
func zigzag(rng *rand.Rand) swarm.Input {
	return swarm.Input{Turn: rng.IntN(3) - 1, Thrust: rng.IntN(4) > 0}
}

func TestSteeredEntitiesKeepTheirSpeedAndStayInTheField(t *testing.T) {
	for _, hz := range []int{20, 60, 128} {
		sim, err := match.NewSim(swarm.Kind(), match.SimConfig{Seed: 3, TickRate: hz, Settings: match.Settings{"entities": 2, "steered": 1}})
		if err != nil {
			t.Fatal(err)
		}
		f, rng, edges := field{t, sim}, rand.New(rand.NewPCG(1, 2)), 0
		f.join("ann")
		f.steps(1)
		before := f.entities()[0]
		for tick := range 60 * hz {
			in := zigzag(rng)
			if tick%(4*hz) < 3*hz { // straight on, to the edge
				in = swarm.Input{Thrust: true}
			}
			f.push(1, in, 1)
			now := f.entities()[0]
			if far := moved(before, now); far > 400/float64(hz)+0.02 {
				t.Fatalf("%d Hz: %v units in a tick", hz, far)
			}
			if now.x == 0 || now.y == 0 || now.x == 2000 || now.y == 2000 {
				edges++
			}
			before = now
		}
		if edges == 0 || f.Clamped() != 0 {
			t.Errorf("%d Hz: %d times at an edge, %d values did not fit their fields", hz, edges, f.Clamped())
		}
	}
}

func TestSameSeedAndInputsSteerTheSameWay(t *testing.T) {
	run := func(inputs uint64) (chain []uint32) {
		f, rng := steered(t, 1, 30), rand.New(rand.NewPCG(inputs, 0))
		a, b := f.join("ann"), f.join("ben")
		for range 20 * rate {
			f.must(f.Input(a, zigzag(rng)))
			f.must(f.Input(b, zigzag(rng)))
			f.steps(1)
			chain = append(chain, f.Hash())
		}
		return chain
	}
	if !slices.Equal(run(1), run(1)) {
		t.Error("the same inputs, and another world")
	}
	if slices.Equal(run(1), run(2)) {
		t.Error("other inputs, and the same world")
	}
}

func TestASeatsEntityNeverJumpsAndWaitsWhereItWasLeft(t *testing.T) {
	f := steered(t, 2, 3)
	f.steps(5 * rate)
	before := f.entities()[0]
	check := func(when string, most float64) {
		t.Helper()
		now := f.entities()[0]
		if far := moved(before, now); far > most {
			t.Errorf("%s: it went %v units, from %+v to %+v", when, far, before, now)
		}
		before = now
	}
	ann := f.join("ann")
	f.steps(1)
	check("taken from its path", 0.02)
	f.push(ann, swarm.Input{Thrust: true}, rate)
	check("steered for a second", 401)
	f.must(f.SetAway(ann, true))
	f.steps(rate) // the last input is repeated for half a second
	check("without a connection", 201)
	f.steps(3 * rate)
	check("without a connection for long", 0)
	f.must(f.SetAway(ann, false))
	f.steps(1)
	check("back", 0)
	f.push(ann, swarm.Input{Turn: 1, Thrust: true}, 10)
	if now := f.entities()[0]; moved(before, now) == 0 || now.name != "ann" {
		t.Errorf("back and steered: %+v, was %+v", now, before)
	}
	before = f.entities()[0]
	f.must(f.Leave(ann))
	f.steps(5 * rate)
	check("left", 0)
	if cat := f.join("cat"); cat != ann {
		t.Fatalf("seat %d", cat)
	}
	f.steps(1)
	check("taken by the next player", 0)
	if f.entities()[0].name != "cat" {
		t.Errorf("it is %q's", f.entities()[0].name)
	}
}

func TestASteeredMatchGoesOnFromItsCheckpoint(t *testing.T) {
	f := steered(t, 4, 10)
	ann, ben := f.join("ann"), f.join("ben")
	f.push(ann, swarm.Input{Thrust: true}, rate)
	f.must(f.Leave(ben)) // its entity stands
	f.steps(1)
	kept, err := f.Checkpoint()
	f.must(err)
	sim, err := match.RestoreSim(swarm.Kind(), kept)
	f.must(err)
	again := field{t, sim}
	for range 3 * rate {
		for _, one := range []field{f, again} {
			one.push(ann, swarm.Input{Turn: 1, Thrust: true}, 1)
		}
		if f.Hash() != again.Hash() {
			t.Fatalf("tick %d: %+v, restored %+v", f.Tick(), f.entities(), again.entities())
		}
	}
}

func TestSeatsBeyondTheEntitiesSteerNothing(t *testing.T) {
	f := steered(t, 1, 1)
	f.join("ann")
	ben := f.join("ben")
	f.steps(1)
	before := f.entities()[0]
	f.push(ben, swarm.Input{Thrust: true}, rate)
	if now := f.entities(); len(now) != 1 || moved(now[0], before) != 0 {
		t.Errorf("%+v, was %+v", now, before)
	}
}
