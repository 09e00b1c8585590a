package protocol_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/deltatick/deltatick/protocol"
)

// addFrames gives a fuzz target all the vectors' frames, good and bad.
func addFrames(f *testing.F) {
	for _, v := range frameVectors(f) {
		f.Add(unhex(v.Hex))
	}
	hostile := hostileVectors(f)
	for _, v := range slices.Concat(hostile.Frames, hostile.Contents) {
		f.Add(unhex(v.Hex))
	}
}

func FuzzCheck(f *testing.F) {
	addFrames(f)
	f.Fuzz(func(t *testing.T, frame []byte) {
		kind, err := protocol.Check(frame, protocol.FromClient)
		if err != nil {
			if !errors.Is(err, protocol.ErrMalformed) {
				t.Fatal(err)
			}
			return
		}
		if peeked, err := protocol.PeekKind(frame); err != nil || peeked != kind {
			t.Errorf("checked as kind %d, peeked %d, %v", kind, peeked, err)
		}
		if again, err := protocol.Check(frame, protocol.FromServer); err != nil || again != kind {
			t.Errorf("good from a client, but not from a server: %d, %v", again, err)
		}
		var v any
		if err := msgpack.Unmarshal(frame, &v); err != nil {
			t.Fatalf("the library does not decode what passed: %v", err)
		}
		size := measure(t, v)
		if size.depth > protocol.MaxDepth || size.values > protocol.MaxClientValues || size.bytes > len(frame) {
			t.Errorf("%d levels, %d values and %d bytes of strings in %d bytes", size.depth, size.values, size.bytes, len(frame))
		}
	})
}

type size struct{ depth, values, bytes int }

// measure walks a decoded value; what Check forbids must not be in it.
func measure(t *testing.T, v any) size {
	s := size{values: 1}
	inner := func(v any) {
		in := measure(t, v)
		s = size{max(s.depth, in.depth), s.values + in.values, s.bytes + in.bytes}
	}
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			inner(e)
		}
		s.depth++
	case map[string]any:
		for key, e := range v {
			inner(key)
			inner(e)
		}
		s.depth++
	case string:
		s.bytes = len(v)
		if !utf8.ValidString(v) {
			t.Errorf("%q passed", v)
		}
	case []byte:
		s.bytes = len(v)
	case int64:
		if v > 1<<53 || v < -1<<53 {
			t.Errorf("%d passed", v)
		}
	case uint64:
		if v > 1<<53 {
			t.Errorf("%d passed", v)
		}
	case nil, bool, int8, int16, int32, uint8, uint16, uint32, float32, float64:
	default:
		t.Errorf("a %T passed", v)
	}
	return s
}

func FuzzClientFrames(f *testing.F) {
	addFrames(f)
	r := protocol.NewReader()
	f.Fuzz(func(t *testing.T, frame []byte) {
		kind, err := protocol.Check(frame, protocol.FromClient)
		if err != nil {
			return
		}
		for want := protocol.KindHello; want <= protocol.KindDownloadProgress; want++ {
			if want == protocol.KindInput {
				checkInput(t, r, kind, frame)
				continue
			}
			checkFrame(t, kind, want, frame)
		}
	})
}

func checkInput(t *testing.T, r *protocol.Reader, kind protocol.Kind, frame []byte) {
	for n := range protocol.MaxInputFields + 1 {
		values := make([]int32, n)
		head, err := r.Input(frame, values)
		if err != nil {
			if !errors.Is(err, protocol.ErrMalformed) {
				t.Fatal(err)
			}
			continue
		}
		quanta := make(list, n)
		for i := range values {
			quanta[i] = values[i]
		}
		again := protocol.MustEncode(list{kind, head.Epoch, head.Tick, head.Ack, quanta, head.Seen})
		values2 := make([]int32, n)
		if head2, err := r.Input(again, values2); err != nil || kind != protocol.KindInput || head2 != head || !slices.Equal(values, values2) {
			t.Errorf("%+v %d, then %+v %d, %v", head, values, head2, values2, err)
		}
	}
}

// checkFrame reads a frame as a kind, which must fail in order if it is of another, and come back the same if it is written again.
func checkFrame(t *testing.T, kind, want protocol.Kind, frame []byte) {
	into, again := newFrame(want), newFrame(want)
	if err := protocol.DecodeFrame(frame, into); err != nil {
		if !errors.Is(err, protocol.ErrMalformed) {
			t.Fatal(err)
		}
		return
	}
	if kind != want {
		t.Fatalf("a frame of kind %d was read as %s", kind, want)
	}
	written := protocol.MustEncode(into)
	if _, err := protocol.Check(written, protocol.FromServer); err != nil {
		t.Fatalf("read %+v, written %x: %v", into, written, err)
	}
	if err := protocol.DecodeFrame(written, again); err != nil || !reflect.DeepEqual(into, again) {
		t.Errorf("read %+v, then %+v, %v", into, again, err)
	}
}

func FuzzServerFrames(f *testing.F) {
	addFrames(f)
	r, head := protocol.NewReader(), protocol.NewHeadEncoder()
	f.Fuzz(func(t *testing.T, frame []byte) {
		kind, err := protocol.Check(frame, protocol.FromServer)
		if err != nil {
			return
		}
		for want := protocol.KindWelcome; want <= protocol.KindUploadProgress; want++ {
			if want != protocol.KindSnapshot {
				checkFrame(t, kind, want, frame)
			}
		}
		h, body, err := r.Snapshot(frame)
		if err != nil {
			if !errors.Is(err, protocol.ErrMalformed) {
				t.Fatal(err)
			}
			return
		}
		body = slices.Clone(body)
		again := slices.Concat(head.Encode(h), body)
		if _, err := protocol.Check(again, protocol.FromServer); err != nil {
			t.Fatal(err)
		}
		h2, body2, err := r.Snapshot(again)
		if err != nil || kind != protocol.KindSnapshot || h2 != h || !slices.Equal(body2, body) {
			t.Errorf("%+v %x, then %+v %x, %v", h, body, h2, body2, err)
		}
	})
}

func FuzzSchema(f *testing.F) {
	enter := func(tables, inputs []byte) []byte {
		return slices.Concat(unhex("9a 14 01 a16d a167 01 3c 01 3c"), tables, inputs)
	}
	for _, s := range stories() {
		f.Add(protocol.MustEncode(saySchema(f, s.schema)), []byte{0x90})
	}
	for _, s := range hostileSchemas() {
		f.Add(protocol.MustEncode(s.tables), protocol.MustEncode(s.inputs))
	}
	f.Add(protocol.MustEncode(saySchema(f, fullSchema())), protocol.MustEncode(saySchema(f, fullSchema())[0].(list)[1].(list)[:4]))
	f.Fuzz(func(t *testing.T, tables, inputs []byte) {
		frame := enter(tables, inputs)
		if _, err := protocol.Check(frame, protocol.FromServer); err != nil {
			return
		}
		var got, again protocol.Enter
		if err := protocol.DecodeFrame(frame, &got); err != nil {
			if !errors.Is(err, protocol.ErrMalformed) {
				t.Fatal(err)
			}
			return
		}
		if err := errors.Join(got.Tables.Validate(), protocol.ValidateInputs(got.Inputs)); err != nil {
			t.Fatalf("read a schema that is not valid: %v", err)
		}
		if err := protocol.DecodeFrame(protocol.MustEncode(got), &again); err != nil || !reflect.DeepEqual(got, again) {
			t.Errorf("read %+v, then %+v, %v", got, again, err)
		}
		for _, table := range append(got.Tables, protocol.TableSchema{Fields: got.Inputs}) {
			for _, field := range table.Fields {
				checkField(t, field)
			}
		}
	})
}

// checkField holds any field that a schema may have to its own range.
func checkField(t *testing.T, field protocol.Field) {
	low, high := field.Bounds()
	if low > high || !field.Holds(low) || !field.Holds(high) {
		t.Errorf("%+v: bounds %d and %d", field, low, high)
	}
	for _, q := range []int32{low, 0, high} {
		if back, _ := field.Quantum(field.Value(q)); !field.Holds(back) {
			t.Errorf("%+v: value %v has quantum %d", field, field.Value(q), back)
		}
		if field.Kind != protocol.FieldQuat && field.Kind != protocol.FieldUnit {
			continue
		}
		if back, is := field.QuantumOf(field.Components(q)); !field.Holds(back) || !is {
			t.Errorf("%+v: components %v have quantum %d", field, field.Components(q), back)
		}
	}
}
