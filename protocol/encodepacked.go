package protocol

import (
	"math"
	"slices"
)

// PackedEncoder writes bodies in codec "packed". It keeps its buffers between calls and belongs to one goroutine.
type PackedEncoder struct {
	walk walk
}

// NewPackedEncoder returns an encoder for worlds of any schema, which the state of a stream knows.
func NewPackedEncoder() *PackedEncoder { return new(PackedEncoder) }

// Encode appends to dst the body that turns base into cur and moves state on. base is the snapshot made by the body that state was last
// used for; it is nil for a keyframe. A keyframe, and any body for which fresh is set, first sets state back to that of
// [NewPacked] and says so in the body, so that two streams with the same baseline become one.
func (e *PackedEncoder) Encode(dst []byte, state *Packed, base, cur *Snapshot, fresh bool) []byte {
	w := &e.walk
	w.coder.encode()
	w.run(state, base, cur, fresh)
	if w.err != nil {
		panic("protocol: a body encoded with the state of another baseline")
	}
	coded := w.coder.finish()
	return append(appendBinHeader(dst, len(coded)), coded...)
}

// appendBinHeader appends the head of a msgpack bin of n bytes.
func appendBinHeader(dst []byte, n int) []byte {
	switch {
	case n <= math.MaxUint8:
		return append(dst, 0xc4, byte(n))
	case n <= math.MaxUint16:
		return append(dst, 0xc5, byte(n>>8), byte(n))
	default:
		return append(dst, 0xc6, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
}

// diff finds the fates of from's rows, the rows of to that are new, and the fields that change. It reports whether there is anything.
func (w *walk) diff(fields Fields, from, to *Rows) (differs bool) {
	same := slices.Equal(from.IDs, to.IDs)
	if same {
		clear(w.fates)
		for i := range w.targets {
			w.targets[i] = int32(i)
		}
	} else {
		w.match(from, to)
		differs = true
	}
	for f := range fields {
		switch {
		case fields[f].Kind == FieldString:
			w.active[f] = w.diffStrings(from.Strings[f], to.Strings[f])
		case same:
			w.active[f] = w.diffColumn(from.Column(f), to.Column(f))
		default:
			w.active[f] = w.diffMoved(from.Column(f), to.Column(f))
		}
		differs = differs || w.active[f]
	}
	return differs
}

// match walks two sorted lists of rows side by side.
func (w *walk) match(from, to *Rows) {
	i, lost := 0, losses{to.Left}
	lose := func() {
		w.fates[i] = fateGone + uint8(flag(lost.leftView(from.IDs[i])))
		i++
	}
	for j, id := range to.IDs {
		for i < len(from.IDs) && from.IDs[i] < id {
			lose()
		}
		if i < len(from.IDs) && from.IDs[i] == id {
			w.fates[i], w.targets[i] = fateKept, int32(j)
			i++
			continue
		}
		w.new, w.newIDs = append(w.new, int32(j)), append(w.newIDs, id)
	}
	for i < len(from.IDs) {
		lose()
	}
}

// diffColumn marks the rows in which a column changes, whose rows are the same ones. Which of them change cannot be foreseen, so that
// nothing branches on one; blocks of rows at rest, which are many where most of a world rests, are skipped.
func (w *walk) diffColumn(from, to []int32) (active bool) {
	to = to[:len(from)]
	fates := w.fates[:len(from)]
	for len(from) >= blockRows {
		if a, b := (*[blockRows]int32)(from), (*[blockRows]int32)(to); *a != *b {
			diffRows(fates[:blockRows], a[:], b[:])
			active = true
		}
		fates, from, to = fates[blockRows:], from[blockRows:], to[blockRows:]
	}
	return diffRows(fates, from, to) || active
}

func diffRows(fates []uint8, from, to []int32) (active bool) {
	to = to[:len(from)]
	fates = fates[:len(from)]
	differs := int32(0)
	for i, q := range from {
		fates[i] |= uint8(flag(q != to[i])) // fateKept to fateChanged
		differs |= q ^ to[i]
	}
	return differs != 0
}

func (w *walk) diffMoved(from, to []int32) (active bool) {
	for i, q := range from {
		if w.fates[i] < fateGone && q != to[w.targets[i]] {
			w.fates[i], active = fateChanged, true
		}
	}
	return active
}

func (w *walk) diffStrings(from, to []string) (active bool) {
	for i := range from {
		if w.fates[i] < fateGone && from[i] != to[w.targets[i]] {
			w.fates[i], active = fateChanged, true
		}
	}
	return active
}
