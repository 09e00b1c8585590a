package simulator

import (
	"math"

	client "github.com/deltatick/deltatick/client-go"
)

// Shooter plays arena: it turns to the nearest living ship, closes in and fires when it points there. With nobody to chase it
// flies to a pickup.
type Shooter struct {
	seat int
	me   *client.Predictor // nil where the group does not predict

	ships, pickups                      client.Table
	x, y, vx, vy, heading, owner, alive client.Column
	pickupX, pickupY                    client.Column
	thrust, fire, aim, aimed            client.Control
}

const (
	shooterNear  = 160.0 // units: closer than this it coasts
	shooterRange = 600.0 // units: farther than this it does not waste shots
	shooterLead  = 1.0 / 600
	shooterTrue  = 0.15 // radians off within which it fires
)

// Enter looks up what arena replicates.
func (b *Shooter) Enter(room *client.Room) {
	b.seat, b.me = room.Seat, nil
	b.ships, b.pickups = room.Table("ships"), room.Table("pickups")
	for name, column := range map[string]*client.Column{
		"x": &b.x, "y": &b.y, "vx": &b.vx, "vy": &b.vy, "heading": &b.heading, "seat": &b.owner, "alive": &b.alive,
	} {
		*column = b.ships.Column(name)
	}
	b.pickupX, b.pickupY = b.pickups.Column("x"), b.pickups.Column("y")
	b.thrust, b.fire, b.aim, b.aimed = room.Input("thrust"), room.Input("fire"), room.Input("aim"), room.Input("aimed")
}

// Foresee has the bot fly by where its ship is going to be.
func (b *Shooter) Foresee(me *client.Predictor) { b.me = me }

// of is a column of the own ship: as predicted, or as the view has it.
func (b *Shooter) of(c client.Column, v *client.View, own int) float64 {
	if b.me != nil && b.me.ID() == b.ships.IDs(v)[own] {
		return b.me.Float(c)
	}
	return c.Float(v, own)
}

// Think steers the bot's ship.
func (b *Shooter) Think(v *client.View, in *client.Input) {
	in.SetBool(b.fire, false)
	in.SetBool(b.thrust, false)
	own := b.ownShip(v)
	if own < 0 {
		return
	}
	x, y := b.of(b.x, v, own), b.of(b.y, v, own)
	if target := b.nearestShip(v, own, x, y); target >= 0 {
		b.chase(v, in, own, target, x, y)
		return
	}
	best := math.Inf(1)
	for row := range b.pickups.Len(v) {
		dx, dy := b.pickupX.Float(v, row)-x, b.pickupY.Float(v, row)-y
		if d := dx*dx + dy*dy; d < best {
			best = d
			b.face(in, dx, dy)
			in.SetBool(b.thrust, true)
		}
	}
}

func (b *Shooter) ownShip(v *client.View) int {
	for row := range b.ships.Len(v) {
		if b.owner.Int(v, row) == b.seat {
			if b.alive.Bool(v, row) {
				return row
			}
			break
		}
	}
	return -1
}

func (b *Shooter) nearestShip(v *client.View, own int, x, y float64) int {
	target, best := -1, math.Inf(1)
	for row := range b.ships.Len(v) {
		if row == own || !b.alive.Bool(v, row) {
			continue
		}
		dx, dy := b.x.Float(v, row)-x, b.y.Float(v, row)-y
		if d := dx*dx + dy*dy; d < best {
			target, best = row, d
		}
	}
	return target
}

// chase aims where the target will be when a shot gets there.
func (b *Shooter) chase(v *client.View, in *client.Input, own, target int, x, y float64) {
	dx, dy := b.x.Float(v, target)-x, b.y.Float(v, target)-y
	distance := math.Hypot(dx, dy)
	flight := distance * shooterLead
	dx += (b.vx.Float(v, target) - b.of(b.vx, v, own)) * flight
	dy += (b.vy.Float(v, target) - b.of(b.vy, v, own)) * flight
	b.face(in, dx, dy)
	off := math.Remainder(math.Atan2(dy, dx)-b.of(b.heading, v, own), 2*math.Pi)
	in.SetBool(b.thrust, distance > shooterNear && math.Abs(off) < 1)
	in.SetBool(b.fire, distance < shooterRange && math.Abs(off) < shooterTrue)
}

func (b *Shooter) face(in *client.Input, dx, dy float64) {
	in.Set(b.aim, math.Atan2(dy, dx))
	in.SetBool(b.aimed, true)
}
