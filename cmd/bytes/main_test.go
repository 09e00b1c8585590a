package main

import (
	"io"
	"testing"

	"github.com/deltatick/deltatick/protocol"
)

func TestEveryUntunedWorldDecodesToWhatWasEncodedInEachTick(t *testing.T) {
	for _, r := range untuned(1) {
		tr, err := r.make()
		if err != nil {
			t.Fatal(err)
		}
		t.Run(tr.name, func(t *testing.T) {
			for _, d := range r.distances {
				got, err := measurePacked(tr, d)
				if err != nil {
					t.Fatalf("d=%d: %v", d, err)
				}
				if got.bodies != tickRate || got.changed == 0 {
					t.Errorf("d=%d: %d bodies with %d changes were measured, want %d that change", d, got.bodies, got.changed, tickRate)
				}
			}
		})
	}
}

func TestTheTableHasALineForEachDistance(t *testing.T) {
	lines := &counter{}
	if err := print(lines, untuned(1)[4:5]); err != nil {
		t.Fatal(err)
	}
	if want := 2 + 2 + 3; lines.n != want {
		t.Errorf("%d lines, want %d", lines.n, want)
	}
}

// counter counts lines.
type counter struct{ n int }

var _ io.Writer = (*counter)(nil)

func (c *counter) Write(p []byte) (int, error) {
	for _, b := range p {
		if b == '\n' {
			c.n++
		}
	}
	return len(p), nil
}

// A field with two values that come equally often takes a bit for each, beside the bit that says that the row changes, which always does.
func TestEntropyIsThatOfTheDifferencesOfRowsInCommon(t *testing.T) {
	tr := trace{skip: 1, schema: protocol.Schema{{Name: "t", Fields: protocol.Fields{
		{Name: "turn", Kind: protocol.FieldAngle, Bits: 8},
		{Name: "way", Kind: protocol.FieldUnit, Bits: 4},
	}}}}
	for i := range 9 {
		rows := tr.next(8)
		for row := range rows.IDs {
			// Forth over the end of the circle, and back by as much or twice as much: a change of 3 or -3 always, modulo 256.
			rows.Column(0)[row] = int32(254+3*(i&1)) & 255
			rows.Column(1)[row] = int32(i&1)<<4 | 5
		}
	}
	// 8 bodies of 8 rows: of turn, of the direction's u half of the differences are each of two; v never changes.
	if got := entropy(tr, 1); got != 8*2/8.0 {
		t.Errorf("%v bytes a body, want 2", got)
	}
}
