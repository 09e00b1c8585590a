package protocol

import (
	"math"
	"reflect"
	"strings"
	"unicode/utf8"
	"unsafe"
)

// Quantise writes the struct at src, which must be of the plan's type, into row i of rows, which must have been resized for the
// plan's fields. It returns how many values were outside their field's range and were cut to it.
func (p *Plan) Quantise(rows *Rows, i int, src unsafe.Pointer) (clamped int) {
	n := len(rows.IDs)
	for f := range p.columns {
		c := &p.columns[f]
		at := unsafe.Add(src, c.offset)
		if c.kind == reflect.String {
			s, whole := cutString(*(*string)(at), int(c.field.MaxBytes))
			if !whole {
				clamped++
			}
			rows.Strings[f][i] = s
			rows.Quanta[f*n+i] = 0
			continue
		}
		q, inside := c.quantum(at)
		if !inside {
			clamped++
		}
		rows.Quanta[f*n+i] = q
	}
	return clamped
}

// Fill writes quanta, one per field, into the struct at dst, which must be of the plan's type. Strings are left alone.
func (p *Plan) Fill(dst unsafe.Pointer, quanta []int32) {
	for f := range p.columns {
		p.columns[f].fill(unsafe.Add(dst, p.columns[f].offset), quanta[f])
	}
}

// Type is the struct type the plan was made for.
func (p *Plan) Type() reflect.Type { return p.typ }

// byteOrderMark is dropped by the decoders of some languages where a string begins with it.
const byteOrderMark = "\ufeff"

// cutString keeps at most max bytes of valid UTF-8, whole runes only, and no byte order mark before them: with one, two clients
// could disagree about the world.
func cutString(s string, max int) (cut string, whole bool) {
	if len(s) <= max && utf8.ValidString(s) && !strings.HasPrefix(s, byteOrderMark) {
		return s, true
	}
	s = strings.TrimLeft(s, byteOrderMark)
	end := 0
	for {
		r, size := utf8.DecodeRuneInString(s[end:])
		if r == utf8.RuneError && size <= 1 || end+size > max {
			return s[:end], false
		}
		end += size
	}
}

func (c *column) quantum(at unsafe.Pointer) (int32, bool) {
	switch c.kind {
	case reflect.Float32:
		return c.float(float64(*(*float32)(at)))
	case reflect.Float64:
		return c.float(*(*float64)(at))
	case reflect.Bool:
		if *(*bool)(at) {
			return 1, true
		}
		return 0, true
	case reflect.Array:
		return c.field.QuantumOf(c.loadVector(at))
	}
	v := c.load(at)
	switch {
	case v < int64(c.field.Min):
		return c.field.Min, false
	case v > int64(c.field.Max):
		return c.field.Max, false
	}
	return int32(v), true
}

func (c *column) float(v float64) (int32, bool) {
	if c.field.Kind == FieldFixed {
		// The usual case without the calls of Field.Quantum; both round half away from zero.
		q := math.Round((v - c.field.Offset) / c.field.Step)
		if q >= float64(c.field.Min) && q <= float64(c.field.Max) {
			return int32(q), true
		}
	}
	return c.field.Quantum(v)
}

func (c *column) load(at unsafe.Pointer) int64 {
	switch c.kind {
	case reflect.Int8:
		return int64(*(*int8)(at))
	case reflect.Uint8:
		return int64(*(*uint8)(at))
	case reflect.Int16:
		return int64(*(*int16)(at))
	case reflect.Uint16:
		return int64(*(*uint16)(at))
	case reflect.Int32:
		return int64(*(*int32)(at))
	case reflect.Uint32:
		return int64(*(*uint32)(at))
	case reflect.Int:
		return int64(*(*int)(at))
	case reflect.Uint:
		return clampUint(uint64(*(*uint)(at)))
	case reflect.Uint64:
		return clampUint(*(*uint64)(at))
	default:
		return *(*int64)(at)
	}
}

// loadVector reads a rotation or direction; the fourth of a direction is 0.
func (c *column) loadVector(at unsafe.Pointer) (v [4]float64) {
	n := c.components()
	if c.double {
		copy(v[:], unsafe.Slice((*float64)(at), n))
		return v
	}
	for i, component := range unsafe.Slice((*float32)(at), n) {
		v[i] = float64(component)
	}
	return v
}

func (c *column) fillVector(at unsafe.Pointer, q int32) {
	v, n := c.field.Components(q), c.components()
	if c.double {
		copy(unsafe.Slice((*float64)(at), n), v[:])
		return
	}
	for i, to := 0, unsafe.Slice((*float32)(at), n); i < n; i++ {
		to[i] = float32(v[i])
	}
}

// components is the length of the array that holds a rotation or direction.
func (c *column) components() int {
	if c.field.Kind == FieldUnit {
		return 3
	}
	return 4
}

func clampUint(v uint64) int64 { return int64(min(v, math.MaxInt64)) }

func (c *column) fill(at unsafe.Pointer, q int32) {
	switch c.kind {
	case reflect.Float32:
		*(*float32)(at) = float32(c.field.Value(q))
	case reflect.Float64:
		*(*float64)(at) = c.field.Value(q)
	case reflect.Bool:
		*(*bool)(at) = q != 0
	case reflect.Array:
		c.fillVector(at, q)
	case reflect.Int8:
		*(*int8)(at) = int8(q)
	case reflect.Uint8:
		*(*uint8)(at) = uint8(q)
	case reflect.Int16:
		*(*int16)(at) = int16(q)
	case reflect.Uint16:
		*(*uint16)(at) = uint16(q)
	case reflect.Int32:
		*(*int32)(at) = q
	case reflect.Uint32:
		*(*uint32)(at) = uint32(q)
	case reflect.Int:
		*(*int)(at) = int(q)
	case reflect.Uint:
		*(*uint)(at) = uint(q)
	case reflect.Uint64:
		*(*uint64)(at) = uint64(q)
	case reflect.Int64:
		*(*int64)(at) = int64(q)
	}
}
