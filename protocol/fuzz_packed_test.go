package protocol_test

import (
	"errors"
	"testing"

	"github.com/deltatick/deltatick/protocol"
)

// FuzzApplyPacked throws bytes at a reader that has followed a stream for a while.
func FuzzApplyPacked(f *testing.F) {
	worlds := history(anySchema, 5, 12)
	enc, state := protocol.NewPackedEncoder(), protocol.NewPacked(anySchema)
	var base *protocol.Snapshot
	for i, s := range worlds {
		body := enc.Encode(nil, state, base, s, i == 7)
		f.Add(body[2:], uint8(i))
		f.Add(append(body[2:], 0), uint8(i))
		f.Add(body[2:len(body)-1], uint8(i))
		base = s
	}
	f.Add([]byte{}, uint8(3))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, uint8(3))
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 0}, uint8(3))
	f.Fuzz(func(t *testing.T, coded []byte, after uint8) {
		enc, r := protocol.NewPackedEncoder(), protocol.NewReader()
		out, in := protocol.NewPacked(anySchema), protocol.NewPacked(anySchema)
		var base *protocol.Snapshot
		for _, s := range worlds[:int(after)%len(worlds)] {
			base = receive(t, anySchema, r, in, base, s, enc.Encode(nil, out, base, s, false))
		}
		if len(coded) > 1<<16-1 {
			return
		}
		tick := uint32(1000)
		body := append([]byte{0xc5, byte(len(coded) >> 8), byte(len(coded))}, coded...)
		got, err := r.ApplyPacked(anySchema, in, base, tick, body)
		if err != nil {
			if !errors.Is(err, protocol.ErrMalformed) || got != nil {
				t.Fatalf("%v, and a world: %v", err, got != nil)
			}
			if _, err := r.ApplyPacked(anySchema, in, worlds[0], tick, enc.Encode(nil, out, base, worlds[11], false)); err == nil {
				t.Fatal("a delta was taken after a body that was not understood")
			}
			receive(t, anySchema, r, in, nil, worlds[11], enc.Encode(nil, out, nil, worlds[11], false))
			return
		}
		holdsTo(t, anySchema, got)
		held := 0
		for i := range got.Tables {
			held += got.Tables[i].Len()
		}
		was := 0
		if base != nil {
			for i := range base.Tables {
				was += base.Tables[i].Len()
			}
		}
		if perByte := 43 * 2; held > was+perByte*(len(coded)+4)+4 {
			t.Fatalf("%d bytes made %d rows of %d", len(coded), held, was)
		}
		// What was decoded is a world like any other.
		next := protocol.NewSnapshot(anySchema)
		next.CopyFrom(got, anySchema)
		next.Tick++
		out.CopyFrom(in)
		receive(t, anySchema, r, in, got, next, enc.Encode(nil, out, got, next, false))
	})
}
