package arena_test

import (
	"testing"

	"github.com/deltatick/deltatick/match"
)

// crew counts the ships of players and of bots.
func (f field) crew() (players, bots int) {
	for _, s := range f.ships() {
		if s.seat == 0 {
			bots++
		} else {
			players++
		}
	}
	return players, bots
}

func (f field) wantCrew(players, bots int) {
	f.t.Helper()
	f.steps(1)
	if p, b := f.crew(); p != players || b != bots {
		f.t.Errorf("%d players and %d bots, want %d and %d", p, b, players, bots)
	}
}

func TestBotsFillUpAndMakeRoomForPlayers(t *testing.T) {
	f := newField(t, match.SimConfig{Settings: match.Settings{"bots": 3}})
	f.wantCrew(0, 3)
	a := f.join("a")
	f.wantCrew(1, 2)
	if ships := f.ships(); ships[0].id != 1 || ships[1].id != 2 {
		t.Errorf("of bots with equal points, the newest is to go: left are %d and %d", ships[0].id, ships[1].id)
	}
	f.join("b")
	f.join("c")
	f.wantCrew(3, 0)
	d := f.join("d")
	f.wantCrew(4, 0)
	f.must(f.Leave(a))
	f.wantCrew(3, 0)
	f.must(f.Leave(d))
	f.wantCrew(2, 1)
}

func TestBotsChangeWhileTheMatchRuns(t *testing.T) {
	f := newField(t, match.SimConfig{Settings: match.Settings{"bots": 0}})
	f.join("a")
	f.wantCrew(1, 0)
	f.must(f.Configure(match.Settings{"bots": 16, "seconds": 120, "limit": 20}))
	f.wantCrew(1, 15)
	f.must(f.Configure(match.Settings{"bots": 2, "seconds": 120, "limit": 20}))
	f.wantCrew(1, 1)
}

func TestThereAreNeverMoreThanSixteenShips(t *testing.T) {
	f := newField(t, match.SimConfig{Settings: match.Settings{"bots": 16}})
	for i := range 16 {
		f.wantCrew(i, 16-i)
		f.join("p")
	}
	f.wantCrew(16, 0)
	if _, err := f.Join("one more"); err == nil {
		t.Error("a seventeenth player got a seat")
	}
}

func TestBotsHaveNamesOfTheirOwn(t *testing.T) {
	f := newField(t, match.SimConfig{Settings: match.Settings{"bots": 16}})
	f.steps(1)
	names := map[string]bool{}
	for _, s := range f.ships() {
		if s.name == "" || names[s.name] {
			t.Errorf("name %q is empty or used twice", s.name)
		}
		names[s.name] = true
	}
}

func TestTheBotWithTheFewestPointsMakesRoom(t *testing.T) {
	f := newField(t, match.SimConfig{Seed: 1, Settings: match.Settings{"bots": 6, "limit": 0}})
	f.steps(60 * rate)
	before := map[int]int{}
	fewest := 1 << 30
	for _, s := range f.ships() {
		before[s.id] = s.score
		fewest = min(fewest, s.score)
	}
	f.join("a")
	f.steps(1)
	for _, s := range f.ships() {
		delete(before, s.id)
	}
	if len(before) != 1 {
		t.Fatalf("%d ships are gone, want 1", len(before))
	}
	for id, score := range before {
		if score != fewest {
			t.Errorf("ship %d with %d points had to go, where somebody had %d", id, score, fewest)
		}
	}
}

// Bots must be worth playing against: they fight each other, and a target that does nothing is not safe from them.
func TestBotsFightAndFetchPickups(t *testing.T) {
	f := newField(t, match.SimConfig{Seed: 2, Settings: match.Settings{"bots": 5, "limit": 0}})
	seat := f.join("idle")
	idle := 0
	f.steps(60 * rate)
	events := f.Events()
	kills := decoded[kill](f, events, "kill")
	for _, k := range kills {
		if k.Victim == f.ship(seat).id {
			idle++
		}
	}
	pickups := 0
	for _, e := range events {
		if e.Name == "pickup" {
			pickups++
		}
	}
	if len(kills) < 8 || pickups < 8 || idle == 0 {
		t.Errorf("in a minute %d kills, %d of them of an idle player, and %d pickups", len(kills), idle, pickups)
	}
	if idle > 20 {
		t.Errorf("the idle player was destroyed %d times in a minute: all are after the one", idle)
	}
}
