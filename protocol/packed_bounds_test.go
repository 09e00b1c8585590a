package protocol_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/deltatick/deltatick/protocol"
)

func TestEncodingPackedAllocatesNothingInSteadyState(t *testing.T) {
	worlds := orbits(2)
	enc, state := protocol.NewPackedEncoder(), protocol.NewPacked(orbitSchema)
	fork := protocol.NewPacked(orbitSchema)
	body := enc.Encode(nil, state, nil, worlds[0], false)
	to := 1
	step := func() {
		body = enc.Encode(body[:0], state, worlds[1-to], worlds[to], false)
		fork.CopyFrom(state)
		to = 1 - to
	}
	for range 10 {
		step()
	}
	if n := testing.AllocsPerRun(100, step); n > 0 {
		t.Errorf("%v allocations a body and fork", n)
	}
}

func TestAWorldAtRestTakesAByte(t *testing.T) {
	base := protocol.NewSnapshot(orbitSchema)
	base.Reset(1)
	rows := &base.Tables[0]
	rows.Resize(5000, orbitSchema[0].Fields)
	clear(rows.Quanta)
	for i := range rows.IDs {
		rows.IDs[i] = uint32(i + 1)
	}
	enc, state := protocol.NewPackedEncoder(), protocol.NewPacked(orbitSchema)
	enc.Encode(nil, state, nil, base, false)
	for range 8 {
		next := protocol.NewSnapshot(orbitSchema)
		next.CopyFrom(base, orbitSchema)
		next.Tick++
		if body := enc.Encode(nil, state, base, next, false); len(body) > 3 {
			t.Fatalf("tick %d takes %d bytes with its header", next.Tick, len(body))
		}
		base = next
	}
}

// One field of 32 changes in one row of many: the others must not be paid for.
func TestFieldsThatDoNotChangeAreNextToFree(t *testing.T) {
	fields := make(protocol.Fields, protocol.MaxFields)
	for i := range fields {
		fields[i] = protocol.Field{Name: string(rune('a' + i)), Kind: protocol.FieldInt, Max: 1 << 20}
	}
	schema := protocol.Schema{{Name: "wide", Fields: fields}}
	enc, state := protocol.NewPackedEncoder(), protocol.NewPacked(schema)
	var base *protocol.Snapshot
	bytes := 0
	for tick := range uint32(120) {
		s := protocol.NewSnapshot(schema)
		s.Reset(tick + 1)
		s.Tables[0].Resize(100, fields)
		clear(s.Tables[0].Quanta)
		for i := range s.Tables[0].IDs {
			s.Tables[0].IDs[i] = uint32(i + 1)
		}
		s.Tables[0].Column(7)[50] = int32(tick * tick)
		body := enc.Encode(nil, state, base, s, false)
		if tick >= 60 {
			bytes += len(body)
		}
		base = s
	}
	if bytes > 60*4 {
		t.Errorf("%d bytes in 60 bodies", bytes)
	}
}

func TestPackedBodiesThatEndElsewhereAreMalformed(t *testing.T) {
	worlds := history(anySchema, 11, 20)
	enc, out := protocol.NewPackedEncoder(), protocol.NewPacked(anySchema)
	first := enc.Encode(nil, out, nil, worlds[10], false)
	coded := first[len(first)-int(first[1]):]
	if first[0] == 0xc5 {
		coded = first[3:]
	}
	for name, body := range map[string][]byte{
		"nothing":                   {},
		"nil":                       {0xc0},
		"a string":                  {0xa1, 'a'},
		"an array":                  {0x90},
		"a bin that is cut short":   first[:len(first)-1],
		"a byte after the bin":      append(slices.Clone(first), 0),
		"more than is decoded":      inBin(append(slices.Clone(coded), 0, 0, 0, 0, 0)),
		"less than is decoded":      inBin(coded[:len(coded)/2]),
		"a length of four billion":  {0xc6, 0xff, 0xff, 0xff, 0xff},
		"a bin of another encoding": {0xc6, 0, 0, 0, 1},
	} {
		r, in := protocol.NewReader(), protocol.NewPacked(anySchema)
		if got, err := r.ApplyPacked(anySchema, in, nil, 1, body); !errors.Is(err, protocol.ErrMalformed) || got != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	r, in := protocol.NewReader(), protocol.NewPacked(anySchema)
	delta := enc.Encode(nil, out, worlds[10], worlds[11], false)
	if _, err := r.ApplyPacked(anySchema, in, nil, 2, delta); !errors.Is(err, protocol.ErrMalformed) {
		t.Errorf("a delta without a baseline: %v", err)
	}
	if _, err := r.ApplyPacked(anySchema, in, worlds[3], 2, delta); !errors.Is(err, protocol.ErrMalformed) {
		t.Errorf("a delta for another state: %v", err)
	}
}

// inBin is bytes as a msgpack bin 16.
func inBin(b []byte) []byte { return append([]byte{0xc5, byte(len(b) >> 8), byte(len(b))}, b...) }
