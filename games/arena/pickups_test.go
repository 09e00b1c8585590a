package arena_test

import (
	"math"
	"testing"

	"github.com/deltatick/deltatick/games/arena"
	"github.com/deltatick/deltatick/match"
)

// flyTo steers a ship to a place and stops when its middle is nearer than reach or until gone says so.
func (f field) flyTo(seat match.SeatID, x, y, reach float64, gone func() bool) {
	f.t.Helper()
	for range 30 * rate {
		s := f.ship(seat)
		if math.Hypot(x-s.x, y-s.y) < reach || gone() {
			return
		}
		course := math.Atan2((y-s.y)*2-s.vy, (x-s.x)*2-s.vx)
		aligned := math.Abs(math.Remainder(course-s.heading, 2*math.Pi)) < 0.7
		f.must(f.Input(seat, arena.Input{Aimed: true, Aim: course, Thrust: aligned}))
		f.steps(1)
	}
	f.t.Fatalf("did not get to (%v, %v)", x, y)
}

// withPickup is a match in play with a pickup of a kind, whose place a player alone in the field can fly to.
func withPickup(t *testing.T, kind int) (field, match.SeatID, pickupView) {
	t.Helper()
	for seed := range uint64(20) {
		f := newField(t, match.SimConfig{Seed: seed})
		seat := f.join("a")
		f.toPlay()
		for _, p := range f.pickups() {
			if p.kind == kind && p.x != 800 { // in a corner: nothing else on the way in most fields
				return f, seat, p
			}
		}
	}
	t.Fatalf("no pickup of kind %d in 20 matches", kind)
	return field{}, 0, pickupView{}
}

func (f field) has(p pickupView) bool {
	for _, now := range f.pickups() {
		if now.id == p.id {
			return true
		}
	}
	return false
}

type taken struct {
	Ship int `msgpack:"ship"`
	Kind int `msgpack:"kind"`
}

func TestAShieldIsTakenAndThePadIsFullAgainLater(t *testing.T) {
	f, seat, p := withPickup(t, 1)
	f.Events()
	f.flyTo(seat, p.x, p.y, 1, func() bool { return !f.has(p) })
	if f.has(p) {
		t.Fatal("the pickup was touched and is still there")
	}
	events := decoded[taken](f, f.Events(), "pickup")
	if n := len(events); n == 0 || events[n-1] != (taken{f.ship(seat).id, 1}) {
		t.Errorf("pickup events %+v", events)
	}
	pads := 7
	empty := pads - len(f.pickups())
	if empty < 1 {
		t.Fatalf("%d pickups on %d pads", len(f.pickups()), pads)
	}
	f.steps(2 * rate) // past the protection, which shows as a full shield
	if s := f.ship(seat); s.shield < 70 {
		t.Errorf("shield %d after taking one, want 20 + 50 at least", s.shield)
	}
	f.flyTo(seat, 800, 300, 30, func() bool { return false }) // out of the way
	f.steps(13 * rate)
	if n := len(f.pickups()); n < pads-1 {
		t.Errorf("%d pickups on %d pads, 13 s later", n, pads)
	}
}

func TestARepairStaysForWhoNeedsIt(t *testing.T) {
	f, seat, p := withPickup(t, 0)
	f.flyTo(seat, p.x, p.y, 5, func() bool { return false })
	f.steps(1)
	if !f.has(p) {
		t.Error("a ship with all its hit points used up a repair")
	}
}

func TestRapidFireIsFasterAndPasses(t *testing.T) {
	f, seat, p := withPickup(t, 2)
	f.flyTo(seat, p.x, p.y, 1, func() bool { return !f.has(p) })
	weapon := f.ship(seat).weapon
	if weapon == 0 {
		t.Fatal("still the plain weapon")
	}
	before := len(f.shots())
	f.must(f.Input(seat, arena.Input{Fire: true}))
	f.steps(1)
	shots := f.shots()
	if got := len(shots) - before; got != weapon { // one barrel or two
		t.Errorf("weapon %d fired %d shots at once", weapon, got)
	}
	if shots[len(shots)-1].kind != weapon {
		t.Errorf("a shot of kind %d from weapon %d", shots[len(shots)-1].kind, weapon)
	}
	f.must(f.Input(seat, arena.Input{}))
	f.steps(20 * rate)
	if w := f.ship(seat).weapon; w != 0 {
		t.Errorf("weapon %d twenty seconds later", w)
	}
}

func TestPickupsStayInTheWarmUp(t *testing.T) {
	f := newField(t, match.SimConfig{Seed: 3, Settings: match.Settings{"bots": 16}})
	f.steps(1)
	want := f.pickups()
	f.steps(warmUpTicks - 2)
	got := f.pickups()
	if len(got) != 7 || len(got) != len(want) || got[0] != want[0] || got[6] != want[6] {
		t.Errorf("pickups at the start %v, before play %v", want, got)
	}
}
