package protocol

import "github.com/vmihailenco/msgpack/v5/msgpcode"

// ApplyPacked reads a body in codec "packed" and moves state on; see [Reader.Apply]. After an error state is good for a keyframe only.
func (r *Reader) ApplyPacked(schema Schema, state *Packed, base *Snapshot, tick uint32, body []byte) (*Snapshot, error) {
	coded := r.bin(body)
	if r.err != nil {
		return nil, r.err
	}
	w := &r.walk
	w.coder.decode(coded)
	next := &Snapshot{Tick: tick, Tables: make([]Rows, len(schema))}
	w.run(state, base, next, false)
	if !w.coder.finished() {
		w.fail("the body does not end where it should")
	}
	if w.err != nil {
		state.broken = true
		return nil, w.err
	}
	return next, nil
}

// bin is what is in a msgpack bin and nothing after it, in place.
func (r *Reader) bin(b []byte) []byte {
	r.reset(b)
	if code, err := r.dec.PeekCode(); err != nil || !msgpcode.IsBin(code) {
		r.fail("binary expected")
		return nil
	}
	n, err := r.dec.DecodeBytesLen()
	if err != nil || n != r.src.Len() {
		r.fail("binary of another length than it says")
		return nil
	}
	return b[len(b)-n:]
}

// build makes the rows that a reader fills: those of the baseline that stay, and the new ones among them.
func (w *walk) build(fields Fields, from, to *Rows) {
	n := from.Len()
	stay := 0
	for _, fate := range w.fates {
		if fate < fateGone {
			stay++
		}
	}
	to.Strings = make([][]string, len(fields))
	to.Resize(stay+len(w.newIDs), fields)
	i, k := 0, 0
	for j := range to.IDs {
		for i < n && w.fates[i] >= fateGone {
			to.Left = w.leave(to.Left, from, i)
			i++
		}
		if i < n && (k == len(w.newIDs) || from.IDs[i] < w.newIDs[k]) {
			to.IDs[j] = from.IDs[i]
			w.targets[i] = int32(j)
			i++
			continue
		}
		to.IDs[j] = w.newIDs[k]
		w.new = append(w.new, int32(j))
		k++
	}
	for ; i < n; i++ {
		to.Left = w.leave(to.Left, from, i)
	}
	w.keep(fields, from, to)
	w.settle(fields, to)
}

func (w *walk) leave(left []uint32, from *Rows, i int) []uint32 {
	if w.fates[i] == fateLeft {
		return append(left, from.IDs[i])
	}
	return left
}

// keep copies what is in the rows that stay.
func (w *walk) keep(fields Fields, from, to *Rows) {
	if from.Len() == to.Len() && len(w.newIDs) == 0 {
		copy(to.Quanta, from.Quanta)
		for f := range fields {
			copy(to.Strings[f], from.Strings[f])
		}
		return
	}
	for f := range fields {
		was, is := from.Column(f), to.Column(f)
		for i, q := range was {
			if w.fates[i] < fateGone {
				is[w.targets[i]] = q
				if fields[f].Kind == FieldString {
					to.Strings[f][w.targets[i]] = from.Strings[f][i]
				}
			}
		}
	}
}

// settle puts the new rows' values in their places.
func (w *walk) settle(fields Fields, to *Rows) {
	for k, j := range w.new {
		for f := range fields {
			at := k*len(fields) + f
			to.Quanta[f*to.Len()+int(j)] = w.incoming.quanta[at]
			if fields[f].Kind == FieldString {
				to.Strings[f][j] = w.incoming.strings[at]
			}
		}
	}
}
