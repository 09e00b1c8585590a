package rigid

import "math"

// Vector is x, y and z, which is up.
type Vector [3]float64

// Plus is v + w.
func (v Vector) Plus(w Vector) Vector { return Vector{v[0] + w[0], v[1] + w[1], v[2] + w[2]} }

// Minus is v - w.
func (v Vector) Minus(w Vector) Vector { return Vector{v[0] - w[0], v[1] - w[1], v[2] - w[2]} }

// Times is v, f times as long.
func (v Vector) Times(f float64) Vector {
	return Vector{float64(v[0] * f), float64(v[1] * f), float64(v[2] * f)}
}

// Dot is the scalar product of v and w.
func (v Vector) Dot(w Vector) float64 {
	return float64(v[0]*w[0]) + float64(v[1]*w[1]) + float64(v[2]*w[2])
}

// Cross is the vector product of v and w.
func (v Vector) Cross(w Vector) Vector {
	return Vector{
		float64(v[1]*w[2]) - float64(v[2]*w[1]),
		float64(v[2]*w[0]) - float64(v[0]*w[2]),
		float64(v[0]*w[1]) - float64(v[1]*w[0]),
	}
}

// Length is how long v is.
func (v Vector) Length() float64 { return math.Sqrt(v.Dot(v)) }

// across is two vectors of length 1 at right angles to v, whose length is 1, and to each other.
func (v Vector) across() (Vector, Vector) {
	aside := Vector{1, 0, 0}
	if math.Abs(v[0]) > 0.7 {
		aside = Vector{0, 1, 0}
	}
	first := v.Cross(aside)
	first = first.Times(1 / first.Length())
	return first, v.Cross(first)
}

// turned is v rotated by the unit quaternion q = (x, y, z, w): v + 2 w (u x v) + 2 u x (u x v), where u is (x, y, z).
func (v Vector) turned(q [4]float64) Vector {
	u := Vector{q[0], q[1], q[2]}
	once := u.Cross(v).Times(2)
	return v.Plus(once.Times(q[3])).Plus(u.Cross(once))
}

// spun is the unit quaternion q after dt seconds of a spin in radians a second: q + dt/2 (spin, 0) q, brought back to length 1.
func spun(q [4]float64, spin Vector, dt float64) [4]float64 {
	u, s := Vector{q[0], q[1], q[2]}, spin.Times(dt/2)
	moved := u.Plus(s.Times(q[3])).Plus(s.Cross(u))
	w := q[3] - s.Dot(u)
	length := math.Sqrt(moved.Dot(moved) + float64(w*w))
	moved = moved.Times(1 / length)
	return [4]float64{moved[0], moved[1], moved[2], w / length}
}
