package rigid

// Body is a cube of density 1. At, Speed, Spin and Turn are the caller's to change between steps, with [World.Wake] where it may be asleep.
type Body struct {
	Half  float64    // m: half of an edge
	At    Vector     // m, of the middle
	Turn  [4]float64 // unit quaternion x, y, z, w
	Speed Vector     // m/s
	Spin  Vector     // rad/s

	Driven  bool // never sleeps; what it touches counts as touched
	Touched int  // steps for which it still does
	Asleep  bool

	slow int // steps for which it has been
}

// ballPart is the radius of the ball by which cubes meet, in halves of an edge: between the ball inside the cube, 1, and the one around
// it, 1.73.
const ballPart = 1.15

func (b *Body) radius() float64 { return ballPart * b.Half }

// lightness is one over the mass, and one over the moment of inertia, which of a cube is the same about all axes: m a²/6. Both are 0 of
// one asleep, which gives way to nothing.
func (b *Body) lightness() (mass, inertia float64) {
	if b.Asleep {
		return 0, 0
	}
	edge := 2 * b.Half
	mass = 1 / (edge * edge * edge)
	return mass, 6 * mass / (edge * edge)
}

// corner is where corner i of 8 lies from the middle.
func (b *Body) corner(i int) Vector {
	var c Vector
	for k := range c {
		c[k] = b.Half
		if i>>k&1 == 0 {
			c[k] = -b.Half
		}
	}
	return c.turned(b.Turn)
}

// speedAt is how fast a point of it moves that lies from its middle.
func (b *Body) speedAt(from Vector) Vector { return b.Speed.Plus(b.Spin.Cross(from)) }

func (b *Body) push(impulse, from Vector, mass, inertia float64) {
	b.Speed = b.Speed.Plus(impulse.Times(mass))
	b.Spin = b.Spin.Plus(from.Cross(impulse).Times(inertia))
}

// tire sends a body to sleep that has been slow for long.
func (b *Body) tire() {
	const (
		slow = 0.06 // m/s, of middle and corners
		long = 30   // steps
	)
	spin := b.Spin.Times(b.Half)
	if b.Driven || b.Speed.Dot(b.Speed)+spin.Dot(spin) > slow*slow {
		b.slow = 0
		return
	}
	if b.slow++; b.slow >= long {
		b.Asleep, b.Speed, b.Spin = true, Vector{}, Vector{}
	}
}
