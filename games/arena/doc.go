// Package arena is the demo game: ships in a walled field, two minutes a round, up to sixteen of them, with bots in the places
// that nobody took. It is also the example to copy: all it imports of deltatick is package match.
//
// # How it plays
//
// The field is 1600 x 900, y down, angle 0 along +x. A ship turns, thrusts along its nose and bounces off walls and other ships
// unhurt. Shots fly straight from the nose, take time to arrive, and end at walls. Seven pads offer a repair, a shield or rapid
// fire; a pad that was used is full again twelve seconds later, with something else perhaps. A second rapid fire while the first lasts
// gives twin barrels. Who loses all hit points is back after two seconds, somewhere far from everyone, and cannot be hurt for two
// more or until the first shot of its own: that protection shows as a full shield.
//
// A match is one round: a warm-up of five seconds in which nobody is hurt; then play, until the time is up or somebody has the
// score limit; then five seconds for the result, and the match ends. One kill is one point; equal leaders mean that nobody won.
//
// A player without a connection keeps the ship, which drifts on and does not fire; if it is destroyed it waits for its player.
//
// # How it is put together
//
//	kind.go     what a server and a lobby's host see of the game: name, players, settings
//	world.go    what is replicated: four tables, the input, the events, the result
//	game.go     the match.Game: who is in, and the order of things in one tick
//	flight      a package: how a ship moves, pure functions for the server and for prediction at a client
//	wasm        a command: package flight as the WebAssembly module that the page loads to predict
//	collide.go  ships that meet
//	weapons.go  shots, hits, kills
//	rewind.go   shots of those with a slow line
//	pickups.go  the pads
//	spawn.go    ships that enter, leave and come back
//	round.go    warm-up, play, result
//	bots.go     how many bots there are
//	pilot.go    what a bot does
//
// # Determinism
//
// The same seed, settings, joins and inputs give the same world on every machine. Randomness comes from the match, entities are
// visited by rising id, and no product is added to anything without an explicit float64 conversion around it, because compilers
// may otherwise fuse the two operations, on some architectures and not on others.
//
// A ship's position, velocity and heading lie, after every tick, exactly on the values that the wire can carry. A client that
// applies [flight.Step] to a ship of a snapshot therefore gets the very ship of the next snapshot, unless something hit it.
package arena
