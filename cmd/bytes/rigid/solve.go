package rigid

// rounds is how often a step goes through its contacts, each time with smaller corrections.
const rounds = 10

// solve makes bodies stop going into each other, by impulses that only push and by friction that is at most a part of those.
func (w *World) solve() {
	for range rounds {
		for i := range w.contacts {
			c := &w.contacts[i]
			c.apply(0, c.wanted, 0, largest)
			most := w.cfg.Friction * c.impulse[0]
			c.apply(1, 0, -most, most)
			c.apply(2, 0, -most, most)
		}
	}
}

const largest = 1e9 // kg m/s: no limit

// apply changes the impulse along an axis so that the speed there is as wanted, as far as it may.
func (c *contact) apply(axis int, wanted, low, high float64) {
	along := c.axes[axis]
	was := c.impulse[axis]
	c.impulse[axis] = max(low, min(high, was+float64((wanted-c.speed().Dot(along))*c.resistance[axis])))
	push := along.Times(c.impulse[axis] - was)
	mass, inertia := c.a.lightness()
	c.a.push(push, c.fromA, mass, inertia)
	if c.b != nil {
		mass, inertia = c.b.lightness()
		c.b.push(push.Times(-1), c.fromB, mass, inertia)
	}
}
