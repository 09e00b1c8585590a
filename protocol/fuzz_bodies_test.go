package protocol_test

import (
	"encoding/binary"
	"errors"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/deltatick/deltatick/protocol"
)

// fuzzSchema has every kind of field, tables without rows and one without fields.
var fuzzSchema = slices.Concat(hostileSchemaOfBodies, protocol.Schema{{Name: "e", Fields: protocol.Fields{
	{Name: "wide", Kind: protocol.FieldInt, Min: -1 << 31, Max: 1<<31 - 1},
	{Name: "raw", Kind: protocol.FieldFloat32},
	{Name: "text", Kind: protocol.FieldString, MaxBytes: 255},
	{Name: "spin", Kind: protocol.FieldQuat, Bits: 10},
	{Name: "aim", Kind: protocol.FieldUnit, Bits: 12},
	{Name: "x", Kind: protocol.FieldFixed, Step: 0.1, Min: -1 << 20, Max: 1 << 20, Rate: 7, PerTick: -70000},
	{Name: "vx", Kind: protocol.FieldFixed, Offset: -100, Step: 0.01, Max: 20000},
}}})

// dice makes decisions from a fuzzer's bytes; zeros when they are used up.
type dice []byte

func (d *dice) byte() byte {
	if len(*d) == 0 {
		return 0
	}
	b := (*d)[0]
	*d = (*d)[1:]
	return b
}

func (d *dice) uint32() uint32 {
	return binary.LittleEndian.Uint32([]byte{d.byte(), d.byte(), d.byte(), d.byte()})
}

// world makes a world in which a row of before's is gone, still, changed, or one before it is new.
func (d *dice) world(before *protocol.Snapshot) *protocol.Snapshot {
	s := protocol.NewSnapshot(fuzzSchema)
	s.Reset(before.Tick + 1)
	for t := range fuzzSchema {
		old, fields := &before.Tables[t], fuzzSchema[t].Fields
		var ids []uint32
		var from []int // row of before, or -1
		for row, id := range old.IDs {
			switch move := d.byte() % 8; {
			case move == 0: // gone
			case move == 1 && (row == 0 && id > 1 || row > 0 && old.IDs[row-1] < id-1):
				ids, from = append(ids, id-1, id), append(from, -1, row)
			default:
				ids, from = append(ids, id), append(from, row)
			}
		}
		last := uint32(0)
		if old.Len() > 0 {
			last = old.IDs[old.Len()-1]
		}
		for range d.byte() % 20 {
			gap := uint32(d.byte()) + 1
			if gap == 256 {
				gap = d.uint32()
			}
			if last += gap; gap == 0 || last < gap {
				break
			}
			ids, from = append(ids, last), append(from, -1)
		}
		rows := &s.Tables[t]
		rows.Resize(len(ids), fields)
		copy(rows.IDs, ids)
		for i := range ids {
			for f := range fields {
				d.field(fields, rows, i, f, old, from[i])
			}
		}
	}
	return s
}

func (d *dice) field(fields protocol.Fields, rows *protocol.Rows, row, f int, old *protocol.Rows, from int) {
	field := fields[f]
	if from >= 0 && d.byte()&1 == 0 {
		rows.Column(f)[row] = old.Column(f)[from]
		if field.Kind == protocol.FieldString {
			rows.Strings[f][row] = old.Strings[f][from]
		}
		return
	}
	low, high := field.Bounds()
	rows.Column(f)[row] = int32(int64(low) + int64(d.uint32())%(int64(high)-int64(low)+1))
	if field.Kind == protocol.FieldString {
		n := int(d.byte()) % (int(field.MaxBytes) + 1)
		text := make([]byte, n)
		for i := range text {
			text[i] = 'a' + d.byte()%26
		}
		rows.Strings[f][row] = string(text)
		rows.Column(f)[row] = 0
	}
}

func FuzzDelta(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("\x05\x01\xff\x10\x00\x00\x80five rows, then others"))
	long := make([]byte, 2000)
	for i := range long {
		long[i] = byte(i * i / 7)
	}
	f.Add(long)
	f.Add(slices.Repeat([]byte{19, 255, 255, 255, 255, 1}, 300))
	r, enc := protocol.NewReader(), protocol.NewBodyEncoder(fuzzSchema)
	f.Fuzz(func(t *testing.T, data []byte) {
		d := dice(data)
		first := d.world(protocol.NewSnapshot(fuzzSchema))
		second := d.world(first)
		for _, base := range []*protocol.Snapshot{nil, first, second} {
			applyAndCompare(t, r, enc, base, second)
		}
		// From the newer to the older as well: ids that come back make it a different pair of worlds, not a broken one.
		applyAndCompare(t, r, enc, second, first)
	})
}

// applyAndCompare sends a world across the wire as a delta.
func applyAndCompare(t *testing.T, r *protocol.Reader, enc *protocol.BodyEncoder, base, want *protocol.Snapshot) {
	t.Helper()
	body := enc.Encode(base, want)
	if _, err := protocol.Check(bodyFrame(body), protocol.FromServer); err != nil {
		t.Fatalf("our own body %x: %v", body, err)
	}
	got, err := r.Apply(fuzzSchema, base, want.Tick, body)
	if err != nil {
		t.Fatalf("our own body %x: %v", body, err)
	}
	if diff := diffWorlds(want, got); diff != "" {
		t.Fatalf("body %x: (-want +got)\n%s", body, diff)
	}
	if protocol.Hash(want, fuzzSchema) != protocol.Hash(got, fuzzSchema) {
		t.Fatal("equal worlds with different hashes")
	}
	if base == want && len(body) != 1 {
		t.Errorf("no change takes a body of %d bytes", len(body))
	}
}

func FuzzApply(f *testing.F) {
	for _, v := range hostileBodies(f) {
		f.Add(unhex(v.Hex), []byte("some base"))
		f.Add(unhex(v.Hex), []byte{})
	}
	d := dice("\x05\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x05\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x05\x01\x02\x03\x04\x05\x06\x07\x08")
	made := slices.Clone(d)
	base := d.world(protocol.NewSnapshot(fuzzSchema))
	enc := protocol.NewBodyEncoder(fuzzSchema)
	for _, from := range []*protocol.Snapshot{nil, base} {
		next := dice(slices.Repeat([]byte{7, 1, 200, 3, 9, 0}, 40))
		f.Add(slices.Clone(enc.Encode(from, next.world(base))), []byte(made))
	}
	r := protocol.NewReader()
	f.Fuzz(func(t *testing.T, body, baseData []byte) {
		if _, err := protocol.Check(bodyFrame(body), protocol.FromServer); err != nil {
			return
		}
		d := dice(baseData)
		base, same := d.world(protocol.NewSnapshot(fuzzSchema)), dice(baseData)
		if len(baseData) == 0 {
			base = nil
		}
		got, err := r.Apply(fuzzSchema, base, 7, body)
		if base != nil && diffWorlds(same.world(protocol.NewSnapshot(fuzzSchema)), base) != "" {
			t.Fatal("the baseline was changed")
		}
		if err != nil {
			if !errors.Is(err, protocol.ErrMalformed) || got != nil {
				t.Fatalf("%v, and a world: %v", err, got != nil)
			}
			return
		}
		checkWorld(t, got)
		for _, from := range []*protocol.Snapshot{nil, base, got} {
			applyAndCompare(t, r, enc, from, got)
		}
	})
}

// checkWorld holds a world that came from outside to its schema.
func checkWorld(t *testing.T, s *protocol.Snapshot) {
	t.Helper()
	holdsTo(t, fuzzSchema, s)
}

// holdsTo holds a world to a schema.
func holdsTo(t *testing.T, schema protocol.Schema, s *protocol.Snapshot) {
	t.Helper()
	for i := range schema {
		rows := &s.Tables[i]
		for row, id := range rows.IDs {
			if id == 0 || row > 0 && rows.IDs[row-1] >= id {
				t.Fatalf("table %d: ids %d do not rise", i, rows.IDs)
			}
			for f, field := range schema[i].Fields {
				if field.Kind != protocol.FieldString {
					if q := rows.Column(f)[row]; !field.Holds(q) {
						t.Fatalf("table %d, id %d, field %s: quantum %d", i, id, field.Name, q)
					}
					continue
				}
				if text := rows.Strings[f][row]; len(text) > int(field.MaxBytes) || !utf8.ValidString(text) || rows.Column(f)[row] != 0 {
					t.Fatalf("table %d, id %d, field %s: %q, quantum %d", i, id, field.Name, text, rows.Column(f)[row])
				}
			}
		}
	}
}
