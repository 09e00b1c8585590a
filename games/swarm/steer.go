package swarm

import (
	"math"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/match/exact"
)

// How a steered entity moves. It is never faster than one on a path may be, so that whoever measures views has one bound for both.
const (
	steerSpeed = 400.0 // units a second, with thrust
	steerRate  = 3.0   // radians a second, with turn
	fieldSize  = 2000.0
)

// The grid on which a steered entity lies: what the fields of the table can carry.
const (
	placeStep  = 0.01
	angleSteps = 4096.0 // in a turn
)

// leaders are the entities that players steer, where the setting steered is 1.
type leaders struct {
	on bool // Setup sets it

	// taken are the seats that have had a player in this match: their entities have left their paths, and stand where the last input
	// left them when nobody steers.
	taken [match.MaxSeats + 1]bool
}

// lead reports whether an entity is off its path: the entity of a seat has the seat's number.
func (l *leaders) lead(id match.EntityID) bool {
	return l.on && id <= match.MaxSeats && l.taken[id]
}

// wish is what is asked of a seat's entity in this tick. Nothing is asked for by an empty seat, or by one from which nothing was heard for half a
// second, such as that of a player whose connection is down.
func (g *Game) wish(seat match.SeatID, tickRate int) Input {
	if in, age := g.inputs.Of(seat); age >= 0 && age <= tickRate/2 {
		return in
	}
	return Input{}
}

// steer moves an entity on by one tick: first it turns, then it goes the way it points, up to the edge of the field. The result depends on the
// entity's place and angle, the input and the tick rate alone, and lies on the grid of the wire.
func (e *entity) steer(in Input, tickRate int) {
	dt := 1 / float64(tickRate)
	turn := math.Floor(float64(steerRate*dt*(angleSteps/(2*math.Pi))) + 0.5)
	steps := math.Floor(float64(e.Angle*(angleSteps/(2*math.Pi)))+0.5) + float64(float64(in.Turn)*turn)
	steps -= float64(angleSteps * math.Floor(steps/angleSteps))
	e.Angle = steps * (2 * math.Pi) / angleSteps
	if in.Thrust {
		sin, cos := exact.Sincos(e.Angle)
		e.X += float64(cos * (steerSpeed * dt))
		e.Y += float64(sin * (steerSpeed * dt))
	}
	e.X, e.Y = inField(e.X), inField(e.Y)
}

// inField is the coordinate on the grid that is nearest, as a client computes it from a fixed field.
func inField(v float64) float64 {
	return float64(math.Floor(min(max(v, 0), fieldSize)/placeStep+0.5) * placeStep)
}
