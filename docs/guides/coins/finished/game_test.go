package main

import (
	"testing"

	"github.com/deltatick/deltatick/match"
)

func TestWhoTakesTheLastCoinWins(t *testing.T) {
	sim, err := match.NewSim(Kind(), match.SimConfig{Settings: match.Settings{"goal": 2}})
	if err != nil {
		t.Fatal(err)
	}
	ann, err := sim.Join("Ann")
	if err != nil {
		t.Fatal(err)
	}
	g := sim.Game().(*game)
	for range 600 { // ten seconds: the field is 400 units wide, and Ann makes 120 a second
		if err := sim.Step(); err != nil {
			t.Fatal(err)
		}
		if _, ended := sim.Ended(); ended {
			if coins := g.players.Get(g.bySeat[ann]).Coins; coins != 2 {
				t.Errorf("ended with %d coins", coins)
			}
			return
		}
		if err := sim.Input(ann, g.towardsACoin(ann)); err != nil {
			t.Fatal(err)
		}
	}
	t.Error("nobody won")
}

// towardsACoin is what a player who wants a coin presses.
func (g *game) towardsACoin(seat match.SeatID) (pressed keys) {
	p := g.players.Get(g.bySeat[seat])
	for _, c := range g.coins.All() {
		pressed = keys{Right: sign(c.X - p.X), Down: sign(c.Y - p.Y)}
	}
	return pressed
}

func sign(distance float64) int {
	switch {
	case distance > 2: // units that a player moves in a tick
		return 1
	case distance < -2:
		return -1
	}
	return 0
}
