package arena_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/deltatick/deltatick/games/arena"
	"github.com/deltatick/deltatick/match"
)

// crowd plays a match of many players who come and go, lose their connections, press everything and reconfigure the bots, all at
// random but always the same. It calls each after every tick.
func crowd(t *testing.T, seed uint64, ticks int, each func(f field)) {
	t.Helper()
	f := newField(t, match.SimConfig{Seed: seed, Settings: match.Settings{"bots": 6, "seconds": 40}})
	random := rand.New(rand.NewPCG(99, 99)) // the players': not the match's
	away := map[match.SeatID]bool{}
	var seats []match.SeatID
	for range ticks {
		switch n := random.IntN(240); {
		case n < 4 && len(seats) < 16:
			seats = append(seats, f.join("pläyer"))
		case n < 6 && len(seats) > 0:
			i := random.IntN(len(seats))
			f.must(f.Leave(seats[i]))
			delete(away, seats[i])
			seats = slices.Delete(seats, i, i+1)
		case n < 10 && len(seats) > 0:
			seat := seats[random.IntN(len(seats))]
			away[seat] = !away[seat]
			f.must(f.SetAway(seat, away[seat]))
		case n == 10:
			f.must(f.Configure(match.Settings{"bots": random.IntN(17), "seconds": 40, "limit": 20}))
		}
		for _, seat := range seats {
			if !away[seat] && random.IntN(4) == 0 {
				f.must(f.Input(seat, arena.Input{
					Turn: random.IntN(3) - 1, Thrust: random.IntN(2) == 0, Fire: random.IntN(2) == 0,
					Aim: random.Float64() * 6.28, Aimed: random.IntN(2) == 0,
				}))
			}
		}
		f.steps(1)
		each(f)
	}
}

func hashChain(t *testing.T, seed uint64) (chain []uint32, events int) {
	crowd(t, seed, 60*rate, func(f field) {
		chain = append(chain, f.Hash())
		events += len(f.Events())
	})
	return chain, events
}

func TestSameSeedAndInputsGiveTheSameWorld(t *testing.T) {
	first, events := hashChain(t, 1)
	again, eventsAgain := hashChain(t, 1)
	if !slices.Equal(first, again) || events != eventsAgain {
		t.Error("two matches with the same seed and inputs differ")
	}
	if other, _ := hashChain(t, 2); slices.Equal(first[len(first)-60:], other[len(other)-60:]) {
		t.Error("another seed gives the same world")
	}
	if events < 20 {
		t.Errorf("only %d events: too little happened for this test to mean anything", events)
	}
}

func TestTheWorldStaysWithinItsBounds(t *testing.T) {
	most := 0
	crowd(t, 3, 60*rate, func(f field) {
		ships := f.ships()
		most = max(most, len(ships))
		if len(ships) > 16 {
			t.Fatalf("tick %d: %d ships", f.Tick(), len(ships))
		}
		var colors [16]bool
		for _, s := range ships {
			if s.x < 13.9 || s.x > 1586.1 || s.y < 13.9 || s.y > 886.1 {
				t.Fatalf("tick %d: ship %d has left the field: %v, %v", f.Tick(), s.id, s.x, s.y)
			}
			if s.alive != (s.hp > 0) {
				t.Fatalf("tick %d: ship %d has %d hit points and alive is %v", f.Tick(), s.id, s.hp, s.alive)
			}
			if colors[s.color] {
				t.Fatalf("tick %d: two ships have color %d", f.Tick(), s.color)
			}
			colors[s.color] = true
		}
		for _, s := range f.shots() {
			if !slices.ContainsFunc(ships, func(ship shipView) bool { return ship.id == s.owner }) {
				t.Fatalf("tick %d: shot %d belongs to ship %d, which is not there", f.Tick(), s.id, s.owner)
			}
		}
		if f.Clamped() != 0 {
			t.Fatalf("tick %d: a value did not fit its field", f.Tick())
		}
	})
	if most != 16 {
		t.Errorf("the field never held more than %d ships, want it full at some time", most)
	}
}

func TestShipsDoNotOverlapForLong(t *testing.T) {
	f := newField(t, match.SimConfig{Seed: 4, Settings: match.Settings{"bots": 16}})
	overlapping := 0
	for range 20 * rate {
		f.steps(1)
		if nearest(f.ships()) < 26 {
			overlapping++
		}
	}
	if overlapping > 20 {
		t.Errorf("overlaps in %d of 1200 ticks of 16 ships: they pass through each other", overlapping)
	}
}

// nearest is the least distance between two ships that are alive.
func nearest(ships []shipView) float64 {
	least := math.Inf(1)
	for i, a := range ships {
		for _, b := range ships[:i] {
			if a.alive && b.alive {
				least = min(least, math.Hypot(a.x-b.x, a.y-b.y))
			}
		}
	}
	return least
}

func TestShipsThatMeetBounceOffEachOther(t *testing.T) {
	f := newField(t, match.SimConfig{Seed: 1})
	left, right := f.join("a"), f.join("b")
	f.steps(1)
	if f.ship(left).x > f.ship(right).x {
		left, right = right, left
	}
	apart := func() float64 { return f.ship(right).x - f.ship(left).x }
	for range 20 * rate {
		a, b := f.ship(left), f.ship(right)
		course := math.Atan2(b.y-a.y, b.x-a.x)
		f.must(f.Input(left, arena.Input{Aimed: true, Aim: course, Thrust: true}))
		f.must(f.Input(right, arena.Input{Aimed: true, Aim: course + math.Pi, Thrust: true}))
		before := a.vx - b.vx
		f.steps(1)
		if after := f.ship(left).vx - f.ship(right).vx; before > 50 && after < -30 {
			return
		}
	}
	t.Errorf("they never bounced; they are %v apart now", apart())
}

func TestShipsArePlacedFarFromEachOther(t *testing.T) {
	for seed := range uint64(10) {
		f := newField(t, match.SimConfig{Seed: seed, Settings: match.Settings{"bots": 6}})
		f.steps(1)
		if d := nearest(f.ships()); d < 150 {
			t.Errorf("seed %d: six ships enter, two of them %v apart", seed, d)
		}
	}
}
