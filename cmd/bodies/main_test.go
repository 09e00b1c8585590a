package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"testing"

	"github.com/deltatick/deltatick/protocol"
)

func TestWhatIsPrintedDecodesToTheHashesBesideIt(t *testing.T) {
	for _, codec := range []string{protocol.CodecPacked, protocol.CodecMP} {
		var out bytes.Buffer
		if err := run(&out, 5, 20, codec); err != nil {
			t.Fatal(err)
		}
		in := json.NewDecoder(&out)
		read := func() (l line, frame []byte) {
			t.Helper()
			if err := in.Decode(&l); err != nil {
				t.Fatal(err)
			}
			frame, err := hex.DecodeString(l.Enter + l.Hex)
			if err != nil {
				t.Fatal(err)
			}
			return l, frame
		}
		var enter protocol.Enter
		_, first := read()
		if err := protocol.DecodeFrame(first, &enter); err != nil {
			t.Fatal(err)
		}
		bodies, err := protocol.NewSequenceDecoder(enter.Tables, codec)
		if err != nil {
			t.Fatal(err)
		}
		reader, before := protocol.NewReader(), protocol.NewSnapshot(enter.Tables)
		for n := range 20 {
			l, frame := read()
			head, body, err := reader.Snapshot(frame)
			if err != nil || head.Base != before.Tick {
				t.Fatalf("%s, snapshot %d: base %d after tick %d, %v", codec, n, head.Base, before.Tick, err)
			}
			s, err := bodies.Decode(head.Tick, head.Base == 0, body)
			if err != nil {
				t.Fatal(err)
			}
			if got := protocol.Hash(s, enter.Tables); got != l.Hash || changed(enter.Tables, before, s) != l.Changed || l.Changed == 0 {
				t.Errorf("%s, snapshot %d: hash %d and %d changes, printed are %d and %d", codec, n, got,
					changed(enter.Tables, before, s), l.Hash, l.Changed)
			}
			before = s
		}
		if in.More() {
			t.Error("more lines than ticks")
		}
	}
	if run(new(bytes.Buffer), 5, 1, "zip") == nil || run(new(bytes.Buffer), 0, 1, protocol.CodecMP) == nil {
		t.Error("an unknown codec, or a world of nothing, was taken")
	}
}
