package protocol

import (
	"encoding/binary"
	"math"
)

// scanInput reads an input frame as clients write it, which has passed [Check] if it comes through here: nothing but integers in their
// ranges, and nothing after them. It reports false for any that is written in another way, allowed or not: the
// library reads those, and knows what is wrong with them. Inputs are what a server reads most, and going through the library for each
// of a handful of integers costs it more in cold code than all that it then does with the input.
func scanInput(frame []byte, values []int32) (head InputHead, ok bool) {
	if len(frame) < 2 || frame[0] != 0x90|5 && frame[0] != 0x90|6 || frame[1] != byte(KindInput) {
		return head, false
	}
	s := intScanner{b: frame[2:]}
	head.Epoch, head.Tick, head.Ack = s.u32(), s.u32(), s.u32()
	if n := s.take(1); n != 0x90|uint64(len(values)) || len(values) > 15 {
		return head, false
	}
	for i := range values {
		v := s.integer()
		s.bad = s.bad || v < math.MinInt32 || v > math.MaxInt32
		values[i] = int32(v)
	}
	if frame[0] > 0x90|5 {
		head.Seen = s.u32()
	}
	return head, !s.bad && len(s.b) == 0
}

// intScanner reads msgpack's integers one after another. After the first thing that is none it is bad, and reads zeros.
type intScanner struct {
	b   []byte
	bad bool
}

// take reads n bytes, 1 to 8, as an unsigned number.
func (s *intScanner) take(n int) (v uint64) {
	if s.bad || len(s.b) < n {
		s.bad = true
		return 0
	}
	switch n {
	case 1:
		v = uint64(s.b[0])
	case 2:
		v = uint64(binary.BigEndian.Uint16(s.b))
	case 4:
		v = uint64(binary.BigEndian.Uint32(s.b))
	default:
		v = binary.BigEndian.Uint64(s.b)
	}
	s.b = s.b[n:]
	return v
}

// integer reads one integer of any of msgpack's widths. One beyond an int64 is bad.
func (s *intScanner) integer() int64 {
	switch c := byte(s.take(1)); {
	case c <= 0x7f:
		return int64(c)
	case c >= 0xe0:
		return int64(int8(c))
	case c >= 0xcc && c <= 0xcf:
		v := s.take(1 << (c - 0xcc))
		s.bad = s.bad || v > math.MaxInt64
		return int64(v)
	case c >= 0xd0 && c <= 0xd3:
		n := 1 << (c - 0xd0)
		shift := 64 - 8*n
		return int64(s.take(n)) << shift >> shift // with its sign
	}
	s.bad = true
	return 0
}

func (s *intScanner) u32() uint32 {
	v := s.integer()
	s.bad = s.bad || v < 0 || v > math.MaxUint32
	return uint32(v)
}
