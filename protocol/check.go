package protocol

import (
	"encoding/binary"
	"errors"
	"fmt"
	"unicode/utf8"
)

// ErrMalformed is wrapped by every error about the structure or the content of bytes from outside.
var ErrMalformed = errors.New("malformed")

// Bounds limits what [Check] accepts.
type Bounds struct {
	Bytes  int // whole frame
	Depth  int // nested arrays and maps
	Values int // msgpack values of any kind, containers included
}

// FromClient and FromServer are the bounds of docs/PROTOCOL.md, sections 1 and 9.
var (
	FromClient = Bounds{Bytes: MaxClientFrame, Depth: MaxDepth, Values: MaxClientValues}
	FromServer = Bounds{Bytes: MaxServerFrame, Depth: MaxDepth, Values: MaxServerValues}
)

// Check walks a frame's msgpack structure once and returns its kind. It refuses what the decoder must not see: lengths beyond
// the bytes that are left (five bytes can otherwise ask for gigabytes), deep nesting, too many values, integers beyond ±2^53,
// invalid UTF-8, map keys that are not strings or reach a JavaScript object's prototype, extension types, and trailing bytes. It allocates nothing, neither for a good
// frame nor for a bad one.
func Check(frame []byte, b Bounds) (Kind, error) {
	if len(frame) > b.Bytes {
		return 0, errTooBig
	}
	kind, err := PeekKind(frame)
	if err != nil {
		return 0, err
	}
	return kind, checkValue(frame, b)
}

func checkValue(value []byte, b Bounds) error {
	w := walker{b: value, values: b.Values}
	if err := w.value(b.Depth); err != nil {
		return err
	}
	if w.at != len(value) {
		return errTrailing
	}
	return nil
}

// DecodeWithin reads one msgpack value that is no frame into v, a pointer, once it has been found to hold to the bounds and to all else that [Check] asks of a
// frame. It is for what nodes say to each other and keep in stores. Errors wrap [ErrMalformed].
func DecodeWithin(value []byte, b Bounds, v any) error {
	if len(value) > b.Bytes {
		return errTooBig
	}
	if err := checkValue(value, b); err != nil {
		return err
	}
	return Decode(value, v)
}

// PeekKind reads a frame's kind from its first bytes and looks at nothing else, so that a limiter can be asked before any work
// is done on the frame.
func PeekKind(frame []byte) (Kind, error) {
	head := 0
	switch {
	case len(frame) > 1 && frame[0] > 0x90 && frame[0] <= 0x9f:
		head = 1
	case len(frame) > 3 && frame[0] == 0xdc:
		head = 3
	default:
		return 0, errNoKind
	}
	if frame[head] > 0x7f {
		return 0, errWideKind
	}
	return Kind(frame[head]), nil
}

// What Check refuses. The errors are made once: whoever floods a server with broken frames buys no allocations with them.
var (
	errTooBig    = refusal("frame over the byte limit")
	errNoKind    = refusal("not a short array with a kind")
	errWideKind  = refusal("kind is not one byte of 0 to 127")
	errTruncated = refusal("truncated")
	errTooDeep   = refusal("nested too deep")
	errTooMany   = refusal("too many values")
	errTooLong   = refusal("length beyond the frame")
	errKey       = refusal("map key is not a string")
	errPrototype = refusal("map key reaches a prototype")
	errType      = refusal("type not allowed")
	errUTF8      = refusal("string is not UTF-8")
	errBigInt    = refusal("integer beyond 2^53")
	errTrailing  = refusal("bytes after the frame")
)

func refusal(what string) error { return fmt.Errorf("%w: %s", ErrMalformed, what) }

const maxSafeInt = 1 << 53

type walker struct {
	b      []byte
	at     int
	values int
}

// value steps over one msgpack value and everything in it.
func (w *walker) value(depth int) error {
	if w.values--; w.values < 0 {
		return errTooMany
	}
	if w.at >= len(w.b) {
		return errTruncated
	}
	c := w.b[w.at]
	w.at++
	switch {
	case c <= 0x7f || c >= 0xe0 || c == 0xc0 || c == 0xc2 || c == 0xc3: // small integers, nil, false, true
		return nil
	case c <= 0x8f:
		return w.pairs(uint64(c&0x0f), depth)
	case c <= 0x9f:
		return w.elements(uint64(c&0x0f), depth)
	case c <= 0xbf:
		return w.str(uint64(c & 0x1f))
	}
	return w.wide(c, depth)
}

// wide handles the types whose length or value follows the type byte.
func (w *walker) wide(c byte, depth int) error {
	switch c {
	case 0xcc, 0xd0:
		return w.skip(1)
	case 0xcd, 0xd1:
		return w.skip(2)
	case 0xce, 0xd2, 0xca:
		return w.skip(4)
	case 0xcb:
		return w.skip(8)
	case 0xcf, 0xd3:
		return w.bigInt(c == 0xd3)
	case 0xc4, 0xc5, 0xc6: // bin 8, 16, 32
		n, err := w.length(1 << (c - 0xc4))
		if err != nil {
			return err
		}
		return w.skip(n)
	case 0xd9, 0xda, 0xdb: // str 8, 16, 32
		n, err := w.length(1 << (c - 0xd9))
		if err != nil {
			return err
		}
		return w.str(n)
	case 0xdc, 0xdd: // array 16, 32
		n, err := w.length(2 << (c - 0xdc))
		if err != nil {
			return err
		}
		return w.elements(n, depth)
	case 0xde, 0xdf: // map 16, 32
		n, err := w.length(2 << (c - 0xde))
		if err != nil {
			return err
		}
		return w.pairs(n, depth)
	}
	return errType
}

func (w *walker) skip(n uint64) error {
	if n > uint64(len(w.b)-w.at) {
		return errTooLong
	}
	w.at += int(n)
	return nil
}

func (w *walker) length(bytes int) (uint64, error) {
	if len(w.b)-w.at < bytes {
		return 0, errTruncated
	}
	var n uint64
	for range bytes {
		n = n<<8 | uint64(w.b[w.at])
		w.at++
	}
	return n, nil
}

func (w *walker) bigInt(signed bool) error {
	if len(w.b)-w.at < 8 {
		return errTruncated
	}
	v := binary.BigEndian.Uint64(w.b[w.at:])
	w.at += 8
	if signed && int64(v) < 0 {
		v = uint64(-int64(v))
	}
	if v > maxSafeInt {
		return errBigInt
	}
	return nil
}

func (w *walker) str(n uint64) error {
	from := w.at
	if err := w.skip(n); err != nil {
		return err
	}
	if !utf8.Valid(w.b[from:w.at]) {
		return errUTF8
	}
	return nil
}

func (w *walker) elements(n uint64, depth int) error {
	if depth--; depth < 0 {
		return errTooDeep
	}
	if n > uint64(len(w.b)-w.at) {
		return errTooLong
	}
	for range n {
		if err := w.value(depth); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) pairs(n uint64, depth int) error {
	if depth--; depth < 0 {
		return errTooDeep
	}
	if 2*n > uint64(len(w.b)-w.at) {
		return errTooLong
	}
	for range n {
		if err := w.key(); err != nil {
			return err
		}
		if err := w.value(depth); err != nil {
			return err
		}
	}
	return nil
}

// key steps over a map's key.
func (w *walker) key() error {
	if w.at >= len(w.b) {
		return errTruncated
	}
	from := w.at + 1 // of the string
	switch c := w.b[w.at]; {
	case c >= 0xa0 && c <= 0xbf:
	case c >= 0xd9 && c <= 0xdb:
		from += 1 << (c - 0xd9)
	default:
		return errKey
	}
	if err := w.value(0); err != nil {
		return err
	}
	for _, key := range forbiddenKeys {
		if string(w.b[from:w.at]) == key {
			return errPrototype
		}
	}
	return nil
}
