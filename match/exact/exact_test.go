package exact

import (
	"math"
	"testing"
)

func TestTrigonometryIsThatOfTheMathPackage(t *testing.T) {
	for i := -20000; i <= 20000; i++ {
		a := float64(i) * 0.0137
		sin, cos := Sincos(a)
		if math.Abs(sin-math.Sin(a)) > 1e-14 || math.Abs(cos-math.Cos(a)) > 1e-14 {
			t.Fatalf("Sincos(%v) = %v, %v, want %v, %v", a, sin, cos, math.Sin(a), math.Cos(a))
		}
		if got, want := Atan2(sin, cos), math.Atan2(sin, cos); math.Abs(got-want) > 1e-10 {
			t.Fatalf("Atan2(%v, %v) = %v, want %v", sin, cos, got, want)
		}
		if w := Wrap(a); w < -math.Pi || w >= math.Pi+1e-12 || math.Abs(math.Sin(w)-math.Sin(a)) > 1e-9 {
			t.Fatalf("Wrap(%v) = %v", a, w)
		}
	}
	for _, c := range [][3]float64{{0, 0, 0}, {0, 1, 0}, {1, 0, math.Pi / 2}, {0, -1, math.Pi}, {-1, 0, -math.Pi / 2}, {1, 1, math.Pi / 4}} {
		if got := Atan2(c[0], c[1]); math.Abs(got-c[2]) > 1e-11 {
			t.Errorf("Atan2(%v, %v) = %v, want %v", c[0], c[1], got, c[2])
		}
	}
}
