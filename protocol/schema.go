package protocol

import (
	"fmt"
	"math"
	"slices"
)

// FieldKind says how a field's values travel.
type FieldKind uint8

// The field kinds (docs/PROTOCOL.md, section 6).
const (
	FieldBool    FieldKind = 0 // quantum 0 or 1
	FieldInt     FieldKind = 1 // the integer itself
	FieldFixed   FieldKind = 2 // Offset + quantum * Step
	FieldAngle   FieldKind = 3 // quantum * 2π / 2^Bits radians
	FieldFloat32 FieldKind = 4 // quantum is the IEEE 754 bits
	FieldString  FieldKind = 5 // no quantum
	FieldQuat    FieldKind = 6 // rotation: smallest three of a unit quaternion, packed in one quantum
	FieldUnit    FieldKind = 7 // direction: a unit vector's octahedral coordinates, packed in one quantum
)

// Field describes one field of a table or of an input.
type Field struct {
	Name     string
	Kind     FieldKind
	Min, Max int32   // FieldInt, FieldFixed: range of the quantum, both ends included
	Offset   float64 // FieldFixed
	Step     float64 // FieldFixed, above 0
	Bits     uint8   // FieldAngle: 1 to 24; of a component FieldQuat: 2 to 10, FieldUnit: 2 to 15
	MaxBytes uint8   // FieldString: 1 to 255

	// Rate and PerTick say that another field of the table is this one's rate of change, which codecs may predict by: with quantum v
	// of that field, this quantum is expected to change by (v - z) * PerTick / 2^16 in a tick, where z is that field's [Field.Zero].
	// The product is at most 2^53. FieldInt, FieldFixed and FieldAngle may have a rate, which is a FieldInt or a FieldFixed.
	Rate    uint8 // 1 + the index of that field; 0: none
	PerTick int32 // not 0 where there is a rate
}

// TableSchema describes one table of a world.
type TableSchema struct {
	Name   string
	Fields Fields
}

// Fields is the list of a table's or an input's fields.
type Fields []Field

// Schema describes a world: its tables, in the order in which bodies and hashes go through them.
type Schema []TableSchema

// nanBits is the quantum of NaN: the quiet one without a payload, which is also what JavaScript makes of any NaN.
const nanBits = 0x7fc00000

// Bounds is the range of the field's quanta, both ends included. Strings have none.
func (f Field) Bounds() (min, max int32) {
	switch f.Kind {
	case FieldBool:
		return 0, 1
	case FieldInt, FieldFixed:
		return f.Min, f.Max
	case FieldAngle:
		return 0, 1<<f.Bits - 1
	case FieldFloat32:
		return math.MinInt32, math.MaxInt32
	case FieldQuat:
		if f.Bits == maxQuatBits { // all 32 bits
			return math.MinInt32, math.MaxInt32
		}
		return 0, 1<<(2+3*f.Bits) - 1
	case FieldUnit:
		return 0, 1<<(2*f.Bits) - 1
	default:
		return 0, 0
	}
}

// Holds reports whether q is a quantum of this field.
func (f Field) Holds(q int32) bool {
	min, max := f.Bounds()
	return q >= min && q <= max
}

// Value is what quantum q stands for, as a number (docs/PROTOCOL.md, section 6): booleans are 0 or 1, angles radians. Rotations and
// directions are no number; see [Field.Components].
func (f Field) Value(q int32) float64 {
	switch f.Kind {
	case FieldFixed:
		// The conversion keeps compilers from fusing the product and the sum, so that every client gets the same value.
		return f.Offset + float64(float64(q)*f.Step)
	case FieldAngle:
		return float64(q) * (2 * math.Pi) / float64(int64(1)<<f.Bits)
	case FieldFloat32:
		return float64(math.Float32frombits(uint32(q)))
	case FieldQuat, FieldUnit:
		return 0
	default:
		return float64(q)
	}
}

// Quantum is the quantum nearest to value v, and whether v was inside the field's range. Outside, the nearest end is taken; NaN
// becomes the lower end, except that a float32 holds it. Angles wrap. The reverse of [Field.Value], for kinds that are numbers.
func (f Field) Quantum(v float64) (q int32, inside bool) {
	switch f.Kind {
	case FieldBool:
		if v != 0 {
			return 1, true
		}
		return 0, true
	case FieldAngle:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return 0, false
		}
		turns := v / (2 * math.Pi)
		turns -= math.Floor(turns)
		return int32(math.Round(turns*float64(int64(1)<<f.Bits))) & (1<<f.Bits - 1), true
	case FieldFloat32:
		if math.IsNaN(v) {
			return nanBits, true // one of the many, so that the world's hash does not hang on which a machine made
		}
		return int32(math.Float32bits(float32(v))), true
	case FieldFixed:
		v = math.Round((v - f.Offset) / f.Step)
	default:
		v = math.Round(v)
	}
	min, max := f.Bounds()
	switch {
	case v >= float64(min) && v <= float64(max):
		return int32(v), true
	case v > float64(max):
		return max, false
	default:
		return min, false
	}
}

// forbiddenKeys are names by which JavaScript reaches an object's prototype: a client in it cannot hold a field called so.
var forbiddenKeys = []string{"__proto__", "constructor", "prototype"}

func validName(s string) bool {
	return s != "" && len(s) <= MaxIdentBytes && !slices.Contains(forbiddenKeys, s)
}

// check reports what is wrong with a field of a schema, from a struct tag or from the wire alike.
func (f Field) check() error {
	if !validName(f.Name) {
		return fmt.Errorf("field name %q: want 1 to %d bytes, and none of %v", f.Name, MaxIdentBytes, forbiddenKeys)
	}
	switch f.Kind {
	case FieldBool, FieldFloat32:
	case FieldInt:
		if f.Min > f.Max {
			return fmt.Errorf("field %s: min %d is above max %d", f.Name, f.Min, f.Max)
		}
	case FieldFixed:
		if !(f.Step > 0) || math.IsInf(f.Step, 0) || math.IsNaN(f.Offset) || math.IsInf(f.Offset, 0) {
			return fmt.Errorf("field %s: step must be a positive number and min a finite one", f.Name)
		}
		if f.Min > f.Max {
			return fmt.Errorf("field %s: min is above max", f.Name)
		}
	case FieldAngle:
		if f.Bits < 1 || f.Bits > 24 {
			return fmt.Errorf("field %s: bits must be 1 to 24, not %d", f.Name, f.Bits)
		}
	case FieldQuat, FieldUnit:
		if most := vectorBits(f.Kind); f.Bits < minVectorBits || f.Bits > most {
			return fmt.Errorf("field %s: bits must be %d to %d, not %d", f.Name, minVectorBits, most, f.Bits)
		}
	case FieldString:
		if f.MaxBytes < 1 {
			return fmt.Errorf("field %s: max must be 1 to %d bytes", f.Name, MaxStringBytes)
		}
	default:
		return fmt.Errorf("field %s: unknown kind %d", f.Name, f.Kind)
	}
	return nil
}

// Validate reports the first thing that breaks docs/PROTOCOL.md, section 6: too many tables or fields, bad or repeated names,
// parameters out of range.
func (s Schema) Validate() error {
	if len(s) > MaxTables {
		return fmt.Errorf("%d tables, at most %d are allowed", len(s), MaxTables)
	}
	seen := map[string]bool{}
	for _, t := range s {
		if !validName(t.Name) || seen[t.Name] {
			return fmt.Errorf("table name %q is empty, too long, used twice, or one of %v", t.Name, forbiddenKeys)
		}
		seen[t.Name] = true
		if err := validateFields(t.Fields, MaxFields); err != nil {
			return fmt.Errorf("table %s: %w", t.Name, err)
		}
	}
	return nil
}

// ValidateInputs is [Schema.Validate] for the fields of an input: at most 16, numbers with a range only, and no rates.
func ValidateInputs(fields Fields) error {
	for _, f := range fields {
		if f.Kind > FieldAngle || f.Rate != 0 {
			return fmt.Errorf("input field %s: only bool, integers, stepped floats and angles are allowed, without a rate", f.Name)
		}
	}
	return validateFields(fields, MaxInputFields)
}

func validateFields(fields Fields, max int) error {
	if len(fields) > max {
		return fmt.Errorf("%d fields, at most %d are allowed", len(fields), max)
	}
	seen := map[string]bool{}
	for _, f := range fields {
		if err := f.check(); err != nil {
			return err
		}
		if seen[f.Name] {
			return fmt.Errorf("field name %q is used twice", f.Name)
		}
		seen[f.Name] = true
	}
	return fields.checkRates()
}
