package arena

import (
	"math"

	"github.com/deltatick/deltatick/games/arena/flight"
	"github.com/deltatick/deltatick/match"
)

// game is one match of the arena.
type game struct {
	ships   *match.Table[ship]
	shots   *match.Table[shot]
	pickups *match.Table[pickup]
	inputs  *match.Inputs[Input]
	round   *round `state:"-"` // the one row of its table, which Setup spawns

	seats      [match.MaxSeats + 1]match.EntityID // the ship of each seat, 0 for none
	pads       [len(padPlaces)]pad
	phaseStart uint32 // tick
	seconds    int    // of play
	botGoal    int    // ships that bots fill up to
	rewind     bool   // whether there is lag compensation
	result     result // once the round is over

	now  uint32 // the tick being made
	rate int    // ticks in a second
	dt   float64
}

// Setup declares the tables and the input, and lets the bots in.
func (g *game) Setup(s *match.Setup) error {
	g.ships = match.AddTable[ship](s, "ships")
	g.shots = match.AddTable[shot](s, "shots")
	g.pickups = match.AddTable[pickup](s, "pickups")
	rounds := match.AddTable[round](s, "round")
	g.inputs = match.AddInputs[Input](s)

	g.rate, g.dt = s.TickRate, 1/float64(s.TickRate)
	g.round = rounds.Get(rounds.Spawn(round{}))
	g.result.Scores = []resultScore{}
	g.apply(s.Settings)
	g.balance(s.Rand(), 0)
	return nil
}

// Join gives the player a ship, in the place of a bot when that would make too many.
func (g *game) Join(t *match.Tick, p match.Player) {
	g.now = t.Number()
	g.balance(t.Rand(), g.players()+1)
	g.seats[p.Seat] = g.enter(t.Rand(), ship{Seat: p.Seat, Name: p.Name})
}

// Leave takes the player's ship away. A bot may come for it.
func (g *game) Leave(t *match.Tick, p match.Player) {
	g.now = t.Number()
	g.exit(g.seats[p.Seat])
	g.seats[p.Seat] = 0
	g.balance(t.Rand(), g.players())
}

// Away lets the player's ship drift.
func (g *game) Away(t *match.Tick, p match.Player) {
	g.ships.Get(g.seats[p.Seat]).away = true
}

// Back gives the ship back to its player, who gets a moment to look around.
func (g *game) Back(t *match.Tick, p match.Player) {
	g.now = t.Number()
	s := g.ships.Get(g.seats[p.Seat])
	s.away, s.backSince = false, g.now
	s.safeUntil = g.now + g.ticks(safeSeconds)
}

// Configure takes over new settings at once.
func (g *game) Configure(t *match.Tick, s match.Settings) {
	g.now = t.Number()
	g.apply(s)
	g.balance(t.Rand(), g.players())
}

func (g *game) apply(s match.Settings) {
	g.seconds, g.round.Limit, g.botGoal = s[settingSeconds], s[settingLimit], s[settingBots]
	g.rewind = s[settingRewind] != 0
}

// Step makes one tick. Shots move before new ones are fired, so that a new one is first seen at the nose of its ship, or as far ahead as
// its player's line is slow.
func (g *game) Step(t *match.Tick) {
	g.now = t.Number()
	g.turnPhase(t)
	g.steerAll(t)
	g.collide()
	g.moveShots(t)
	g.fireAll(t)
	g.collect(t)
	g.restock(t)
	g.revive(t)
	g.show()
}

// steerAll moves every ship by what its player or pilot wants.
func (g *game) steerAll(t *match.Tick) {
	for id, s := range g.ships.All() {
		in := g.wish(t, id, s)
		s.trigger = in.Fire
		helm, moved := in.helm(), flight.Ship{X: s.X, Y: s.Y, VX: s.VX, VY: s.VY, Heading: s.Heading, Alive: s.Alive, Thrust: s.Thrust}
		flight.Step(&moved, &helm, g.dt)
		s.X, s.Y, s.VX, s.VY, s.Heading, s.Thrust = moved.X, moved.Y, moved.VX, moved.VY, moved.Heading, moved.Thrust
	}
}

// wish is what is asked of a ship in this tick. A player who is away, or from whom nothing was heard for half a second or since
// coming back, asks for nothing.
func (g *game) wish(t *match.Tick, id match.EntityID, s *ship) Input {
	if s.pilot != nil {
		return g.think(t.Rand(), id, s)
	}
	in, age := g.inputs.Of(s.Seat)
	if s.away || age < 0 || age > min(g.rate/2, int(g.now-s.backSince)) {
		return Input{}
	}
	return in
}

// ticks is a time in whole ticks, at least 1.
func (g *game) ticks(seconds float64) uint32 {
	return uint32(max(1, math.Floor(float64(seconds*float64(g.rate))+0.5)))
}
