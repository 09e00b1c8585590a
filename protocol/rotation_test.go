package protocol_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/deltatick/deltatick/protocol"
)

func dot(a, b [4]float64) float64 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] + a[3]*b[3] }

// apart is the angle between two unit vectors, in radians: by the chord, since an arc cosine has no digits left for small ones.
func apart(a, b [4]float64) float64 {
	d := [4]float64{a[0] - b[0], a[1] - b[1], a[2] - b[2], a[3] - b[3]}
	return 2 * math.Asin(min(1, math.Sqrt(dot(d, d))/2))
}

// randomUnit is evenly spread over the unit vectors of n components.
func randomUnit(rng *rand.Rand, n int) (v [4]float64) {
	for i := range n {
		v[i] = rng.NormFloat64()
	}
	length := math.Sqrt(dot(v, v))
	for i := range v {
		v[i] /= length
	}
	return v
}

func degrees(radians float64) float64 { return radians * 180 / math.Pi }

func TestRotationsAreAsNearAsTheirBitsAllow(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	for bits := uint8(2); bits <= 10; bits++ {
		f := protocol.Field{Kind: protocol.FieldQuat, Bits: bits}
		worst := 0.0
		for range 20000 {
			v := randomUnit(rng, 4)
			q, is := f.QuantumOf(v)
			got := f.Components(q)
			if dot(v, got) < 0 {
				got = [4]float64{-got[0], -got[1], -got[2], -got[3]}
			}
			if !is || !f.Holds(q) {
				t.Fatalf("%d bits: %v became quantum %d, is a rotation: %v", bits, v, q, is)
			}
			worst = max(worst, 2*apart(v, got)) // a rotation turns by twice its quaternion's angle
		}
		// Each of the three is off by half a step of √2/(2^bits-2) at most, and the fourth by up to the sum of theirs where all four
		// are 1/2: together √3·√(1+3) halves of a step, and a little more where the steps are large.
		step := math.Sqrt2 / (math.Pow(2, float64(bits)) - 2)
		if bound := 2 * step / 2 * math.Sqrt(12) * (1 + step); worst > bound {
			t.Errorf("%d bits: up to %v° away, want at most %v°", bits, degrees(worst), degrees(bound))
		}
		if bits == 9 && degrees(worst) > 0.6 {
			t.Errorf("9 bits are said to hold a rotation within 0.6°, not %v°", degrees(worst))
		}
	}
}

func TestDirectionsAreAsNearAsTheirBitsAllow(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	for bits := uint8(2); bits <= 15; bits++ {
		f := protocol.Field{Kind: protocol.FieldUnit, Bits: bits}
		worst := 0.0
		for range 20000 {
			v := randomUnit(rng, 3)
			q, is := f.QuantumOf(v)
			if !is || !f.Holds(q) {
				t.Fatalf("%d bits: %v became quantum %d, is a direction: %v", bits, v, q, is)
			}
			worst = max(worst, apart(v, f.Components(q)))
		}
		// Half a step of 1/(2^(bits-1)-1) in both coordinates, of which the third is off by the sum: √6 halves of a step on the
		// octahedron, whose faces are nearest to the centre at 1/√3.
		step := 1 / (math.Pow(2, float64(bits-1)) - 1)
		if bound := step / 2 * math.Sqrt(6) * math.Sqrt(3) * (1 + step); worst > bound {
			t.Errorf("%d bits: up to %v° away, want at most %v°", bits, degrees(worst), degrees(bound))
		}
		if bits == 12 && degrees(worst) > 0.06 {
			t.Errorf("12 bits are said to hold a direction within 0.06°, not %v°", degrees(worst))
		}
	}
}

func TestAxesAreHeldExactly(t *testing.T) {
	for axis := range 4 {
		for _, length := range []float64{1, -1, 1e-320, -1e300, math.MaxFloat64} {
			var v, want [4]float64
			v[axis], want[axis] = length, 1
			for bits := uint8(2); bits <= 10; bits++ {
				f := protocol.Field{Kind: protocol.FieldQuat, Bits: bits}
				if q, is := f.QuantumOf(v); f.Components(q) != want || !is {
					t.Errorf("%d bits: rotation %v is %v", bits, v, f.Components(q))
				}
			}
			if want[axis] = math.Copysign(1, length); axis == 3 {
				continue
			}
			for bits := uint8(2); bits <= 15; bits++ {
				f := protocol.Field{Kind: protocol.FieldUnit, Bits: bits}
				if q, is := f.QuantumOf(v); f.Components(q) != want || !is {
					t.Errorf("%d bits: direction %v is %v", bits, v, f.Components(q))
				}
			}
		}
	}
}

func TestLengthAndSignOfARotationDoNotMatter(t *testing.T) {
	f := protocol.Field{Kind: protocol.FieldQuat, Bits: 10}
	rng := rand.New(rand.NewPCG(15, 16))
	for range 2000 {
		v := randomUnit(rng, 4)
		want, _ := f.QuantumOf(v)
		for _, scale := range []float64{-1, 2, -0x1p-900, 0x1p900} { // powers of two, which round nothing
			scaled := [4]float64{v[0] * scale, v[1] * scale, v[2] * scale, v[3] * scale}
			if got, is := f.QuantumOf(scaled); got != want || !is {
				t.Fatalf("%v times %v: quantum %d, want %d", v, scale, got, want)
			}
		}
	}
	for _, tie := range [][4]float64{{1, 1, 1, 1}, {-1, 1, 1, 1}, {1, -1, 0, 0}} {
		if q, _ := f.QuantumOf(tie); uint32(q)>>30 != 0 {
			t.Errorf("%v: of equal magnitudes the first counts, not %d", tie, uint32(q)>>30)
		}
	}
}

func TestWhatIsNoRotationOrDirectionIsReplacedAndCounted(t *testing.T) {
	type body struct {
		Spin   [4]float32 `sync:"quat"`
		Fine   [4]float64 `sync:"quat,bits=10"`
		Aim    [3]float32 `sync:"unit"`
		Finest [3]float64 `sync:"unit,bits=15"`
	}
	nan, inf := math.NaN(), math.Inf(-1)
	for name, b := range map[string]body{
		"zero":     {},
		"NaN":      {[4]float32{1, 0, 0, float32(nan)}, [4]float64{nan, 1, 0, 0}, [3]float32{1, float32(nan), 0}, [3]float64{nan, nan, nan}},
		"infinite": {[4]float32{float32(inf)}, [4]float64{0, 0, inf, 1}, [3]float32{float32(-inf), 1, 1}, [3]float64{1, inf, nan}},
	} {
		rows, clamped := quantised(t, b)
		fields := planOf[body](t).Fields
		for f, want := range [][4]float64{{0, 0, 0, 1}, {0, 0, 0, 1}, {0, 0, 1}, {0, 0, 1}} {
			if got := fields[f].Components(rows.Quanta[f]); got != want || clamped != 4 {
				t.Errorf("%s: %s is %v, %d cut; want %v", name, fields[f].Name, got, clamped, want)
			}
		}
	}
}

// Quanta come from outside, too: any of their bits make a vector of length 1.
func TestEveryQuantumIsAUnitVector(t *testing.T) {
	rng := rand.New(rand.NewPCG(17, 18))
	for _, kind := range []protocol.FieldKind{protocol.FieldQuat, protocol.FieldUnit} {
		for bits := uint8(2); bits <= 15; bits++ {
			f := protocol.Field{Kind: kind, Bits: bits}
			if kind == protocol.FieldQuat && bits > 10 {
				break
			}
			low, high := f.Bounds()
			for i := range 5000 {
				q := int32(int64(low) + rng.Int64N(int64(high)-int64(low)+1))
				switch i {
				case 0:
					q = low
				case 1:
					q = high
				}
				v := f.Components(q)
				if length := math.Sqrt(dot(v, v)); !(math.Abs(length-1) < 1e-12) {
					t.Fatalf("%+v: quantum %d is %v, of length %v", f, q, v, length)
				}
			}
		}
	}
}

func TestRotationsAndDirectionsFillTheirArrays(t *testing.T) {
	type body struct {
		S32 [4]float32 `sync:"quat,bits=10"`
		S64 [4]float64 `sync:"quat,bits=10"`
		A32 [3]float32 `sync:"unit"`
		A64 [3]float64 `sync:"unit"`
		own [4]float64
	}
	p := planOf[body](t)
	b := body{own: [4]float64{1, 2, 3, 4}}
	quanta := []int32{int32(-0x3fffffff), 0x20100301, 0x123456, 0x800fff}
	p.Fill(unsafe.Pointer(&b), quanta)
	for i := range 4 {
		spin32, spin64 := p.Fields[0].Components(quanta[0]), p.Fields[1].Components(quanta[1])
		if b.S32[i] != float32(spin32[i]) || b.S64[i] != spin64[i] {
			t.Errorf("rotations %v and %v, want %v and %v", b.S32, b.S64, spin32, spin64)
		}
		aim32, aim64 := p.Fields[2].Components(quanta[2]), p.Fields[3].Components(quanta[3])
		if i < 3 && (b.A32[i] != float32(aim32[i]) || b.A64[i] != aim64[i]) {
			t.Errorf("directions %v and %v, want %v and %v", b.A32, b.A64, aim32, aim64)
		}
	}
	if b.own != [4]float64{1, 2, 3, 4} {
		t.Errorf("what is the game's own was overwritten: %v", b.own)
	}
}
