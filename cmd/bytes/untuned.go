package main

import (
	"github.com/deltatick/deltatick/cmd/bytes/worlds"
	"github.com/deltatick/deltatick/games/arena"
	"github.com/deltatick/deltatick/match"
)

// untuned is the worlds that nobody looked at while the codec was tuned.
func untuned(seconds int) []row {
	game := func(name string, kind match.Kind, settings match.Settings) row {
		return row{func() (trace, error) { return gameTrace(name, kind, settings, seconds) }, []int{1, 6}}
	}
	unrated := func(r row) row {
		return row{func() (trace, error) {
			tr, err := r.make()
			return tr.withoutRates(), err
		}, r.distances}
	}
	cars, ships := game("vehicles", worlds.Vehicles(), nil), game("arena, 16 bots", arena.Kind(), match.Settings{"bots": 16, "seconds": 600})
	return []row{
		game("pile", worlds.Pile(), nil),
		game("debris, rotations of 4 x 12 bits", worlds.Debris(false), nil),
		game("debris, quat,bits=10", worlds.Debris(true), nil),
		game("crowd", worlds.Crowd(), nil),
		cars,
		unrated(cars),
		ships,
		unrated(ships),
	}
}
