package arena

import (
	"github.com/deltatick/deltatick/games/arena/flight"
	"github.com/deltatick/deltatick/match/exact"
)

// shipBounce is the share of their speed towards each other that two ships keep, reversed, when they meet.
const shipBounce = 0.8

// collide pushes ships that overlap apart and exchanges their speed along the line between them, as equal masses do.
func (g *game) collide() {
	for idA, a := range g.ships.All() {
		if !a.Alive {
			continue
		}
		for idB, b := range g.ships.All() {
			if idB > idA && b.Alive {
				part(a, b)
			}
		}
	}
}

func part(a, b *ship) {
	dx, dy := b.X-a.X, b.Y-a.Y
	apart := exact.Length(dx, dy)
	if apart >= 2*shipRadius {
		return
	}
	nx, ny := 1.0, 0.0 // on top of each other: any direction will do
	if apart > 0 {
		nx, ny = dx/apart, dy/apart
	}
	push := (2*shipRadius - apart) / 2
	bodyA, bodyB := a.body(), b.body()
	bodyA.X, bodyA.Y = within(bodyA.X-float64(nx*push), bodyA.Y-float64(ny*push))
	bodyB.X, bodyB.Y = within(bodyB.X+float64(nx*push), bodyB.Y+float64(ny*push))
	if closing := float64((a.VX-b.VX)*nx) + float64((a.VY-b.VY)*ny); closing > 0 {
		swap := float64(closing * ((1 + shipBounce) / 2))
		bodyA.VX, bodyA.VY = flight.Slowed(bodyA.VX-float64(nx*swap), bodyA.VY-float64(ny*swap))
		bodyB.VX, bodyB.VY = flight.Slowed(bodyB.VX+float64(nx*swap), bodyB.VY+float64(ny*swap))
	}
	a.move(bodyA.Snapped())
	b.move(bodyB.Snapped())
}

// within is the nearest point at which a whole ship is in the field.
func within(x, y float64) (float64, float64) {
	return min(max(x, shipRadius), fieldWidth-shipRadius), min(max(y, shipRadius), fieldHeight-shipRadius)
}

func (s *ship) body() flight.Body {
	return flight.Body{X: s.X, Y: s.Y, VX: s.VX, VY: s.VY, Heading: s.Heading}
}

func (s *ship) move(b flight.Body) { s.X, s.Y, s.VX, s.VY, s.Heading = b.X, b.Y, b.VX, b.VY, b.Heading }
