package match_test

import (
	"errors"
	"testing"

	"github.com/deltatick/deltatick/match"
)

func TestASimRefusesSeatsInWhichNobodySits(t *testing.T) {
	sim, err := match.NewSim(walkKind(nil), match.SimConfig{})
	if err != nil {
		t.Fatal(err)
	}
	for _, seat := range []match.SeatID{0, 1, 99} {
		for name, err := range map[string]error{
			"input": sim.Input(seat, steer{}), "leave": sim.Leave(seat), "away": sim.SetAway(seat, true),
		} {
			if !errors.Is(err, match.ErrNoSeat) {
				t.Errorf("%s of seat %d: %v", name, seat, err)
			}
		}
	}
}

func TestTheSameInputsMakeTheSameWorld(t *testing.T) {
	hashes := func() (chain []uint32) {
		sim, err := match.NewSim(walkKind(nil), match.SimConfig{Seed: 7})
		if err != nil {
			t.Fatal(err)
		}
		seat, err := sim.Join("ada")
		if err != nil {
			t.Fatal(err)
		}
		for i := range 100 {
			if err := sim.Input(seat, steer{Dx: int8(i%3 - 1)}); err != nil {
				t.Fatal(err)
			}
			if err := sim.Step(); err != nil {
				t.Fatal(err)
			}
			chain = append(chain, sim.Hash())
		}
		return chain
	}
	first, second := hashes(), hashes()
	for i := range first {
		if first[i] != second[i] {
			t.Fatalf("tick %d: the same inputs made another world", i+1)
		}
	}
}
