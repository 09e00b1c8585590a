package rigid

// Config is what a world is made of. There are no defaults: what is 0 is 0.
type Config struct {
	Step     float64 // s: what [World.Step] moves the world by, above 0
	Gravity  float64 // m/s², downwards
	Friction float64 // coefficient, of cubes and floor alike
	Bounce   float64 // part of the speed into each other that comes back
	Touched  int     // steps for which a body counts as touched, after a driven one or one that was touched touched it
}

// World is a floor, at height 0, and cubes. It belongs to one goroutine.
type World struct {
	Bodies []Body // the caller's to fill before the first step

	cfg      Config
	contacts []contact
	fallen   []int // scratch of Wake
}

// New is a world without bodies.
func New(cfg Config) *World { return &World{cfg: cfg} }

// Step moves the world on.
func (w *World) Step() {
	for i := range w.Bodies {
		b := &w.Bodies[i]
		b.Touched = max(0, b.Touched-1)
		if b.Driven {
			b.Touched = w.cfg.Touched
		}
		if !b.Asleep {
			b.Speed[2] -= float64(w.cfg.Gravity * w.cfg.Step)
		}
	}
	w.touch()
	w.solve()
	for i := range w.Bodies {
		if b := &w.Bodies[i]; !b.Asleep {
			w.move(b)
		}
	}
}

func (w *World) move(b *Body) {
	// Parts of speed and spin lost in a second, so that balls stop rolling.
	const drag, spinDrag = 0.3, 1.5
	b.Speed = b.Speed.Times(1 - float64(drag*w.cfg.Step))
	b.Spin = b.Spin.Times(1 - float64(spinDrag*w.cfg.Step))
	b.At = b.At.Plus(b.Speed.Times(w.cfg.Step))
	b.Turn = spun(b.Turn, b.Spin, w.cfg.Step)
	b.tire()
}

// Wake wakes a body, and those that lie on it.
func (w *World) Wake(body int) {
	w.fallen = append(w.fallen[:0], body)
	for len(w.fallen) > 0 {
		lower := &w.Bodies[w.fallen[len(w.fallen)-1]]
		w.fallen = w.fallen[:len(w.fallen)-1]
		if lower.slow = 0; !lower.Asleep {
			continue
		}
		lower.Asleep = false
		for i := range w.Bodies {
			if upper := &w.Bodies[i]; upper.Asleep && upper.liesOn(lower) {
				w.fallen = append(w.fallen, i)
			}
		}
	}
}

// liesOn tells whether b is near and, by a part of its size, above another body.
func (b *Body) liesOn(other *Body) bool {
	const near = 1.1
	from := b.At.Minus(other.At)
	reach := near * (b.radius() + other.radius())
	return from[2] > b.Half/4 && from.Dot(from) < reach*reach
}
