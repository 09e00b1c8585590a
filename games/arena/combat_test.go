package arena_test

import (
	"testing"

	"github.com/deltatick/deltatick/games/arena"
	"github.com/deltatick/deltatick/match"
)

// duel is two players in play, past the protection of the start: one to attack and one who does nothing.
func duel(t *testing.T, seed uint64) (f field, hunter, target match.SeatID) {
	t.Helper()
	f = newField(t, match.SimConfig{Seed: seed})
	hunter, target = f.join("hunter"), f.join("target")
	f.toPlay()
	f.steps(2 * rate)
	return f, hunter, target
}

// attackUntil attacks until done, and fails when that takes a minute.
func (f field) attackUntil(hunter, target match.SeatID, done func(target shipView) bool) shipView {
	f.t.Helper()
	for range 60 * rate {
		f.attack(hunter, f.ship(target))
		if s := f.ship(target); done(s) {
			return s
		}
	}
	f.t.Fatalf("ship %+v was attacked by %+v for a minute to no effect", f.ship(target), f.ship(hunter))
	return shipView{}
}

func TestShotsTakeTheShieldFirstAndThenHitPoints(t *testing.T) {
	f, hunter, target := duel(t, 1)
	if s := f.ship(target); s.shield != 20 || s.hp != 100 {
		t.Fatalf("at the start: %+v", s)
	}
	s := f.attackUntil(hunter, target, func(s shipView) bool { return s.shield < 20 })
	if s.shield != 0 || s.hp != 100 {
		t.Errorf("after one hit: shield %d, hp %d, want 0 and 100", s.shield, s.hp)
	}
	s = f.attackUntil(hunter, target, func(s shipView) bool { return s.hp < 100 })
	if s.hp != 80 {
		t.Errorf("after two hits: hp %d, want 80", s.hp)
	}
	if own := f.ship(hunter); own.hp != 100 || own.shield < 20 {
		t.Errorf("the one who fired lost something: %+v", own)
	}
}

func TestAShotTakesTimeAndEndsWithItsHit(t *testing.T) {
	f, hunter, target := duel(t, 2)
	f.attackUntil(hunter, target, func(shipView) bool { return len(f.shots()) > 0 })
	if f.ship(target).shield != 20 {
		t.Fatal("a shot hit in the tick in which it was fired")
	}
	before := len(f.shots())
	for f.ship(target).shield == 20 {
		before = len(f.shots())
		f.attack(hunter, f.ship(target))
	}
	if after := len(f.shots()); after > before {
		t.Errorf("%d shots before the hit, %d after it", before, after)
	}
}

func TestShotsEndByThemselves(t *testing.T) {
	f, hunter, _ := duel(t, 3)
	for turn := range 64 { // all around: some go far, some into near walls
		f.must(f.Input(hunter, arena.Input{Turn: 1, Fire: turn < 60}))
		f.steps(4)
	}
	f.must(f.Input(hunter, arena.Input{}))
	if len(f.shots()) == 0 {
		t.Fatal("no shots were fired")
	}
	f.steps(2 * rate)
	if n := len(f.shots()); n != 0 {
		t.Errorf("%d shots still fly two seconds later", n)
	}
}

func TestAKillIsCountedAndTold(t *testing.T) {
	f, hunter, target := duel(t, 4)
	f.Events()
	dead := f.attackUntil(hunter, target, func(s shipView) bool { return !s.alive })
	kills := decoded[kill](f, f.Events(), "kill")
	killer := f.ship(hunter)
	if len(kills) != 1 || kills[0].Killer != killer.id || kills[0].Victim != dead.id ||
		kills[0].Names[0] != "hunter" || kills[0].Names[1] != "target" {
		t.Errorf("kill events %+v, want one of ship %d over ship %d", kills, killer.id, dead.id)
	}
	if killer.score != 1 || dead.score != 0 || dead.hp != 0 {
		t.Errorf("scores %d and %d, want 1 and 0; victim's hp %d", killer.score, dead.score, dead.hp)
	}
}

func TestTheDestroyedAreBackAfterTwoSecondsAndSafeForTwoMore(t *testing.T) {
	f, hunter, target := duel(t, 5)
	f.attackUntil(hunter, target, func(s shipView) bool { return !s.alive })
	for range 2*rate - 1 {
		f.steps(1)
		if f.ship(target).alive {
			t.Fatal("back too early")
		}
	}
	f.steps(1)
	if s := f.ship(target); !s.alive || s.hp != 100 || s.shield != 100 {
		t.Fatalf("two seconds after its end: %+v, want it alive under a full shield", s)
	}
	for range 2*rate - 1 {
		f.attack(hunter, f.ship(target))
		if s := f.ship(target); s.hp != 100 || s.shield != 100 {
			t.Fatalf("hurt while protected: %+v", s)
		}
	}
	f.steps(1)
	if s := f.ship(target); s.shield > 20 {
		t.Errorf("shield %d four seconds after its end, want the protection to be over", s.shield)
	}
}

func TestProtectionEndsWithOnesFirstShot(t *testing.T) {
	f := newField(t, match.SimConfig{Seed: 6})
	seat := f.join("a")
	f.toPlay()
	f.steps(rate / 2)
	if s := f.ship(seat); s.shield != 100 {
		t.Fatalf("half a second into play: shield %d, want 100", s.shield)
	}
	f.must(f.Input(seat, arena.Input{Fire: true}))
	f.steps(1)
	if s := f.ship(seat); s.shield != 20 || len(f.shots()) != 1 {
		t.Errorf("after a shot: shield %d and %d shots, want 20 and 1", s.shield, len(f.shots()))
	}
}

func TestHoldingFireShootsAtTheWeaponsPace(t *testing.T) {
	f := newField(t, match.SimConfig{Seed: 7})
	seat := f.join("a")
	f.toPlay()
	f.must(f.Input(seat, arena.Input{Fire: true}))
	newest := 0
	fired := 0
	for range rate {
		f.must(f.Input(seat, arena.Input{Fire: true}))
		f.steps(1)
		for _, s := range f.shots() {
			if s.id > newest {
				newest = s.id
				fired++
			}
		}
	}
	if fired != 4 { // every 16 ticks
		t.Errorf("%d shots in a second, want 4", fired)
	}
}

func TestASilentShipStopsFiring(t *testing.T) {
	f := newField(t, match.SimConfig{Seed: 8})
	seat := f.join("a")
	f.must(f.Input(seat, arena.Input{Fire: true, Thrust: true}))
	f.steps(1)
	if s := f.ship(seat); !s.thrust || len(f.shots()) != 1 {
		t.Fatalf("after one input: %+v and %d shots", s, len(f.shots()))
	}
	f.steps(3 * rate)
	if s := f.ship(seat); s.thrust || len(f.shots()) != 0 {
		t.Errorf("three seconds without an input: thrust %v, %d shots", s.thrust, len(f.shots()))
	}
}

func TestAnAwayShipDriftsAndIsSafeWhenItsPlayerIsBack(t *testing.T) {
	f, hunter, target := duel(t, 9)
	for range rate {
		f.must(f.Input(target, arena.Input{Fire: true, Thrust: true}))
		f.steps(1)
	}
	f.must(f.SetAway(target, true))
	before := f.ship(target)
	f.steps(1)
	f.must(f.Input(target, arena.Input{Fire: true, Thrust: true})) // one that was still on its way
	fired := func() (n int) {
		for _, s := range f.shots() {
			if s.owner == before.id {
				n++
			}
		}
		return n
	}
	inAir := fired()
	f.steps(10)
	if s := f.ship(target); s.thrust || s.x == before.x && s.y == before.y || fired() > inAir {
		t.Errorf("away: %+v, was %+v, want it to drift and not to fire", s, before)
	}
	if f.ship(target).shield == 100 {
		t.Error("an away ship is protected before its player is back")
	}
	f.must(f.SetAway(target, false))
	f.steps(1)
	if s := f.ship(target); s.shield != 100 {
		t.Errorf("back: shield %d, want 100", s.shield)
	}
	for range 2*rate - 2 {
		f.attack(hunter, f.ship(target))
	}
	if s := f.ship(target); s.hp != 100 {
		t.Errorf("hurt while protected: %+v", s)
	}
}

func TestADestroyedShipWaitsForItsAwayPlayer(t *testing.T) {
	f, hunter, target := duel(t, 10)
	f.must(f.SetAway(target, true))
	f.attackUntil(hunter, target, func(s shipView) bool { return !s.alive })
	f.steps(5 * rate)
	if f.ship(target).alive {
		t.Fatal("an away player's ship came back by itself")
	}
	f.must(f.SetAway(target, false))
	f.steps(1)
	if s := f.ship(target); !s.alive || s.hp != 100 {
		t.Errorf("its player is back, and the ship is %+v", s)
	}
}
