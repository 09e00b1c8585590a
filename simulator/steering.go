package simulator

import (
	"math"
	"math/rand/v2"

	client "github.com/deltatick/deltatick/client-go"
)

// Steering plays swarm where players steer: it seeks one random place of the field after another, and keeps clear of its neighbours. Both are of
// C. Reynolds, "Steering Behaviors For Autonomous Characters" (GDC 1999): seek and separation, added up. Its randomness is where it goes.
type Steering struct {
	Rand *rand.Rand

	seat     uint32 // which is also the id of its entity
	rate     int    // ticks in a second
	entities client.Table

	x, y, angle  client.Column
	turn, thrust client.Control

	goalX, goalY float64
	patience     int // ticks until another goal
	look         int // ticks until it looks around
	course       float64
}

const (
	steeringField    = 2000.0 // units: a side of the field
	steeringMargin   = 200.0  // units: goals are so far from the edges
	steeringArrived  = 60.0   // units: closer than this to a goal it has another
	steeringPatience = 10     // seconds that it gives a goal
	steeringLooks    = 10     // times a second that it looks around
	steeringApart    = 80.0   // units: closer than this to another it turns away
	steeringPush     = 2.0    // weight of one that is on top of it; that of the goal is 1
	steeringTrue     = 0.1    // radians off within which it does not turn
	steeringThrust   = 1.0    // radians off within which it thrusts
)

// Enter looks up what swarm replicates.
func (b *Steering) Enter(room *client.Room) {
	b.seat, b.rate = uint32(room.Seat), room.TickRate
	b.entities = room.Table("entities")
	b.x, b.y, b.angle = b.entities.Column("x"), b.entities.Column("y"), b.entities.Column("angle")
	b.turn, b.thrust = room.Input("turn"), room.Input("thrust")
	b.look = 0
}

// Think steers the bot's entity.
func (b *Steering) Think(v *client.View, in *client.Input) {
	in.Set(b.turn, 0)
	in.SetBool(b.thrust, false)
	own, ok := b.entities.Row(v, b.seat)
	if !ok {
		return
	}
	x, y := b.x.Float(v, own), b.y.Float(v, own)
	if b.patience--; b.patience < 0 || math.Hypot(b.goalX-x, b.goalY-y) < steeringArrived {
		b.goalX, b.goalY = b.place(), b.place()
		b.patience, b.look = steeringPatience*b.rate, 0
	}
	if b.look--; b.look < 0 {
		b.course = b.heading(v, own, x, y)
		b.look = b.rate / steeringLooks
	}
	off := math.Remainder(b.course-b.angle.Float(v, own), 2*math.Pi)
	if math.Abs(off) > steeringTrue {
		in.Set(b.turn, math.Copysign(1, off))
	}
	in.SetBool(b.thrust, math.Abs(off) < steeringThrust)
}

// place is a coordinate of a goal.
func (b *Steering) place() float64 {
	return steeringMargin + b.Rand.Float64()*(steeringField-2*steeringMargin)
}

// heading is the way to the goal and away from who is near, in radians.
func (b *Steering) heading(v *client.View, own int, x, y float64) float64 {
	toX, toY := b.goalX-x, b.goalY-y
	if distance := math.Hypot(toX, toY); distance > 0 {
		toX, toY = toX/distance, toY/distance
	}
	for row := range b.entities.Len(v) {
		dx, dy := x-b.x.Float(v, row), y-b.y.Float(v, row)
		distance := math.Hypot(dx, dy)
		if row == own || distance >= steeringApart || distance == 0 {
			continue
		}
		push := steeringPush * (1 - distance/steeringApart) / distance
		toX, toY = toX+dx*push, toY+dy*push
	}
	return math.Atan2(toY, toX)
}
