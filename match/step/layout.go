package step

// Nothing here imports fmt: it would add 0.8 MB to a module of 1.9.
import (
	"errors"
	"reflect"
	"strconv"
	"strings"

	"github.com/deltatick/deltatick/protocol/wirename"
)

// MaxCells is the most numbers that a row and an input may have together.
const MaxCells = 1024

// cell is one number of the exchange, and where in the game's structs it belongs.
type cell struct {
	value reflect.Value // addressable
	input bool          // the step reads it only
}

// addFields appends the cells of a struct, and writes what its fields are called.
func addFields(cells []cell, layout *strings.Builder, of reflect.Value, input bool) ([]cell, error) {
	first := true
	layout.WriteByte('[')
	for field, value := range of.Fields() {
		name := nameOf(field)
		if name == "" || field.Type.Kind() == reflect.String {
			continue
		}
		kind, length := field.Type, 0
		if kind.Kind() == reflect.Array {
			kind, length = kind.Elem(), kind.Len()
		}
		what := typeOf(kind.Kind())
		if what == "" || (kind != field.Type && length == 0) {
			return nil, errors.New("step: field " + field.Name + ": a " + field.Type.String() + " is no number of a row")
		}
		if length == 0 {
			cells = append(cells, cell{value, input})
		}
		for i := range length {
			cells = append(cells, cell{value.Index(i), input})
		}
		if len(cells) > MaxCells {
			return nil, errors.New("step: more than " + strconv.Itoa(MaxCells) + " numbers")
		}
		if !first {
			layout.WriteByte(',')
		}
		first = false
		layout.WriteString(`[` + strconv.Quote(name) + `,"` + what + `",` + strconv.Itoa(length) + `]`)
	}
	layout.WriteByte(']')
	return cells, nil
}

// nameOf is what a field is called on the wire, or "" if it stays on the server.
func nameOf(field reflect.StructField) string {
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

// typeOf is what JavaScript calls a kind of value, or "" for those that are no numbers.
func typeOf(kind reflect.Kind) string {
	switch kind {
	case reflect.Bool:
		return "boolean"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64,
		reflect.Float32, reflect.Float64:
		return "number"
	default:
		return ""
	}
}

// set takes a number over into the game's struct.
func (c cell) set(f float64) {
	switch v := c.value; {
	case v.Kind() == reflect.Bool:
		v.SetBool(f != 0)
	case v.CanInt():
		v.SetInt(int64(f))
	case v.CanUint():
		v.SetUint(uint64(f))
	default:
		v.SetFloat(f)
	}
}

// get is the number that the game's struct has.
func (c cell) get() float64 {
	switch v := c.value; {
	case v.Kind() == reflect.Bool:
		if v.Bool() {
			return 1
		}
		return 0
	case v.CanInt():
		return float64(v.Int())
	case v.CanUint():
		return float64(v.Uint())
	default:
		return v.Float()
	}
}
