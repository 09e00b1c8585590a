package protocol

import (
	"math"

	"github.com/vmihailenco/msgpack/v5"
	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

// How a schema travels in an enter frame.

var (
	_ msgpack.CustomEncoder = Schema(nil)
	_ msgpack.CustomEncoder = Fields(nil)
)

// EncodeMsgpack writes [[name, [field, ...]], ...].
func (s Schema) EncodeMsgpack(enc *msgpack.Encoder) error {
	if err := enc.EncodeArrayLen(len(s)); err != nil {
		return err
	}
	for _, t := range s {
		if err := enc.EncodeMulti(arrayLen(2), t.Name); err != nil {
			return err
		}
		// Called by itself, because the library would write a table without fields as nil.
		if err := t.Fields.EncodeMsgpack(enc); err != nil {
			return err
		}
	}
	return nil
}

// EncodeMsgpack writes [[name, kind, parameters...], ...].
func (fs Fields) EncodeMsgpack(enc *msgpack.Encoder) error {
	if err := enc.EncodeArrayLen(len(fs)); err != nil {
		return err
	}
	for _, f := range fs {
		if err := f.encode(enc); err != nil {
			return err
		}
	}
	return nil
}

func (f Field) encode(enc *msgpack.Encoder) error {
	switch f.Kind {
	case FieldInt:
		return enc.EncodeMulti(arrayLen(4), f.Name, uint8(f.Kind), f.Min, f.Max)
	case FieldFixed:
		return enc.EncodeMulti(arrayLen(6), f.Name, uint8(f.Kind), f.Offset, f.Step, f.Min, f.Max)
	case FieldAngle:
		return enc.EncodeMulti(arrayLen(3), f.Name, uint8(f.Kind), f.Bits)
	case FieldString:
		return enc.EncodeMulti(arrayLen(3), f.Name, uint8(f.Kind), f.MaxBytes)
	default:
		return enc.EncodeMulti(arrayLen(2), f.Name, uint8(f.Kind))
	}
}

// arrayLen encodes as an array header, so that EncodeMulti can write an array's parts.
type arrayLen int

func (n arrayLen) EncodeMsgpack(enc *msgpack.Encoder) error { return enc.EncodeArrayLen(int(n)) }

// schema reads the tables of a world and validates them.
func (r *Reader) schema() Schema {
	n := r.array()
	if n > MaxTables {
		r.fail("%d tables, at most %d", n, MaxTables)
	}
	s := Schema{}
	for i := 0; i < n && r.err == nil; i++ {
		elements := r.array()
		if elements < 2 {
			r.fail("table with %d elements, needs 2", elements)
		}
		t := TableSchema{Name: r.str(MaxIdentBytes), Fields: r.fields()}
		r.skip(elements - 2)
		s = append(s, t)
	}
	r.refuse(s.Validate())
	return s
}

// inputs reads the fields of an input and validates them.
func (r *Reader) inputs() Fields {
	fs := r.fields()
	r.refuse(ValidateInputs(fs))
	return fs
}

func (r *Reader) fields() Fields {
	n := r.array()
	if n > MaxFields {
		r.fail("%d fields, at most %d", n, MaxFields)
	}
	fs := Fields{}
	for i := 0; i < n && r.err == nil; i++ {
		fs = append(fs, r.field())
	}
	return fs
}

// field reads [name, kind, parameters...]; extra parameters are skipped.
func (r *Reader) field() Field {
	n := r.array()
	if n < 2 {
		r.fail("field with %d elements, needs 2", n)
	}
	f := Field{Name: r.str(MaxIdentBytes), Kind: FieldKind(r.integer(0, math.MaxUint8))}
	params := map[FieldKind]int{FieldInt: 2, FieldFixed: 4, FieldAngle: 1, FieldString: 1}[f.Kind]
	if n < 2+params {
		r.fail("field %s with %d parameters, needs %d", f.Name, n-2, params)
	}
	switch f.Kind {
	case FieldInt:
		f.Min, f.Max = r.quantum(), r.quantum()
	case FieldFixed:
		f.Offset, f.Step, f.Min, f.Max = r.number(), r.number(), r.quantum(), r.quantum()
	case FieldAngle:
		f.Bits = uint8(r.integer(1, 24))
	case FieldString:
		f.MaxBytes = uint8(r.integer(1, MaxStringBytes))
	}
	r.skip(n - 2 - params)
	r.refuse(f.check())
	return f
}

// refuse is fail for an error found by others; nil is none.
func (r *Reader) refuse(err error) {
	if err != nil {
		r.fail("%w", err)
	}
}

// number reads an integer or a float.
func (r *Reader) number() float64 {
	if r.err != nil {
		return 0
	}
	code, err := r.dec.PeekCode()
	if err == nil && (code == msgpcode.Float || code == msgpcode.Double) {
		v, err := r.dec.DecodeFloat64()
		if err != nil {
			r.fail("number expected")
		}
		return v
	}
	return float64(r.integer(-maxSafeInt, maxSafeInt))
}
