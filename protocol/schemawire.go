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

// parameters is how many parameters a field of each kind has; rateParameters those that follow them where it has a rate.
var parameters = [...]int{FieldInt: 2, FieldFixed: 4, FieldAngle: 1, FieldString: 1, FieldQuat: 1, FieldUnit: 1}

const rateParameters = 2

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
	elements := 2 + parameters[f.Kind]
	if f.Rate != 0 {
		elements += rateParameters
	}
	if err := enc.EncodeMulti(arrayLen(elements), f.Name, uint8(f.Kind)); err != nil {
		return err
	}
	var err error
	switch f.Kind {
	case FieldInt:
		err = enc.EncodeMulti(f.Min, f.Max)
	case FieldFixed:
		err = enc.EncodeMulti(f.Offset, f.Step, f.Min, f.Max)
	case FieldAngle, FieldQuat, FieldUnit:
		err = enc.EncodeMulti(f.Bits)
	case FieldString:
		err = enc.EncodeMulti(f.MaxBytes)
	}
	if err == nil && f.Rate != 0 {
		err = enc.EncodeMulti(f.Rate, f.PerTick)
	}
	return err
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

// field reads [name, kind, parameters...]; extra parameters are skipped. Whether a rate is one is for who has all fields to say.
func (r *Reader) field() Field {
	n := r.array()
	if n < 2 {
		r.fail("field with %d elements, needs 2", n)
	}
	f := Field{Name: r.str(MaxIdentBytes), Kind: FieldKind(r.integer(0, math.MaxUint8))}
	if int(f.Kind) >= len(parameters) {
		r.fail("field %s: unknown kind %d", f.Name, f.Kind)
		return f
	}
	left := n - 2 - parameters[f.Kind]
	if left < 0 {
		r.fail("field %s with %d parameters, needs %d", f.Name, n-2, parameters[f.Kind])
	}
	switch f.Kind {
	case FieldInt:
		f.Min, f.Max = r.quantum(), r.quantum()
	case FieldFixed:
		f.Offset, f.Step, f.Min, f.Max = r.number(), r.number(), r.quantum(), r.quantum()
	case FieldAngle, FieldQuat, FieldUnit:
		f.Bits = uint8(r.integer(1, 24))
	case FieldString:
		f.MaxBytes = uint8(r.integer(1, MaxStringBytes))
	}
	if left > 0 && (f.Kind == FieldInt || f.Kind == FieldFixed || f.Kind == FieldAngle) {
		if left < rateParameters {
			r.fail("field %s: a rate without its change per tick", f.Name)
		}
		f.Rate, f.PerTick = uint8(r.integer(0, MaxFields)), r.quantum()
		left -= rateParameters
	}
	r.skip(left)
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
