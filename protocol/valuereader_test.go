package protocol_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/deltatick/deltatick/protocol"
)

func TestValueReaderReadsWhatIsThere(t *testing.T) {
	r := protocol.NewValueReader()
	r.Reset(protocol.MustEncode(list{-7, uint32(math.MaxUint32), "größer", true, nil, []byte{1, 2}, nil, list{1}, "later", list{}}))
	if n := r.Array(); n != 10 {
		t.Errorf("array of %d", n)
	}
	if i, u, s, b := r.Integer(-7, 0), r.Uint32(), r.String(8), r.Bool(); i != -7 || u != math.MaxUint32 || s != "größer" || !b {
		t.Errorf("read %d, %d, %q, %t", i, u, s, b)
	}
	if !r.Nil() || r.Nil() {
		t.Error("a nil is not nil, or binary is")
	}
	if some, none, raw := r.Binary(), r.Binary(), r.Raw(); !slices.Equal(some, []byte{1, 2}) || none != nil || !slices.Equal(raw, protocol.Raw{0x91, 1}) {
		t.Errorf("read %v, %v, %v", some, none, raw)
	}
	r.Skip(-1)
	if r.Skip(2); r.Err() != nil {
		t.Error(r.Err())
	}
	if r.Skip(1); !errors.Is(r.Err(), protocol.ErrMalformed) {
		t.Errorf("skipped what is not there: %v", r.Err())
	}
}

func TestValueReaderTakesNothingForAnotherType(t *testing.T) {
	r := protocol.NewValueReader()
	for name, read := range map[string]struct {
		do  func()
		not []any // also what is of the type, but out of bounds
	}{
		"array":   {func() { r.Array() }, []any{nil, 1, "a", []byte{0}}},
		"integer": {func() { r.Integer(0, 9) }, []any{1.0, single(1), nil, "1", true, -1, 10}},
		"uint32":  {func() { r.Uint32() }, []any{1.0, nil, -1, 1 << 32}},
		"string":  {func() { r.String(3) }, []any{nil, []byte("abc"), 1, "four"}},
		"bool":    {func() { r.Bool() }, []any{nil, 1, 0, "true"}},
		"binary":  {func() { r.Binary() }, []any{"ab", 1, list{1}}},
	} {
		for _, value := range read.not {
			r.Reset(append(protocol.MustEncode(value), 5))
			if read.do(); !errors.Is(r.Err(), protocol.ErrMalformed) {
				t.Errorf("%v taken for %s: %v", value, name, r.Err())
			}
			if v := r.Integer(0, 9); v != 0 {
				t.Errorf("%s: read %d after an error", name, v)
			}
		}
	}
	r.Reset([]byte{5})
	if v := r.Integer(0, 9); v != 5 || r.Err() != nil {
		t.Errorf("read %d after a reset, %v", v, r.Err())
	}
	r.Fail("five is %s", "too many")
	r.Fail("and another thing")
	if err := r.Err(); !errors.Is(err, protocol.ErrMalformed) || !strings.HasSuffix(err.Error(), ": five is too many") {
		t.Errorf("failed with %v", err)
	}
}
