package protocol

import (
	"fmt"
	"reflect"
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
//	sync:"rate=vx"        names the field that is this one's change per second (for an angle in radians), by its name on the wire:
//	                      a whole number or a stepped float of the same struct. Codecs predict by it
//	sync:"quat,bits=9"    a rotation, the unit quaternion x, y, z, w, with 9 bits for a component (2 to 10, default 9)
//	sync:"unit,bits=12"   a direction, the unit vector x, y, z, with 12 bits for a coordinate (2 to 15, default 12)
//	sync:"max=24"         bytes of a string (default 64, at most 255)
//	sync:"private"        see [Plan.Private]
//
// Types: bool, every integer, float32, float64, string, [4]float32 or [4]float64 for a rotation, [3]float32 or [3]float64 for a direction,
// and types made from them. An integer without a range has its type's, cut to 32 signed bits.
type Plan struct {
	Fields  Fields
	columns []column
	typ     reflect.Type
}

type column struct {
	offset uintptr
	kind   reflect.Kind
	double bool // of an array: its elements are float64
	field  Field
}

// PlanOf compiles struct type t. tickRate, in Hz, is that of the ticks in which fields with a rate are predicted; it is 0 where there are
// none, as in an input, whose fields cannot have a rate. The error names the field at fault.
func PlanOf(t reflect.Type, tickRate int) (*Plan, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("%s is not a struct", t)
	}
	p := &Plan{typ: t}
	var rates []namedRate // of each field
	for sf := range t.Fields() {
		tag := sf.Tag.Get("sync")
		if !sf.IsExported() || tag == "-" {
			continue
		}
		field, rate, err := fieldOf(sf, tag)
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", t.Name(), sf.Name, err)
		}
		p.Fields = append(p.Fields, field)
		double := sf.Type.Kind() == reflect.Array && sf.Type.Elem().Kind() == reflect.Float64
		p.columns = append(p.columns, column{sf.Offset, sf.Type.Kind(), double, field})
		rates = append(rates, namedRate{sf.Name, rate})
	}
	for i, r := range rates {
		if err := p.Fields.nameRate(i, r.rate, tickRate); err != nil {
			return nil, fmt.Errorf("%s.%s: %w", t.Name(), r.field, err)
		}
	}
	if err := validateFields(p.Fields, MaxFields); err != nil {
		return nil, fmt.Errorf("%s: %w", t.Name(), err)
	}
	return p, nil
}

// namedRate is a Go field's name and its rate's on the wire, "" for none.
type namedRate struct{ field, rate string }
