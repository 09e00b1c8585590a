package protocol

import (
	"math"
	"reflect"
	"strconv"

	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

// This file is how the values of payloads are read, one function for each kind of Go type that a [PayloadPlan] has.

func readBool(r *Reader, v reflect.Value) *Error {
	v.SetBool(r.boolean())
	return unlessFailed(r, "true or false")
}

func readInt(least, most int64) reads {
	want := "a whole number"
	if most < math.MaxInt64 {
		want += " from " + strconv.FormatInt(least, 10) + " to " + strconv.FormatInt(most, 10)
	}
	return func(r *Reader, v reflect.Value) *Error {
		v.SetInt(r.integer(least, most))
		return unlessFailed(r, want)
	}
}

func readUint(most int64) reads {
	want := "a whole number from 0 to " + strconv.FormatInt(most, 10)
	return func(r *Reader, v reflect.Value) *Error {
		v.SetUint(uint64(r.integer(0, most)))
		return unlessFailed(r, want)
	}
}

func readFloat(r *Reader, v reflect.Value) *Error {
	f := r.number()
	if r.err != nil || math.IsNaN(f) || math.IsInf(f, 0) || v.OverflowFloat(f) {
		return wrong("a finite number")
	}
	v.SetFloat(f)
	return nil
}

func readString(r *Reader, v reflect.Value) *Error {
	v.SetString(r.str(math.MaxInt))
	return unlessFailed(r, "a string")
}

func readBytes(r *Reader, v reflect.Value) *Error {
	v.SetBytes(r.bytes())
	return unlessFailed(r, "bytes")
}

func readRaw(r *Reader, v reflect.Value) *Error {
	v.SetBytes(r.raw())
	return unlessFailed(r, "a value")
}

func readPointer(inner reads) reads {
	return func(r *Reader, v reflect.Value) *Error {
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		return inner(r, v.Elem())
	}
}

// readSlice grows the slice as values come: its length is not believed, and a value that is wrong ends it.
func readSlice(inner reads) reads {
	return func(r *Reader, v reflect.Value) *Error {
		n := r.array()
		if r.err != nil {
			return wrong("an array")
		}
		v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		for i := range n {
			v.Grow(1)
			v.SetLen(i + 1)
			v.Index(i).SetZero()
			if err := inner(r, v.Index(i)); err != nil {
				return under(strconv.Itoa(i), err)
			}
		}
		return nil
	}
}

func readMap(inner reads) reads {
	return func(r *Reader, v reflect.Value) *Error {
		n := r.mapLen()
		if r.err != nil {
			return wrong("a map")
		}
		v.Set(reflect.MakeMap(v.Type()))
		for range n {
			key := r.str(math.MaxInt)
			if r.err != nil {
				return wrong("a map")
			}
			value := reflect.New(v.Type().Elem()).Elem()
			if err := inner(r, value); err != nil {
				if !ValidIdent(key) {
					return err // the map's own name will do: what could be no name is not echoed
				}
				return under(key, err)
			}
			v.SetMapIndex(reflect.ValueOf(key).Convert(v.Type().Key()), value)
		}
		return nil
	}
}

// bytes returns a copy of bytes.
func (r *Reader) bytes() []byte {
	if r.err != nil {
		return nil
	}
	code, err := r.dec.PeekCode()
	if err != nil || !msgpcode.IsBin(code) {
		r.fail("bin expected")
		return nil
	}
	b, err := r.dec.DecodeBytes()
	if err != nil {
		r.fail("bin expected")
	}
	return b
}
