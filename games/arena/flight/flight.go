package flight

import (
	"math"

	"github.com/deltatick/deltatick/match/exact"
)

// Sizes, in units.
const (
	FieldWidth  = 1600.0
	FieldHeight = 900.0
	Radius      = 14.0 // of a ship
)

// How ships fly.
const (
	thrust     = 420.0 // units a second, a second
	drag       = 0.6   // share of the speed lost in a second
	maxSpeed   = 300.0 // units a second
	turnRate   = 4.0   // radians a second
	bounciness = 0.6   // share of the speed that a wall gives back
)

// The grid on which a body lies: what the fields of table "ships" can carry.
const (
	positionOrigin = -20.0
	positionStep   = 0.05
	velocityOrigin = -600.0
	velocityStep   = 0.5
	headingSteps   = 1024.0 // in a turn
)

// Body is the part of a ship that moves: position in units, velocity in units a second, heading in radians, 0 to 2π. Bodies in
// the game lie on the grid of the wire; [Body.Fly] keeps them there.
type Body struct {
	X, Y, VX, VY, Heading float64
}

// Helm is what steers a ship: Turn is -1, 0 or 1; when Aimed, the ship turns towards the angle Aim instead.
type Helm struct {
	Turn   int
	Thrust bool
	Aim    float64 // radians
	Aimed  bool
}

// Fly is the body after dt seconds, one tick, with the walls taken into account and nothing else. It depends on its arguments
// alone, and its result has the same bits on every machine.
func (b Body) Fly(h Helm, dt float64) Body {
	b.Heading = steer(b.Heading, h, dt)
	if h.Thrust {
		sin, cos := exact.Sincos(b.Heading)
		b.VX += float64(cos * (thrust * dt))
		b.VY += float64(sin * (thrust * dt))
	}
	keep := 1 - float64(drag*dt)
	b.VX, b.VY = Slowed(float64(b.VX*keep), float64(b.VY*keep))
	b.VX = onGrid(b.VX, velocityOrigin, velocityStep)
	b.VY = onGrid(b.VY, velocityOrigin, velocityStep)
	b.X += float64(b.VX * dt)
	b.Y += float64(b.VY * dt)
	b.X, b.VX = bounced(b.X, b.VX, FieldWidth)
	b.Y, b.VY = bounced(b.Y, b.VY, FieldHeight)
	return b.Snapped()
}

// Snapped is the nearest body on the grid.
func (b Body) Snapped() Body {
	return Body{
		X:       onGrid(b.X, positionOrigin, positionStep),
		Y:       onGrid(b.Y, positionOrigin, positionStep),
		VX:      onGrid(b.VX, velocityOrigin, velocityStep),
		VY:      onGrid(b.VY, velocityOrigin, velocityStep),
		Heading: headingOf(stepsOf(b.Heading)),
	}
}

// steer is the heading after one tick. It counts in steps of the grid, so that turning is exact.
func steer(heading float64, h Helm, dt float64) float64 {
	most := math.Floor(float64(turnRate*dt*(headingSteps/(2*math.Pi))) + 0.5)
	now, by := stepsOf(heading), float64(float64(h.Turn)*most)
	if h.Aimed {
		by = stepsOf(h.Aim) - now
		by -= float64(headingSteps * math.Floor((by+headingSteps/2)/headingSteps)) // the short way round
		by = min(max(by, -most), most)
	}
	return headingOf(now + by)
}

// stepsOf is the whole number of heading steps nearest to an angle.
func stepsOf(angle float64) float64 {
	return math.Floor(float64(angle*(headingSteps/(2*math.Pi))) + 0.5)
}

// headingOf is the angle of a number of steps, from 0 to below 2π.
func headingOf(steps float64) float64 {
	steps -= float64(headingSteps * math.Floor(steps/headingSteps))
	return steps * (2 * math.Pi) / headingSteps
}

// onGrid is the nearest of origin, origin + step, ..., computed as a client computes a fixed field's value.
func onGrid(v, origin, step float64) float64 {
	return origin + float64(math.Floor((v-origin)/step+0.5)*step)
}

// Slowed cuts a velocity to the highest speed.
func Slowed(vx, vy float64) (float64, float64) {
	if speed := exact.Length(vx, vy); speed > maxSpeed {
		return float64(vx * (maxSpeed / speed)), float64(vy * (maxSpeed / speed))
	}
	return vx, vy
}

// bounced mirrors a coordinate at the walls and turns its speed around.
func bounced(x, v, size float64) (float64, float64) {
	const low = Radius
	high := size - Radius
	switch {
	case x < low:
		return min(low+low-x, high), float64(math.Abs(v) * bounciness)
	case x > high:
		return max(high+high-x, low), -float64(math.Abs(v) * bounciness)
	}
	return x, v
}
