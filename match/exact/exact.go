// Package exact is trigonometry that gives the same bits on every machine, for games whose steps must be repeatable: a replay, or a client
// that predicts with the same code, has to arrive at the very same world.
//
// The functions of package math differ in their last bits between architectures, where compilers fuse products and sums. These use
// + - * /, math.Floor, math.Abs and math.Sqrt only, each product converted to float64 before it is added, which forbids the fusing. Code
// around them has to do the same: float64(x*y) + z, not x*y + z.
package exact

import "math"

// halfPiHigh holds the upper 33 bits of π/2, so that small multiples of it are exact; halfPiLow is the rest.
const (
	halfPiHigh = 0x1.921fb544p+0
	halfPiLow  = math.Pi/2 - halfPiHigh
)

// Taylor coefficients in rising powers of the square of the argument.
var (
	sinTaylor = [...]float64{1, -1.0 / 6, 1.0 / 120, -1.0 / 5040, 1.0 / 362880, -1.0 / 39916800, 1.0 / 6227020800,
		-1.0 / 1307674368000}
	cosTaylor = [...]float64{1, -1.0 / 2, 1.0 / 24, -1.0 / 720, 1.0 / 40320, -1.0 / 3628800, 1.0 / 479001600,
		-1.0 / 87178291200, 1.0 / 20922789888000}
	atanTaylor = [...]float64{1, -1.0 / 3, 1.0 / 5, -1.0 / 7, 1.0 / 9, -1.0 / 11, 1.0 / 13, -1.0 / 15, 1.0 / 17, -1.0 / 19,
		1.0 / 21, -1.0 / 23}
)

// Sincos is the sine and cosine of a, in radians, within 1e-15 for |a| < 1e5.
func Sincos(a float64) (sin, cos float64) {
	quarter := math.Floor(float64(a*(2/math.Pi)) + 0.5)
	r := a - float64(quarter*halfPiHigh) - float64(quarter*halfPiLow) // -π/4 to π/4
	square := float64(r * r)
	sin, cos = float64(r*series(sinTaylor[:], square)), series(cosTaylor[:], square)
	switch int64(quarter) & 3 {
	case 1:
		return cos, -sin
	case 2:
		return -sin, -cos
	case 3:
		return -cos, sin
	}
	return sin, cos
}

// Atan2 is the direction of (x, y) in radians, -π to π, within 1e-11; 0 for (0, 0).
func Atan2(y, x float64) float64 {
	long, short := math.Abs(x), math.Abs(y)
	steep := short > long
	if steep {
		long, short = short, long
	}
	if long == 0 {
		return 0
	}
	t, a := short/long, 0.0
	if t > math.Sqrt2-1 { // tan(π/8): turn by π/4 so that the series converges fast
		t, a = (t-1)/(t+1), math.Pi/4
	}
	a += float64(t * series(atanTaylor[:], float64(t*t)))
	if steep {
		a = math.Pi/2 - a
	}
	if x < 0 {
		a = math.Pi - a
	}
	if y < 0 {
		a = -a
	}
	return a
}

// series is c[0] + c[1] x + c[2] x² + ...
func series(c []float64, x float64) float64 {
	sum := 0.0
	for i := len(c) - 1; i >= 0; i-- {
		sum = float64(sum*x) + c[i]
	}
	return sum
}

// Wrap brings an angle to -π <= a < π.
func Wrap(a float64) float64 {
	turns := math.Floor(float64(a/(2*math.Pi)) + 0.5)
	return a - float64(turns*(2*math.Pi))
}

// Length is the length of the vector (x, y).
func Length(x, y float64) float64 { return math.Sqrt(float64(x*x) + float64(y*y)) }
