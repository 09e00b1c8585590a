package state

import (
	"encoding"
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"unsafe"
)

// Append adds the bytes of what v, a pointer, points at to dst. The error is that of [PlanOf], or one of a type's own MarshalBinary.
func Append(dst []byte, v any) ([]byte, error) {
	plan, at, err := planFor(v)
	if err != nil {
		return dst, err
	}
	return plan.Append(dst, at)
}

func planFor(v any) (*Plan, unsafe.Pointer, error) {
	p := reflect.ValueOf(v)
	if p.Kind() != reflect.Pointer || p.IsNil() {
		return nil, nil, fmt.Errorf("%T is no pointer to what is to be kept", v)
	}
	plan, err := PlanOf(p.Type().Elem())
	return plan, p.UnsafePointer(), err
}

// Append adds the bytes of the value at src, which must be of the plan's type, to dst.
func (p *Plan) Append(dst []byte, src unsafe.Pointer) ([]byte, error) {
	return p.root.append(dst, src)
}

func (n *node) append(dst []byte, at unsafe.Pointer) (_ []byte, err error) {
	switch n.kind {
	case reflect.Invalid:
		return n.appendBinary(dst, at)
	case reflect.Bool:
		if *(*bool)(at) {
			return append(dst, 1), nil
		}
		return append(dst, 0), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return binary.AppendVarint(dst, n.signed(at)), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return binary.AppendUvarint(dst, n.unsigned(at)), nil
	case reflect.Float32:
		return binary.LittleEndian.AppendUint32(dst, math.Float32bits(*(*float32)(at))), nil
	case reflect.Float64:
		return binary.LittleEndian.AppendUint64(dst, math.Float64bits(*(*float64)(at))), nil
	case reflect.String:
		s := *(*string)(at)
		return append(binary.AppendUvarint(dst, uint64(len(s))), s...), nil
	case reflect.Slice:
		s := reflect.NewAt(n.typ, at).Elem()
		if s.IsNil() {
			return append(dst, 0), nil
		}
		return n.appendElements(binary.AppendUvarint(dst, uint64(s.Len())+1), s.UnsafePointer(), s.Len())
	case reflect.Array:
		return n.appendElements(dst, at, n.typ.Len())
	case reflect.Pointer:
		to := *(*unsafe.Pointer)(at)
		if to == nil {
			return append(dst, 0), nil
		}
		return n.elem.append(append(dst, 1), to)
	default: // a struct
		for i := range n.fields {
			f := &n.fields[i]
			if dst, err = f.append(dst, unsafe.Add(at, f.offset)); err != nil {
				return dst, fmt.Errorf("%s: %w", f.name, err)
			}
		}
		return dst, nil
	}
}

func (n *node) appendElements(dst []byte, first unsafe.Pointer, count int) (_ []byte, err error) {
	if n.elem.kind == reflect.Uint8 {
		// As varints they would be up to two bytes each: these are bytes already.
		return append(dst, unsafe.Slice((*byte)(first), count)...), nil
	}
	size := n.elem.typ.Size()
	for i := range uintptr(count) {
		if dst, err = n.elem.append(dst, unsafe.Add(first, i*size)); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

func (n *node) appendBinary(dst []byte, at unsafe.Pointer) ([]byte, error) {
	raw, err := reflect.NewAt(n.typ, at).Interface().(encoding.BinaryMarshaler).MarshalBinary()
	if err != nil {
		return dst, err
	}
	return append(binary.AppendUvarint(dst, uint64(len(raw))), raw...), nil
}

func (n *node) signed(at unsafe.Pointer) int64 {
	switch n.kind {
	case reflect.Int8:
		return int64(*(*int8)(at))
	case reflect.Int16:
		return int64(*(*int16)(at))
	case reflect.Int32:
		return int64(*(*int32)(at))
	case reflect.Int:
		return int64(*(*int)(at))
	default:
		return *(*int64)(at)
	}
}

func (n *node) unsigned(at unsafe.Pointer) uint64 {
	switch n.kind {
	case reflect.Uint8:
		return uint64(*(*uint8)(at))
	case reflect.Uint16:
		return uint64(*(*uint16)(at))
	case reflect.Uint32:
		return uint64(*(*uint32)(at))
	case reflect.Uint:
		return uint64(*(*uint)(at))
	default:
		return *(*uint64)(at)
	}
}
