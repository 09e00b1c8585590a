package protocol

import "github.com/vmihailenco/msgpack/v5/msgpcode"

// ValueReader reads the parts of msgpack values that are no frames, such as the records of a recording, one after another and as strictly
// as a [Reader] reads frames: no float passes for an integer, no nil for an array. The bytes must have passed [Check], so that every length
// in them is true. The first thing that is wrong is kept; what is read after it is zero. A ValueReader is reused; it belongs to one goroutine.
type ValueReader struct {
	r *Reader
}

// NewValueReader returns a ValueReader ready for Reset.
func NewValueReader() *ValueReader { return &ValueReader{r: NewReader()} }

// Reset begins with other bytes and forgets the error.
func (r *ValueReader) Reset(value []byte) { r.r.reset(value) }

// Err is the first error since Reset, nil if there is none. It wraps ErrMalformed.
func (r *ValueReader) Err() error { return r.r.err }

// Fail makes an error of what the caller found wrong, unless there is one already.
func (r *ValueReader) Fail(format string, args ...any) { r.r.fail(format, args...) }

// Array is an array's length. Its elements come next.
func (r *ValueReader) Array() int { return r.r.array() }

// Integer is a whole number in [min, max].
func (r *ValueReader) Integer(min, max int64) int64 { return r.r.integer(min, max) }

// Uint32 is a whole number of 32 bits, without a sign.
func (r *ValueReader) Uint32() uint32 { return r.r.u32() }

// String is a string of at most max bytes.
func (r *ValueReader) String(max int) string { return r.r.str(max) }

// Bool is a truth value.
func (r *ValueReader) Bool() bool { return r.r.boolean() }

// Nil reports whether the next value is nil, and passes over it if so. After an error it reports true, which ends what was to be read.
func (r *ValueReader) Nil() bool { return r.r.null() }

// Raw is a copy of the next value's bytes as they stand.
func (r *ValueReader) Raw() Raw { return r.r.raw() }

// Skip passes over n values, such as a later version has added; over none if n is below 0.
func (r *ValueReader) Skip(n int) { r.r.skip(n) }

// Binary is a copy of binary, or nil for nil.
func (r *ValueReader) Binary() []byte {
	if r.r.null() {
		return nil
	}
	if code, err := r.r.dec.PeekCode(); err != nil || !msgpcode.IsBin(code) {
		r.r.fail("binary expected")
		return nil
	}
	b, err := r.r.dec.DecodeBytes()
	if err != nil {
		r.r.fail("binary expected")
		return nil
	}
	return b
}
