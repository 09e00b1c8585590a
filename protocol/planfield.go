package protocol

import (
	"fmt"
	"math"
	"reflect"

	"github.com/deltatick/deltatick/protocol/wirename"
)

// What a Go field's type and tag make of a [Field].

// fieldOf is a field, but for its rate, whose name it returns.
func fieldOf(sf reflect.StructField, tag string) (f Field, rate string, err error) {
	o, err := parseTag(tag)
	if err != nil {
		return f, "", err
	}
	f = Field{Name: o.name}
	if f.Name == "" {
		f.Name = wirename.Of(sf.Name)
	}
	switch kind := sf.Type.Kind(); {
	case (o.quat || o.unit) && kind != reflect.Array:
		err = fmt.Errorf("quat is for [4]float32 and [4]float64, unit for [3]float32 and [3]float64")
	case kind == reflect.Bool:
		err = f.boolean(o)
	case kind >= reflect.Int && kind <= reflect.Uint64:
		err = f.integer(o, kind)
	case kind == reflect.Float32 || kind == reflect.Float64:
		err = f.float(o)
	case kind == reflect.String:
		err = f.str(o)
	case o.quat && isVector(sf.Type, 4):
		err = f.vector(o, FieldQuat, defaultQuatBits)
	case o.unit && isVector(sf.Type, 3):
		err = f.vector(o, FieldUnit, defaultUnitBits)
	case isVector(sf.Type, 4) || isVector(sf.Type, 3):
		err = fmt.Errorf("type %s is replicated as a rotation (four floats and the tag quat) or as a direction (three and unit)", sf.Type)
	default:
		err = fmt.Errorf("type %s cannot be replicated; mark it `sync:\"-\"` to keep it on the server", sf.Type)
	}
	if err != nil {
		return f, "", err
	}
	return f, o.rate, f.check()
}

// isVector reports whether a type is an array of n floats.
func isVector(t reflect.Type, n int) bool {
	return t.Kind() == reflect.Array && t.Len() == n && (t.Elem().Kind() == reflect.Float32 || t.Elem().Kind() == reflect.Float64)
}

func (f *Field) vector(o tagOptions, kind FieldKind, bits uint8) error {
	if o.min != nil || o.max != nil || o.step != nil || o.angle || o.quat && o.unit {
		return fmt.Errorf("a rotation or direction has bits only")
	}
	f.Kind, f.Bits = kind, bits
	return f.setBits(o, minVectorBits, vectorBits(kind))
}

// setBits takes the tag's bits, if it has any.
func (f *Field) setBits(o tagOptions, least, most uint8) error {
	if o.bits == nil {
		return nil
	}
	if *o.bits != math.Trunc(*o.bits) || *o.bits < float64(least) || *o.bits > float64(most) {
		return fmt.Errorf("bits must be %d to %d, not %v", least, most, *o.bits)
	}
	f.Bits = uint8(*o.bits)
	return nil
}

func (f *Field) boolean(o tagOptions) error {
	if o.min != nil || o.max != nil || o.step != nil || o.bits != nil || o.angle {
		return fmt.Errorf("a bool has a name only")
	}
	f.Kind = FieldBool
	return nil
}

var integerRanges = map[reflect.Kind][2]int32{
	reflect.Int8: {math.MinInt8, math.MaxInt8}, reflect.Uint8: {0, math.MaxUint8},
	reflect.Int16: {math.MinInt16, math.MaxInt16}, reflect.Uint16: {0, math.MaxUint16},
	reflect.Int32: {math.MinInt32, math.MaxInt32}, reflect.Uint32: {0, math.MaxInt32},
	reflect.Int64: {math.MinInt32, math.MaxInt32}, reflect.Uint64: {0, math.MaxInt32},
	reflect.Int: {math.MinInt32, math.MaxInt32}, reflect.Uint: {0, math.MaxInt32},
}

func (f *Field) integer(o tagOptions, kind reflect.Kind) error {
	if o.step != nil || o.angle || o.bits != nil {
		return fmt.Errorf("step, angle and bits are for floats")
	}
	natural := integerRanges[kind]
	f.Kind, f.Min, f.Max = FieldInt, natural[0], natural[1]
	for _, end := range []struct {
		to   *int32
		want *float64
	}{{&f.Min, o.min}, {&f.Max, o.max}} {
		if end.want == nil {
			continue
		}
		if *end.want != math.Trunc(*end.want) || *end.want < float64(natural[0]) || *end.want > float64(natural[1]) {
			return fmt.Errorf("%v does not fit the type (%d..%d on the wire)", *end.want, natural[0], natural[1])
		}
		*end.to = int32(*end.want)
	}
	return nil
}

func (f *Field) float(o tagOptions) error {
	if o.angle {
		if o.min != nil || o.max != nil || o.step != nil {
			return fmt.Errorf("an angle has bits only")
		}
		f.Kind, f.Bits = FieldAngle, 12
		return f.setBits(o, 1, 24)
	}
	if o.bits != nil {
		return fmt.Errorf("bits goes with angle, quat and unit")
	}
	if o.step == nil {
		if o.min != nil || o.max != nil {
			return fmt.Errorf("min and max of a float need a step")
		}
		f.Kind = FieldFloat32
		return nil
	}
	if !(*o.step > 0) {
		return fmt.Errorf("step must be above 0")
	}
	return f.fixed(o)
}

func (f *Field) fixed(o tagOptions) error {
	f.Kind, f.Step, f.Min, f.Max = FieldFixed, *o.step, math.MinInt32, math.MaxInt32
	if o.min != nil {
		f.Offset, f.Min = *o.min, 0
	}
	if o.max != nil {
		steps := math.Round((*o.max - f.Offset) / f.Step)
		if steps > math.MaxInt32 || steps < float64(f.Min) {
			return fmt.Errorf("max is below min, or the range has more than 2^31 steps")
		}
		f.Max = int32(steps)
	}
	return nil
}

func (f *Field) str(o tagOptions) error {
	if o.min != nil || o.step != nil || o.angle || o.bits != nil {
		return fmt.Errorf("a string has max (bytes) only")
	}
	f.Kind, f.MaxBytes = FieldString, 64
	if o.max != nil {
		if *o.max != math.Trunc(*o.max) || *o.max < 1 || *o.max > MaxStringBytes {
			return fmt.Errorf("max must be 1 to %d bytes", MaxStringBytes)
		}
		f.MaxBytes = uint8(*o.max)
	}
	return nil
}
