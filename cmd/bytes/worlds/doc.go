// Package worlds holds games without players whose state is to be measured: bodies, characters and vehicles in the quantisations that games
// of their kind use. None of them was looked at when codec "packed" was tuned. Each runs from its seed alone, and gives the same world for the
// same seed on every machine.
//
//	pile.go      a heap of cubes and one that is driven through it
//	debris.go    cubes thrown about by explosions, finer than a rotation field carries
//	crowd.go     characters that walk, turn, aim, stop and are teleported
//	vehicles.go  cars on bends, whose velocities and turning are declared
package worlds

import "github.com/deltatick/deltatick/match"

// unplayed is the part of a game that nobody joins.
type unplayed struct{}

// Join does nothing.
func (unplayed) Join(*match.Tick, match.Player) {}

// Leave does nothing.
func (unplayed) Leave(*match.Tick, match.Player) {}
