package recording

import (
	"bytes"
	"math"

	"github.com/vmihailenco/msgpack/v5"
)

// parser reads the parts of a record that has passed unwrap, so that every length in it is true. The first thing that is
// wrong is kept; what is read after it is zero.
type parser struct {
	in  bytes.Reader
	dec *msgpack.Decoder
	err error
}

func newParser() *parser {
	p := &parser{}
	p.dec = msgpack.NewDecoder(&p.in)
	return p
}

func (p *parser) reset(record []byte) {
	p.in.Reset(record)
	p.dec.Reset(&p.in)
	p.err = nil
}

func (p *parser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = damaged(format, args...)
	}
}

// check takes what a call to the decoder gave.
func take[T any](p *parser, v T, err error) T {
	if err != nil {
		p.fail("%v", err)
	}
	if p.err != nil {
		var zero T
		return zero
	}
	return v
}

// array is an array's length. A nil is none.
func (p *parser) array() int {
	n, err := p.dec.DecodeArrayLen()
	if err == nil && n < 0 {
		p.fail("nil for an array")
	}
	return take(p, n, err)
}

// integer is a whole number within bounds, both included.
func (p *parser) integer(min, max int64) int64 {
	v, err := p.dec.DecodeInt64()
	if err == nil && (v < min || v > max) {
		p.fail("%d is outside %d..%d", v, min, max)
	}
	return take(p, v, err)
}

func (p *parser) u32() uint32 { return uint32(p.integer(0, math.MaxUint32)) }

func (p *parser) str() string {
	v, err := p.dec.DecodeString()
	return take(p, v, err)
}

func (p *parser) boolean() bool {
	v, err := p.dec.DecodeBool()
	return take(p, v, err)
}

// bin is binary, or nil.
func (p *parser) bin() []byte {
	v, err := p.dec.DecodeBytes()
	return take(p, v, err)
}

// null reports whether the next value is nil, and passes over it if so.
func (p *parser) null() bool {
	code, err := p.dec.PeekCode()
	if take(p, code, err) != msgpackNil || p.err != nil {
		return false
	}
	return take(p, true, p.dec.DecodeNil())
}

// raw is the next value as it stands.
func (p *parser) raw() []byte {
	v, err := p.dec.DecodeRaw()
	return take(p, []byte(v), err)
}

// skip passes over values that a later version has added.
func (p *parser) skip(n int) {
	for ; n > 0 && p.err == nil; n-- {
		take(p, 0, p.dec.Skip())
	}
}

const msgpackNil = 0xc0
