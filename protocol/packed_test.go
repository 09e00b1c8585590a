package protocol_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/deltatick/deltatick/protocol"
)

// anySchema has every kind of field, with declared rates in a chain, and tables that are bare.
var anySchema = protocol.Schema{
	{Name: "all", Fields: protocol.Fields{
		{Name: "on", Kind: protocol.FieldBool},
		{Name: "x", Kind: protocol.FieldInt, Min: -1000, Max: 1000, Rate: 4, PerTick: 1 << 16},
		{Name: "wide", Kind: protocol.FieldInt, Min: -1 << 31, Max: 1<<31 - 1, Rate: 4, PerTick: -1 << 30},
		{Name: "vx", Kind: protocol.FieldFixed, Min: -50, Max: 50, Step: 0.1, Rate: 8, PerTick: 900},
		{Name: "turn", Kind: protocol.FieldAngle, Bits: 12},
		{Name: "fine", Kind: protocol.FieldAngle, Bits: 24, Rate: 4, PerTick: 5},
		{Name: "raw", Kind: protocol.FieldFloat32},
		{Name: "back", Kind: protocol.FieldInt, Min: 0, Max: 1 << 24},
		{Name: "rot", Kind: protocol.FieldQuat, Bits: 9},
		{Name: "most", Kind: protocol.FieldQuat, Bits: 10},
		{Name: "to", Kind: protocol.FieldUnit, Bits: 15},
		{Name: "name", Kind: protocol.FieldString, MaxBytes: 255},
	}},
	{Name: "bare"},
	{Name: "one", Fields: protocol.Fields{{Name: "hp", Kind: protocol.FieldInt, Min: 0, Max: 0}}},
	{Name: "text", Fields: protocol.Fields{{Name: "s", Kind: protocol.FieldString, MaxBytes: 8}}},
}

// history makes snapshots in which rows come, go, leave the view, rest, drift and jump, at ticks that are 1 to 40 apart.
func history(schema protocol.Schema, seed uint64, n int) []*protocol.Snapshot {
	rng := rand.New(rand.NewPCG(seed, 2))
	var made []*protocol.Snapshot
	last := protocol.NewSnapshot(schema)
	for range n {
		s := protocol.NewSnapshot(schema)
		s.Reset(last.Tick + 1)
		if rng.IntN(5) == 0 {
			s.Tick += uint32(rng.IntN(40))
		}
		quiet := rng.IntN(6) == 0
		for t := range schema {
			evolve(rng, schema[t].Fields, &last.Tables[t], &s.Tables[t], quiet)
		}
		made = append(made, s)
		last = s
	}
	return made
}

func evolve(rng *rand.Rand, fields protocol.Fields, old, to *protocol.Rows, quiet bool) {
	var from []int // row of old, or -1
	coming := !quiet && rng.IntN(3) == 0
	for i, id := range old.IDs {
		switch {
		case coming && rng.IntN(9) == 0:
			if rng.IntN(2) == 0 {
				to.Left = append(to.Left, id)
			}
		case coming && rng.IntN(20) == 0 && (i == 0 && id > 1 || i > 0 && old.IDs[i-1] < id-1):
			to.IDs, from = append(to.IDs, id-1, id), append(from, -1, i)
		default:
			to.IDs, from = append(to.IDs, id), append(from, i)
		}
	}
	next := uint32(0)
	if n := old.Len(); n > 0 {
		next = old.IDs[n-1]
	}
	for coming && rng.IntN(4) != 0 && old.Len() < 60 {
		next += 1 + uint32(rng.IntN(40))
		to.IDs, from = append(to.IDs, next), append(from, -1)
	}
	to.Resize(len(from), fields)
	for i, was := range from {
		moves := was < 0 || !quiet && rng.IntN(3) != 0
		for f := range fields {
			if was >= 0 {
				to.Column(f)[i] = old.Column(f)[was]
				if fields[f].Kind == protocol.FieldString {
					to.Strings[f][i] = old.Strings[f][was]
				}
			}
			if moves {
				vary(rng, fields[f], to, f, i)
			}
		}
	}
}

// vary changes a value a little, at random, or not.
func vary(rng *rand.Rand, f protocol.Field, rows *protocol.Rows, column, row int) {
	q := &rows.Column(column)[row]
	if f.Kind == protocol.FieldString {
		if rng.IntN(12) == 0 {
			text := []rune("aé€𝄞 the quick")
			rng.Shuffle(len(text), func(i, j int) { text[i], text[j] = text[j], text[i] })
			s := string(text[:rng.IntN(len(text))])
			for len(s) > int(f.MaxBytes) {
				s = s[:0]
			}
			rows.Strings[column][row] = s
		}
		return
	}
	low, high := f.Bounds()
	switch rng.IntN(8) {
	case 0:
		*q = int32(rng.Uint32())
		if f.Kind != protocol.FieldFloat32 {
			*q = int32(int64(low) + rng.Int64N(int64(high)-int64(low)+1))
		}
		if f.Kind == protocol.FieldQuat {
			*q = int32(rng.Uint32() & (1<<(3*f.Bits+2) - 1))
		}
	case 1, 2:
	default:
		if v := *q + int32(rng.IntN(9)) - 2; v >= low && v <= high {
			*q = v
		}
	}
}

// leftOf is which of the rows that s lost since base it says have left the view.
func leftOf(base, s *protocol.Snapshot, t int) (left []uint32) {
	for _, id := range s.Tables[t].Left {
		if base == nil {
			break
		}
		if _, was := base.Tables[t].Find(id); was {
			left = append(left, id)
		}
	}
	return left
}

// receive decodes a body and holds it to what was sent.
func receive(t *testing.T, schema protocol.Schema, r *protocol.Reader, state *protocol.Packed, base, want *protocol.Snapshot, body []byte) *protocol.Snapshot {
	t.Helper()
	if _, err := protocol.Check(bodyFrame(body), protocol.FromServer); err != nil {
		t.Fatalf("the check refuses our own body: %v", err)
	}
	got, err := r.ApplyPacked(schema, state, base, want.Tick, body)
	if err != nil {
		t.Fatalf("tick %d: %v", want.Tick, err)
	}
	sameWorld(t, schema, base, want, got)
	return got
}

func sameWorld(t *testing.T, schema protocol.Schema, base, want, got *protocol.Snapshot) {
	t.Helper()
	expected := protocol.NewSnapshot(schema)
	expected.CopyFrom(want, schema)
	for i := range expected.Tables {
		expected.Tables[i].Left = leftOf(base, want, i)
		if !slices.Equal(expected.Tables[i].Left, got.Tables[i].Left) {
			t.Fatalf("tick %d, table %d: left %v, want %v", want.Tick, i, got.Tables[i].Left, expected.Tables[i].Left)
		}
	}
	if diff := diffWorlds(expected, got); diff != "" {
		t.Fatalf("tick %d: (-want +got)\n%s", want.Tick, diff)
	}
	if protocol.Hash(want, schema) != protocol.Hash(got, schema) {
		t.Fatal("equal worlds with different hashes")
	}
}

func TestPackedStreamsMakeTheSameWorlds(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			worlds := history(anySchema, seed, 60)
			rng := rand.New(rand.NewPCG(seed, 3))
			enc, r := protocol.NewPackedEncoder(), protocol.NewReader()
			out, in := protocol.NewPacked(anySchema), protocol.NewPacked(anySchema)
			var sent, got *protocol.Snapshot
			for _, s := range worlds {
				switch rng.IntN(10) {
				case 0: // skipped: the next body's baseline is older
					continue
				case 1:
					sent, got = nil, nil
				}
				body := enc.Encode(nil, out, sent, s, rng.IntN(12) == 0)
				got = receive(t, anySchema, r, in, got, s, body)
				sent = s
			}
			if !protocol.SamePacked(out, in) {
				t.Error("the two ends do not know the same")
			}
		})
	}
}

// A fork is a stream that goes on as a copy; a fresh body makes two streams with the same baseline one.
func TestPackedStreamsForkAndMerge(t *testing.T) {
	worlds := history(anySchema, 99, 60)
	enc, r := protocol.NewPackedEncoder(), protocol.NewReader()
	a, b := protocol.NewPacked(anySchema), protocol.NewPacked(anySchema)
	in := protocol.NewPacked(anySchema)
	var base, got *protocol.Snapshot
	for _, s := range worlds[:30] {
		body := enc.Encode(nil, a, base, s, false)
		got = receive(t, anySchema, r, in, got, s, body)
		base = s
	}
	b.CopyFrom(a)
	for _, s := range worlds[30:35] {
		one, other := enc.Encode(nil, a, base, s, false), enc.Encode(nil, b, base, s, false)
		if !bytes.Equal(one, other) {
			t.Fatal("a copy goes on differently")
		}
		got = receive(t, anySchema, r, in, got, s, one)
		base = s
	}
	enc.Encode(nil, b, nil, base, false) // now it has another past
	one, other := enc.Encode(nil, a, base, worlds[35], true), enc.Encode(nil, b, base, worlds[35], true)
	if !bytes.Equal(one, other) {
		t.Fatalf("a fresh body depends on what was before it:\n%x\n%x", one, other)
	}
	if !protocol.SamePacked(a, b) {
		t.Fatal("the state after a fresh body depends on what was before it")
	}
	receive(t, anySchema, r, in, got, worlds[35], one)
	if !protocol.SamePacked(a, in) {
		t.Error("the two ends do not know the same")
	}
}
