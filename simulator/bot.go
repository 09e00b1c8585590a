package simulator

import (
	"maps"
	"math/rand/v2"
	"slices"

	client "github.com/deltatick/deltatick/client-go"
)

// Bot decides what one seat does. A Bot's methods are called by one goroutine at a time.
type Bot interface {
	// Enter is called when the bot's seat is entered, and again after every reconnect. It is the place to look tables, columns
	// and controls up by name.
	Enter(room *client.Room)

	// Think fills in the input of the next tick, having seen the newest view. Values that it does not set stay as they were.
	// It is called at the tick rate and should not allocate.
	Think(view *client.View, in *client.Input)
}

var behaviours = map[string]func(rng *rand.Rand) Bot{
	"shooter":  func(*rand.Rand) Bot { return &Shooter{} },
	"steering": func(rng *rand.Rand) Bot { return &Steering{Rand: rng} },
	"random":   func(rng *rand.Rand) Bot { return &Random{Rand: rng} },
	"idle":     func(*rand.Rand) Bot { return Idle{} },
}

// Behaviours are the names of the ready bots.
func Behaviours() []string { return slices.Sorted(maps.Keys(behaviours)) }

// suits is the behaviour for a game with such settings that one knows nothing else about.
func suits(game string, settings map[string]int) string {
	switch {
	case game == "arena":
		return "shooter"
	case game == "swarm" && settings["steered"] == 1:
		return "steering"
	}
	return "random"
}

// Idle sends inputs that do nothing.
type Idle struct{}

// Enter does nothing.
func (Idle) Enter(*client.Room) {}

// Think does nothing.
func (Idle) Think(*client.View, *client.Input) {}
