package flight

// Ship is what decides how a ship moves. Its fields are those of table "ships" that have these names.
type Ship struct {
	X, Y, VX, VY, Heading float64
	Alive                 bool
	Thrust                bool // what is shown of it
}

// Step moves a ship one tick of dt seconds on, as its helm wants; what happens in the same tick to more than one ship, such as a hit or a
// collision, comes after it. A ship that is not alive stays where it was destroyed.
func Step(s *Ship, h *Helm, dt float64) {
	if !s.Alive {
		return
	}
	s.Thrust = h.Thrust
	b := Body{s.X, s.Y, s.VX, s.VY, s.Heading}.Fly(*h, dt)
	s.X, s.Y, s.VX, s.VY, s.Heading = b.X, b.Y, b.VX, b.VY, b.Heading
}
