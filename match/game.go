package match

import "math/rand/v2"

// Game is the code of one match. Its methods are called by the match's goroutine only, one at a time, so a game needs no locks;
// it must not keep the Tick it is given, start goroutines that touch its world, or read the machine's clock or randomness: the
// same seed, settings, joins and inputs must give the same world. A panic ends the match and nothing else.
type Game interface {
	// Setup declares tables and inputs (AddTable, AddInputs) and builds the world as it is before the first tick.
	Setup(s *Setup) error
	// Join is called when a player takes a seat, before the Step of the same tick.
	Join(t *Tick, p Player)
	// Step moves the world on by one tick.
	Step(t *Tick)
	// Leave is called when a player's seat is given up for good, before the Step of the same tick.
	Leave(t *Tick, p Player)
}

// AwayHandler is implemented by games that want to know about players whose connection is down but whose seat is kept. Other
// games see such a player stand still on its last input, whose age grows.
type AwayHandler interface {
	Away(t *Tick, p Player)
	Back(t *Tick, p Player)
}

// Configurer is implemented by games whose settings may change while they run.
type Configurer interface {
	Configure(t *Tick, s Settings)
}

// SeatID numbers a place in a match, from 1. A seat that becomes free is given out again.
type SeatID uint16

// EntityID numbers a row of a table, from 1. It is never given out again in the same table.
type EntityID uint32

// Player is who sits in a seat.
type Player struct {
	Seat SeatID
	User string // identity across matches
	Name string // to show
	Away bool   // connection down, seat kept
}

// Setup is what a game is given to set itself up with.
type Setup struct {
	Seed       uint64
	TickRate   int // Hz
	MaxPlayers int
	Settings   Settings // complete: every setting of the kind is there

	core *core
}

// Rand is the match's random source, the same that [Tick.Rand] gives later.
func (s *Setup) Rand() *rand.Rand { return s.core.rand }
