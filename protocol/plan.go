package protocol

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"unicode"
)

// Plan is how one Go struct type travels: the fields its `sync` tags describe and where they lie in memory. It is immutable and
// safe for concurrent use.
//
// Tags, all optional, separated by commas:
//
//	sync:"-"              stays on the server (fields that are not exported always do)
//	sync:"name=x"         its name on the wire; else the Go name in snake_case (VX: vx, MaxSpeed: max_speed)
//	sync:"min=0,max=100"  range of an integer or a stepped float
//	sync:"step=0.01"      precision of a float; without it a float travels as a whole float32
//	sync:"angle,bits=10"  radians, wrapped, in 2^10 parts of a turn (default 12 bits)
//	sync:"max=24"         bytes of a string (default 64, at most 255)
//	sync:"private"        see [Plan.Private]
//
// Types: bool, every integer, float32, float64, string, and types made from them. An integer without a range has its type's,
// cut to 32 signed bits.
type Plan struct {
	Fields  Fields
	columns []column
	typ     reflect.Type
}

type column struct {
	offset uintptr
	kind   reflect.Kind
	field  Field
}

// PlanOf compiles struct type t. The error names the field at fault.
func PlanOf(t reflect.Type) (*Plan, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("%s is not a struct", t)
	}
	p := &Plan{typ: t}
	for sf := range t.Fields() {
		tag := sf.Tag.Get("sync")
		if !sf.IsExported() || tag == "-" {
			continue
		}
		field, err := fieldOf(sf, tag)
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", t.Name(), sf.Name, err)
		}
		p.Fields = append(p.Fields, field)
		p.columns = append(p.columns, column{sf.Offset, sf.Type.Kind(), field})
	}
	if err := validateFields(p.Fields, MaxFields); err != nil {
		return nil, fmt.Errorf("%s: %w", t.Name(), err)
	}
	return p, nil
}

// tagOptions is a parsed `sync` tag.
type tagOptions struct {
	name                 string
	min, max, step, bits *float64
	angle                bool
}

func parseTag(tag string) (tagOptions, error) {
	var o tagOptions
	for part := range strings.SplitSeq(tag, ",") {
		key, value, hasValue := strings.Cut(strings.TrimSpace(part), "=")
		switch key {
		case "", optionPrivate:
			continue
		case "angle":
			if hasValue {
				return o, fmt.Errorf("tag option %q: angle takes no value", part)
			}
			o.angle = true
			continue
		case "name":
			if value == "" {
				return o, fmt.Errorf("tag option %q: want name=x", part)
			}
			o.name = value
			continue
		}
		number, err := strconv.ParseFloat(value, 64)
		if err != nil || math.IsNaN(number) || math.IsInf(number, 0) {
			return o, fmt.Errorf("tag option %q: want min=, max=, step=, bits= with a number, name=, angle, private or -", part)
		}
		switch key {
		case "min":
			o.min = &number
		case "max":
			o.max = &number
		case "step":
			o.step = &number
		case "bits":
			o.bits = &number
		default:
			return o, fmt.Errorf("unknown tag option %q", key)
		}
	}
	return o, nil
}

func fieldOf(sf reflect.StructField, tag string) (Field, error) {
	o, err := parseTag(tag)
	if err != nil {
		return Field{}, err
	}
	f := Field{Name: o.name}
	if f.Name == "" {
		f.Name = snake(sf.Name)
	}
	switch kind := sf.Type.Kind(); {
	case kind == reflect.Bool:
		err = f.boolean(o)
	case kind >= reflect.Int && kind <= reflect.Uint64:
		err = f.integer(o, kind)
	case kind == reflect.Float32 || kind == reflect.Float64:
		err = f.float(o)
	case kind == reflect.String:
		err = f.str(o)
	default:
		err = fmt.Errorf("type %s cannot be replicated; mark it `sync:\"-\"` to keep it on the server", sf.Type)
	}
	if err != nil {
		return Field{}, err
	}
	return f, f.check()
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
		if o.bits != nil {
			if *o.bits != math.Trunc(*o.bits) || *o.bits < 1 || *o.bits > 24 {
				return fmt.Errorf("bits must be 1 to 24, not %v", *o.bits)
			}
			f.Bits = uint8(*o.bits)
		}
		return nil
	}
	if o.bits != nil {
		return fmt.Errorf("bits goes with angle")
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

func snake(name string) string {
	var b strings.Builder
	lower := false
	for _, r := range name {
		if unicode.IsUpper(r) && lower {
			b.WriteByte('_')
		}
		lower = unicode.IsLower(r) || unicode.IsDigit(r)
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
