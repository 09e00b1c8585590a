package rigid

import "math"

// contact is a point where a body touches another one or the floor.
type contact struct {
	a, b         *Body  // b is nil for the floor
	fromA, fromB Vector // to the point, from the middles
	axes         [3]Vector
	resistance   [3]float64 // along each axis: mass that an impulse there has to move
	wanted       float64    // speed apart
	impulse      [3]float64 // along each axis so far: the first is from b towards a, the others are friction
}

// touch finds all contacts of bodies that are awake, and wakes those that are hit.
func (w *World) touch() {
	w.contacts = w.contacts[:0]
	for i := range w.Bodies {
		a := &w.Bodies[i]
		if a.Asleep {
			continue
		}
		w.touchFloor(a)
		for j := range w.Bodies {
			// Of two that are awake, the first finds the second.
			if b := &w.Bodies[j]; j != i && (b.Asleep || j > i) {
				w.touchBody(a, b, j)
			}
		}
	}
}

func (w *World) touchFloor(a *Body) {
	if a.At[2] > 1.75*a.Half { // farther than a corner from the middle
		return
	}
	for i := range 8 {
		if from := a.corner(i); a.At[2]+from[2] < 0 {
			w.meet(contact{a: a, fromA: from, axes: [3]Vector{{0, 0, 1}}}, -(a.At[2] + from[2]))
		}
	}
}

// touchBody adds the contact of two bodies, the second of which is number j, if they touch.
func (w *World) touchBody(a, b *Body, j int) {
	apart, reach := a.At.Minus(b.At), a.radius()+b.radius()
	if math.Abs(apart[0]) >= reach || math.Abs(apart[1]) >= reach {
		return
	}
	distance := apart.Dot(apart)
	if distance >= reach*reach || distance == 0 {
		return
	}
	distance = apart.Length()
	away := apart.Times(1 / distance)
	const hit = 0.15 // m/s towards each other that wake one asleep
	if b.Asleep && (a.Driven || a.Speed.Minus(b.Speed).Dot(away) < -hit) {
		w.Wake(j)
	}
	a.Touched, b.Touched = max(a.Touched, b.Touched-1), max(b.Touched, a.Touched-1)
	w.meet(contact{a: a, b: b, fromA: away.Times(-a.radius()), fromB: away.Times(b.radius()), axes: [3]Vector{away}}, reach-distance)
}

// meet adds a contact that lies deep in the body, for which a, b, the points and the first axis are set.
func (w *World) meet(c contact, deep float64) {
	const (
		slop    = 0.005 // m that bodies may lie in each other
		mended  = 0.2   // part of what is deeper that one step mends
		fastest = 3.0   // m/s at which it does, at most
		soft    = 0.5   // m/s below which nothing bounces
	)
	c.axes[1], c.axes[2] = c.axes[0].across()
	massA, inertiaA := c.a.lightness()
	var massB, inertiaB float64
	if c.b != nil {
		massB, inertiaB = c.b.lightness()
	}
	for k, axis := range c.axes {
		leverA, leverB := c.fromA.Cross(axis), c.fromB.Cross(axis)
		c.resistance[k] = 1 / (massA + massB + float64(inertiaA*leverA.Dot(leverA)) + float64(inertiaB*leverB.Dot(leverB)))
	}
	c.wanted = min(fastest, max(0, deep-slop)*mended/w.cfg.Step)
	if into := -c.speed().Dot(c.axes[0]); into > soft {
		c.wanted = max(c.wanted, w.cfg.Bounce*into)
	}
	w.contacts = append(w.contacts, c)
}

// speed is that of a's point as seen from b's.
func (c *contact) speed() Vector {
	v := c.a.speedAt(c.fromA)
	if c.b != nil {
		v = v.Minus(c.b.speedAt(c.fromB))
	}
	return v
}
