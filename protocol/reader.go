package protocol

import (
	"bytes"
	"fmt"
	"math"

	"github.com/vmihailenco/msgpack/v5"
	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

// Reader decodes frames and snapshot bodies with the low-level calls of the msgpack library: every type and every integer's
// range is checked, and nothing is allocated for a frame but the strings and payloads that are handed out. The bytes must have passed [Check]. A Reader is reused; it
// belongs to one goroutine.
type Reader struct {
	src bytes.Reader
	dec *msgpack.Decoder
	err error // first error since the last reset; later reads return zero values

	walk walk // codec "packed"
}

// NewReader returns a Reader ready for its first frame.
func NewReader() *Reader {
	r := &Reader{}
	r.dec = msgpack.NewDecoder(&r.src)
	return r
}

func (r *Reader) reset(b []byte) {
	r.src.Reset(b)
	r.dec.Reset(&r.src)
	r.err = nil
}

func (r *Reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%w: "+format, append([]any{ErrMalformed}, args...)...)
	}
}

// open starts a frame of a kind and reads the kind. What the frame has beyond the elements of its kind is never looked at.
func (r *Reader) open(frame []byte, want Kind) (elements int) {
	r.reset(frame)
	n := r.array()
	if n < minElements[want] {
		r.fail("%s with %d elements, needs %d", want, n, minElements[want])
		return n
	}
	if kind := r.u32(); Kind(kind) != want {
		r.fail("kind %d where %s was expected", kind, want)
	}
	return n
}

func (r *Reader) array() int {
	if r.err != nil {
		return 0
	}
	n, err := r.dec.DecodeArrayLen()
	if err != nil || n < 0 {
		r.fail("array expected")
		return 0
	}
	return n
}

// integer reads an integer in [min, max]. Floats are refused: the library would cut them off silently.
func (r *Reader) integer(min, max int64) int64 {
	if r.err != nil {
		return 0
	}
	code, err := r.dec.PeekCode()
	if err != nil {
		r.fail("integer expected")
		return 0
	}
	if !msgpcode.IsFixedNum(code) && (code < msgpcode.Uint8 || code > msgpcode.Int64) {
		r.fail("integer expected, found type 0x%02x", code)
		return 0
	}
	v, err := r.dec.DecodeInt64()
	if err != nil || v < min || v > max {
		r.fail("integer outside %d..%d", min, max)
		return 0
	}
	return v
}

func (r *Reader) u32() uint32 { return uint32(r.integer(0, math.MaxUint32)) }

// time reads milliseconds.
func (r *Reader) time() uint64 { return uint64(r.integer(0, maxSafeInt)) }

// quantum reads a signed 32-bit quantum.
func (r *Reader) quantum() int32 { return int32(r.integer(math.MinInt32, math.MaxInt32)) }

func (r *Reader) float32Bits() int32 {
	if r.err != nil {
		return 0
	}
	if code, err := r.dec.PeekCode(); err != nil || code != msgpcode.Float {
		r.fail("float32 expected")
		return 0
	}
	v, err := r.dec.DecodeFloat32()
	if err != nil {
		r.fail("float32 expected")
	}
	return int32(math.Float32bits(v))
}

func (r *Reader) str(max int) string {
	if r.err != nil {
		return ""
	}
	code, err := r.dec.PeekCode()
	if err != nil || !msgpcode.IsString(code) {
		r.fail("string expected")
		return ""
	}
	s, err := r.dec.DecodeString()
	if err != nil || len(s) > max {
		r.fail("string longer than %d bytes", max)
		return ""
	}
	return s
}

// mapLen reads how many pairs the map has that comes next.
func (r *Reader) mapLen() int {
	if r.err != nil {
		return 0
	}
	n, err := r.dec.DecodeMapLen()
	if err != nil || n < 0 {
		r.fail("map expected")
		return 0
	}
	return n
}

func (r *Reader) boolean() bool {
	if r.err != nil {
		return false
	}
	code, err := r.dec.PeekCode()
	if err != nil || (code != msgpcode.True && code != msgpcode.False) {
		r.fail("bool expected")
		return false
	}
	v, err := r.dec.DecodeBool()
	if err != nil {
		r.fail("bool expected")
	}
	return v
}

func (r *Reader) null() bool {
	if r.err != nil {
		return true
	}
	code, err := r.dec.PeekCode()
	if err != nil {
		r.fail("value expected")
		return true
	}
	if code != msgpcode.Nil {
		return false
	}
	if err := r.dec.DecodeNil(); err != nil {
		r.fail("nil expected")
	}
	return true
}

// raw returns a copy of the raw bytes of the next value.
func (r *Reader) raw() Raw {
	if r.err != nil {
		return nil
	}
	raw, err := r.dec.DecodeRaw()
	if err != nil {
		r.fail("value expected")
		return nil
	}
	return raw
}

func (r *Reader) skip(n int) {
	for range n {
		if r.err != nil {
			return
		}
		if err := r.dec.Skip(); err != nil {
			r.fail("value expected")
		}
	}
}
