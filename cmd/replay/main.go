// Command replay looks at recordings of matches of the sample games: see replay -h, and docs/replays.md for games of one's own.
package main

import (
	"github.com/deltatick/deltatick/games/arena"
	"github.com/deltatick/deltatick/games/dots"
	"github.com/deltatick/deltatick/games/swarm"
	"github.com/deltatick/deltatick/replay"
)

func main() { replay.Main(arena.Kind(), swarm.Kind(), dots.Kind()) }
