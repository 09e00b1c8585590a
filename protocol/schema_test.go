package protocol_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deltatick/deltatick/protocol"
)

// fullSchema is as large as a schema may be.
func fullSchema() protocol.Schema {
	var s protocol.Schema
	for t := range protocol.MaxTables {
		table := protocol.TableSchema{Name: fmt.Sprint("t", t)}
		for f := range protocol.MaxFields {
			field := protocol.Field{Name: fmt.Sprint("f", f), Kind: protocol.FieldKind(f % 8)}
			switch field.Kind {
			case protocol.FieldInt:
				field.Min, field.Max = int32(-f), int32(f)
			case protocol.FieldFixed:
				field.Offset, field.Step, field.Max = 0.1*float64(f), 1/float64(f), 1<<30
			case protocol.FieldAngle:
				field.Bits = uint8(1 + f%24)
			case protocol.FieldString:
				field.MaxBytes = uint8(1 + f*7)
			case protocol.FieldQuat:
				field.Bits = uint8(2 + f/8)
			case protocol.FieldUnit:
				field.Bits = uint8(2 + f/8)
			}
			if f > 9 && (field.Kind == protocol.FieldInt || field.Kind == protocol.FieldFixed) {
				field.Rate, field.PerTick = 2, int32(f)<<16 // of the first integer
			}
			table.Fields = append(table.Fields, field)
		}
		s = append(s, table)
	}
	return s
}

func TestLargestSchemaTravelsWhole(t *testing.T) {
	s := fullSchema()
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	inputs := s[0].Fields[:4]
	frame := protocol.MustEncode(protocol.Enter{Kind: protocol.KindEnter, Tables: s, Inputs: inputs})
	if _, err := protocol.Check(frame, protocol.FromServer); err != nil {
		t.Fatal(err)
	}
	var got protocol.Enter
	if err := protocol.DecodeFrame(frame, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(s, got.Tables); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(inputs, got.Inputs); diff != "" {
		t.Errorf("inputs: (-want +got)\n%s", diff)
	}
}

func TestValidateNamesTableAndField(t *testing.T) {
	field := func(f protocol.Field) protocol.Schema {
		return protocol.Schema{{Name: "ships", Fields: protocol.Fields{f}}}
	}
	for want, s := range map[string]protocol.Schema{
		"table ships: field x: min 2 is above max 1":   field(protocol.Field{Name: "x", Kind: protocol.FieldInt, Min: 2, Max: 1}),
		"table ships: field x: step":                   field(protocol.Field{Name: "x", Kind: protocol.FieldFixed}),
		"table ships: field x: bits":                   field(protocol.Field{Name: "x", Kind: protocol.FieldAngle, Bits: 25}),
		"table ships: field x: max":                    field(protocol.Field{Name: "x", Kind: protocol.FieldString}),
		"table ships: field x: bits must be 2 to 10":   field(protocol.Field{Name: "x", Kind: protocol.FieldQuat, Bits: 11}),
		"table ships: field x: bits must be 2 to 15":   field(protocol.Field{Name: "x", Kind: protocol.FieldUnit, Bits: 1}),
		"table ships: field x: a change per tick":      field(protocol.Field{Name: "x", Kind: protocol.FieldInt, PerTick: 1}),
		"table ships: field x: rate is field 2 of 1":   field(protocol.Field{Name: "x", Kind: protocol.FieldInt, Rate: 2, PerTick: 1}),
		"table ships: field x: rate x leads back":      field(protocol.Field{Name: "x", Kind: protocol.FieldInt, Rate: 1, PerTick: 1}),
		"table ships: field x: rate x changes nothing": field(protocol.Field{Name: "x", Kind: protocol.FieldInt, Rate: 1}),
		"table ships: field x: rate is for integers":   field(protocol.Field{Name: "x", Kind: protocol.FieldBool, Rate: 1, PerTick: 1}),
		"table ships: field x: unknown kind 8":         field(protocol.Field{Name: "x", Kind: 8}),
		`table ships: field name ""`:                   field(protocol.Field{}),
		`table name "ships"`:                           {{Name: "ships"}, {Name: "ships"}},
		"33 tables":                                    append(fullSchema(), protocol.TableSchema{Name: "more"}),
	} {
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %q", err, want)
		}
	}
	for _, kind := range []protocol.FieldKind{protocol.FieldFloat32, protocol.FieldString, protocol.FieldQuat, protocol.FieldUnit} {
		if err := protocol.ValidateInputs(protocol.Fields{{Name: "aim", Kind: kind, MaxBytes: 1}}); err == nil || !strings.Contains(err.Error(), "aim") {
			t.Errorf("input of kind %d: %v", kind, err)
		}
	}
}
