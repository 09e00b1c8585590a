package protocol

import "math"

// A rotation travels as the three smaller components of its unit quaternion ("smallest three", as in Glenn Fiedler's "Snapshot
// Compression"): the fourth follows from the length, and its sign does not matter, since q and -q are the same rotation. A direction
// travels as a point of an octahedron folded flat (Cigolle et al., "A Survey of Efficient Representations for Independent Unit
// Vectors", 2014). Both use only + - * / and square roots, each rounded by itself, so that all machines get the same quanta and
// values; docs/PROTOCOL.md, section 6, has the formulas.

// Bits of a component: the most that fit a 32-bit quantum, and what a tag without bits gets.
const (
	minVectorBits   = 2
	maxQuatBits     = 10
	maxUnitBits     = 15
	defaultQuatBits = 9
	defaultUnitBits = 12
)

// vectorBits is the most bits that a component of such a field may have.
func vectorBits(kind FieldKind) uint8 {
	if kind == FieldUnit {
		return maxUnitBits
	}
	return maxQuatBits
}

// Components is what quantum q of a FieldQuat (x, y, z, w) or a FieldUnit (x, y, z, 0) stands for: a vector of length 1, whatever q
// is. Of any other kind it is q's [Field.Value] and zeros.
func (f Field) Components(q int32) [4]float64 {
	switch f.Kind {
	case FieldQuat:
		return f.rotation(uint32(q))
	case FieldUnit:
		return f.direction(uint32(q))
	default:
		return [4]float64{f.Value(q)}
	}
}

// QuantumOf is the quantum of a rotation (x, y, z, w) or a direction (x, y, z, ignored), of any length, and whether it is one: what
// has length 0, or a component that is no finite number, becomes the identity (0, 0, 0, 1) or the direction (0, 0, 1). The reverse of
// [Field.Components], for FieldQuat and FieldUnit only.
func (f Field) QuantumOf(v [4]float64) (q int32, is bool) {
	if f.Kind == FieldUnit {
		return f.quantumOfDirection(v)
	}
	return f.quantumOfRotation(v)
}

func (f Field) quantumOfRotation(v [4]float64) (q int32, is bool) {
	most := largest(v[:])
	if is = measurable(v[:], most); !is {
		v, most = [4]float64{0, 0, 0, 1}, 3
	}
	// Divided by the component of greatest magnitude, the others lie within -1..1 and that one is 1: neither a sign to flip nor a
	// square that overflows is left.
	var rest [3]float64
	sum, n := 1.0, 0
	for i := range v {
		if i != most {
			rest[n] = v[i] / v[most]
			sum += float64(rest[n] * rest[n])
			n++
		}
	}
	length := math.Sqrt(sum)
	packed := uint32(most)
	for _, r := range rest {
		packed = packed<<f.Bits | f.level(float64(r/length*math.Sqrt2))
	}
	return int32(packed), is
}

func (f Field) rotation(q uint32) (v [4]float64) {
	most := int(q >> (3 * f.Bits) & 3)
	sum, shift := 0.0, 2*f.Bits
	for i := range v {
		if i != most {
			v[i] = float64(f.part(q>>shift) * (1 / math.Sqrt2))
			sum += float64(v[i] * v[i])
			shift -= f.Bits
		}
	}
	v[most] = math.Sqrt(max(0, 1-sum))
	normalise(v[:])
	return v
}

func (f Field) quantumOfDirection(d [4]float64) (q int32, is bool) {
	v := [3]float64(d[:3])
	most := largest(v[:])
	if is = measurable(v[:], most); !is {
		v, most = [3]float64{0, 0, 1}, 2
	}
	scale := math.Abs(v[most]) // keeps the sum finite
	x, y, z := v[0]/scale, v[1]/scale, v[2]/scale
	sum := math.Abs(x) + math.Abs(y) + math.Abs(z)
	x, y = x/sum, y/sum
	if z < 0 {
		x, y = fold(x, y)
	}
	return int32(f.level(x)<<f.Bits | f.level(y)), is
}

func (f Field) direction(q uint32) (v [4]float64) {
	x, y := f.part(q>>f.Bits), f.part(q)
	z := 1 - math.Abs(x) - math.Abs(y)
	if z < 0 {
		x, y = fold(x, y)
	}
	v = [4]float64{x, y, z}
	normalise(v[:3])
	return v
}

// fold turns a corner of the octahedron's square over its edge: what lies beyond it is the lower half.
func fold(x, y float64) (float64, float64) {
	return signed(1-math.Abs(y), x), signed(1-math.Abs(x), y)
}

// signed is v where sign is not below 0, and -v where it is.
func signed(v, sign float64) float64 {
	if sign < 0 {
		return -v
	}
	return v
}

// level is the number of Bits bits for v from -1 to 1: 2^(Bits-1) for 0, which is thus held exactly, as are both ends; 0 is not used.
func (f Field) level(v float64) uint32 {
	half := int32(1) << (f.Bits - 1)
	return uint32(half + int32(math.Round(float64(v*float64(half-1)))))
}

// part is the reverse of level, of the lowest Bits bits.
func (f Field) part(bits uint32) float64 {
	half := int32(1) << (f.Bits - 1)
	return float64(int32(bits&(1<<f.Bits-1))-half) / float64(half-1)
}

// largest is the index of the component of greatest magnitude, the lowest of several.
func largest(v []float64) int {
	most := 0
	for i := range v {
		if math.Abs(v[i]) > math.Abs(v[most]) {
			most = i
		}
	}
	return most
}

// measurable reports whether a vector, whose greatest component is given, has a finite length above 0.
func measurable(v []float64, most int) bool {
	for i := range v {
		if math.IsNaN(v[i]) {
			return false
		}
	}
	return v[most] != 0 && !math.IsInf(v[most], 0)
}

func normalise(v []float64) {
	sum := 0.0
	for i := range v {
		sum += float64(v[i] * v[i])
	}
	length := math.Sqrt(sum)
	for i := range v {
		v[i] /= length
	}
}
