package client

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/protocol/wirename"
)

// mover calls a game's step on quanta. It belongs to one goroutine, and allocates nothing once it is made.
type mover struct {
	clear func()
	step  func(dt float64)
	row   []boundField
	input []boundField
}

// boundField is a field of the wire and what has its value in a struct of the game's.
type boundField struct {
	at    int // index among the table's or the input's fields
	field protocol.Field
	value reflect.Value // addressable
}

// newMover finds the fields of the step's structs among those of the wire.
func newMover[R, I any](step func(row *R, in *I, dt float64), table, inputs protocol.Fields) (*mover, error) {
	row, in := new(R), new(I)
	m := &mover{
		clear: func() { *row, *in = *new(R), *new(I) },
		step:  func(dt float64) { step(row, in, dt) },
	}
	var missing string
	var err error
	if m.row, missing, err = bindFields(reflect.ValueOf(row).Elem(), table); err != nil {
		return nil, err
	}
	if missing != "" {
		return nil, fmt.Errorf("the table has no field %s", missing)
	}
	// What an input lacks is zero in the step.
	m.input, _, err = bindFields(reflect.ValueOf(in).Elem(), inputs)
	return m, err
}

// bindFields pairs the fields of a struct with those of the wire; missing is the first one that has none. Strings, and what stays on the server,
// are left out.
func bindFields(of reflect.Value, fields protocol.Fields) (bound []boundField, missing string, err error) {
	if of.Kind() != reflect.Struct {
		return nil, "", fmt.Errorf("%s is no struct", of.Type())
	}
	for field, value := range of.Fields() {
		name := wireNameOf(field)
		if name == "" || field.Type.Kind() == reflect.String {
			continue
		}
		at := -1
		for i, f := range fields {
			if f.Name == name {
				at = i
			}
		}
		if at < 0 {
			if missing == "" {
				missing = name
			}
			continue
		}
		if !carries(field.Type, fields[at].Kind) {
			return nil, "", fmt.Errorf("field %s: a %s does not hold what travels as %s", field.Name, field.Type, name)
		}
		bound = append(bound, boundField{at: at, field: fields[at], value: value})
	}
	return bound, missing, nil
}

// wireNameOf is what a struct's field is called on the wire, or "" if it stays on the server: as in match/step.
func wireNameOf(field reflect.StructField) string {
	tag := field.Tag.Get("sync")
	if !field.IsExported() || tag == "-" {
		return ""
	}
	for option := range strings.SplitSeq(tag, ",") {
		if name, ok := strings.CutPrefix(option, "name="); ok {
			return name
		}
	}
	return wirename.Of(field.Name)
}

// carries reports whether a Go type holds the values of a kind of field.
func carries(t reflect.Type, kind protocol.FieldKind) bool {
	switch kind {
	case protocol.FieldString:
		return false
	case protocol.FieldQuat, protocol.FieldUnit:
		size := 4
		if kind == protocol.FieldUnit {
			size = 3
		}
		return t.Kind() == reflect.Array && t.Len() == size && (t.Elem().Kind() == reflect.Float64 || t.Elem().Kind() == reflect.Float32)
	}
	switch t.Kind() {
	case reflect.Bool, reflect.Float32, reflect.Float64,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return true
	}
	return false
}

// run moves a row on by a tick of dt seconds: after is before with what the step has made of it.
func (m *mover) run(before, input, after []int32, dt float64) {
	m.clear()
	for _, b := range m.row {
		b.set(before[b.at])
	}
	for _, b := range m.input {
		b.set(input[b.at])
	}
	m.step(dt)
	copy(after, before)
	for _, b := range m.row {
		after[b.at] = b.quantum()
	}
}

// set puts what a quantum stands for into the struct.
func (b boundField) set(q int32) {
	switch v := b.value; {
	case v.Kind() == reflect.Array:
		parts := b.field.Components(q)
		for i := range v.Len() {
			v.Index(i).SetFloat(parts[i])
		}
	case v.Kind() == reflect.Bool:
		v.SetBool(q != 0)
	case v.CanInt():
		v.SetInt(int64(b.field.Value(q)))
	case v.CanUint():
		v.SetUint(uint64(max(b.field.Value(q), 0)))
	default:
		v.SetFloat(b.field.Value(q))
	}
}

// quantum is the one nearest to what the struct has, as the server would send it.
func (b boundField) quantum() (q int32) {
	switch v := b.value; {
	case v.Kind() == reflect.Array:
		var parts [4]float64
		for i := range v.Len() {
			parts[i] = v.Index(i).Float()
		}
		q, _ = b.field.QuantumOf(parts)
	case v.Kind() == reflect.Bool:
		if v.Bool() {
			q, _ = b.field.Quantum(1)
		} else {
			q, _ = b.field.Quantum(0)
		}
	case v.CanInt():
		q, _ = b.field.Quantum(float64(v.Int()))
	case v.CanUint():
		q, _ = b.field.Quantum(float64(v.Uint()))
	default:
		q, _ = b.field.Quantum(v.Float())
	}
	return q
}
