package state

import (
	"encoding"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
	"unsafe"
)

// ErrMalformed is wrapped by the errors about bytes that are not what was kept.
var ErrMalformed = errors.New("malformed state")

// Load sets what v, a pointer, points at from the bytes that [Append] made of a value of the type, and returns the bytes after them.
// Errors are those of [PlanOf], or wrap [ErrMalformed]; after one the value is good for nothing.
func Load(data []byte, v any) (rest []byte, err error) {
	plan, at, err := planFor(v)
	if err != nil {
		return data, err
	}
	return plan.Load(data, at)
}

// LoadAll is [Load] of bytes that hold one value and nothing else.
func LoadAll(data []byte, v any) error {
	rest, err := Load(data, v)
	if err == nil && len(rest) > 0 {
		err = fmt.Errorf("%w: %d bytes are left over", ErrMalformed, len(rest))
	}
	return err
}

// Load is the function Load for the value at dst, which must be of the plan's type. Fields that are not kept are left as they are;
// slices and owned pointers are made anew.
func (p *Plan) Load(data []byte, dst unsafe.Pointer) (rest []byte, err error) {
	l := loader{data: data}
	l.load(&p.root, dst)
	return l.data, l.err
}

// loader reads on until the first error, which it keeps.
type loader struct {
	data []byte
	err  error
}

func (l *loader) fail(format string, args ...any) {
	if l.err == nil {
		l.err = fmt.Errorf("%w: "+format, append([]any{ErrMalformed}, args...)...)
		l.data = nil
	}
}

// take returns the next n bytes, or nil when there are not so many.
func (l *loader) take(n uint64) []byte {
	if n > uint64(len(l.data)) {
		l.fail("%d bytes wanted, %d left", n, len(l.data))
		return nil
	}
	part := l.data[:n]
	l.data = l.data[n:]
	return part
}

func (l *loader) uvarint() uint64 {
	v, n := binary.Uvarint(l.data)
	if n <= 0 {
		l.fail("number broken off")
		return 0
	}
	l.data = l.data[n:]
	return v
}

func (l *loader) varint() int64 {
	v, n := binary.Varint(l.data)
	if n <= 0 {
		l.fail("number broken off")
		return 0
	}
	l.data = l.data[n:]
	return v
}

// flag reads a byte that must be 0 or 1.
func (l *loader) flag() bool {
	b := l.take(1)
	if b == nil {
		return false
	}
	if b[0] > 1 {
		l.fail("%d is neither 0 nor 1", b[0])
	}
	return b[0] == 1
}

func (l *loader) load(n *node, at unsafe.Pointer) {
	if l.err != nil {
		return
	}
	switch n.kind {
	case reflect.Invalid:
		l.loadBinary(n, at)
	case reflect.Bool:
		*(*bool)(at) = l.flag()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v := reflect.NewAt(n.typ, at).Elem()
		if i := l.varint(); v.OverflowInt(i) {
			l.fail("%d is no %s", i, n.kind)
		} else {
			v.SetInt(i)
		}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v := reflect.NewAt(n.typ, at).Elem()
		if u := l.uvarint(); v.OverflowUint(u) {
			l.fail("%d is no %s", u, n.kind)
		} else {
			v.SetUint(u)
		}
	case reflect.Float32:
		if b := l.take(4); b != nil {
			*(*float32)(at) = math.Float32frombits(binary.LittleEndian.Uint32(b))
		}
	case reflect.Float64:
		if b := l.take(8); b != nil {
			*(*float64)(at) = math.Float64frombits(binary.LittleEndian.Uint64(b))
		}
	case reflect.String:
		*(*string)(at) = string(l.take(l.uvarint()))
	case reflect.Slice:
		l.loadSlice(n, at)
	case reflect.Array:
		l.loadElements(n, at, n.typ.Len())
	case reflect.Pointer:
		v := reflect.NewAt(n.typ, at).Elem()
		v.SetZero()
		if l.flag() {
			v.Set(reflect.New(n.elem.typ))
			l.load(n.elem, v.UnsafePointer())
		}
	default: // a struct
		for i := range n.fields {
			l.load(&n.fields[i].node, unsafe.Add(at, n.fields[i].offset))
		}
	}
}

func (l *loader) loadSlice(n *node, at unsafe.Pointer) {
	v := reflect.NewAt(n.typ, at).Elem()
	v.SetZero()
	count := l.uvarint()
	if count == 0 || l.err != nil {
		return
	}
	count--
	if count > uint64(len(l.data)/n.elem.least) {
		l.fail("%d elements, %d bytes left", count, len(l.data))
		return
	}
	v.Set(reflect.MakeSlice(n.typ, int(count), int(count)))
	l.loadElements(n, v.UnsafePointer(), int(count))
}

func (l *loader) loadElements(n *node, first unsafe.Pointer, count int) {
	if n.elem.kind == reflect.Uint8 {
		copy(unsafe.Slice((*byte)(first), count), l.take(uint64(count)))
		return
	}
	size := n.elem.typ.Size()
	for i := 0; i < count && l.err == nil; i++ {
		l.load(n.elem, unsafe.Add(first, uintptr(i)*size))
	}
}

func (l *loader) loadBinary(n *node, at unsafe.Pointer) {
	raw := l.take(l.uvarint())
	if l.err != nil {
		return
	}
	if err := reflect.NewAt(n.typ, at).Interface().(encoding.BinaryUnmarshaler).UnmarshalBinary(raw); err != nil {
		l.fail("%s: %w", n.typ, err)
	}
}
