// Package swarm is the reference workload for measuring: it moves a known number of entities in a known way, whatever its players
// do, for as long as the match runs. It is not a game. With the setting steered, players steer their own entities.
//
// In a field of 2000 x 2000, entity i follows its own Lissajous path
//
//	x = 1000 + rx sin(ax t + px)    y = 1000 + ry sin(ay t + py)
//
// with rx, ry from 300 to 900 units, ax, ay from 0.25 to 0.60 radians a second and phases px, py, all drawn from a hash of seed and
// i. Its angle is the direction of travel. Its hp falls by one for each second of t, from 255 to 0 and then again from 255; where it
// starts, in value and within the second, is drawn too. Its name is set once.
//
// t is the entity's own time. With motion "all" it always runs. With motion "quarter" it runs for one second and rests for three,
// and while it rests nothing of the entity changes; of the entities 4n+1 to 4n+4, exactly one moves at any time.
//
// With the setting view above 0 a player sees the entities within so many units of the own one, which makes the swarm the workload for
// interest management; else everyone sees everything.
//
// The first entities belong to the seats, one each, and carry their players' names. Inputs are counted ([Game.Inputs]) and by default
// have no other effect, so that two runs with the same players show the same world, and figures of two runs are of the same work.
//
// With the setting steered at 1, the entity of a seat leaves its path when its first player comes, where it is then, and goes as it is steered:
// turn turns it by 3 radians a second, and with thrust it goes 400 units a second the way it points, else it stands. At the edge of the field it goes
// no farther. Without an input for half a second it stands; so it does while a player's connection is down, and when the player has left, until the
// seat has another. Its hp goes on as before. Seats beyond the number of entities steer nothing.
//
//	kind.go   what a server sees of it
//	swarm.go  the match.Game: table, seats, inputs
//	path.go   where an entity is at a time
//	steer.go  where a steered entity is in the next tick
package swarm
