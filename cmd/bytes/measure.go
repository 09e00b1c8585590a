package main

import (
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// result is what the bodies of a trace took in one codec.
type result struct {
	bodies, bytes, largest int
	changed                int // fields of rows that were there before
	encode, decode         time.Duration
}

func (r result) mean() float64 { return float64(r.bytes) / float64(r.bodies) }
func (r result) kbps() float64 { return r.mean() * 8 * tickRate / 1000 }
func (r result) encodeNs() float64 {
	return float64(r.encode.Nanoseconds()) / float64(max(1, r.changed))
}
func (r result) decodeNs() float64 {
	return float64(r.decode.Nanoseconds()) / float64(max(1, r.changed))
}

func (r *result) count(body []byte) {
	r.bodies++
	r.bytes += len(body)
	r.largest = max(r.largest, len(body))
}

// base is the baseline of snapshot i, distance ticks before it, or nil at the start.
func (tr trace) base(i, distance int) *protocol.Snapshot {
	if i < distance {
		return nil
	}
	return tr.snapshots[i-distance]
}

// measurePacked encodes every snapshot against the one distance ticks before it, with the codec's state as that one left it: as many
// streams as that, taking turns.
func measurePacked(tr trace, distance int) (result, error) {
	var res result
	enc, reader := protocol.NewPackedEncoder(), protocol.NewReader()
	out, in := make([]*protocol.Packed, distance), make([]*protocol.Packed, distance)
	for k := range distance {
		out[k], in[k] = protocol.NewPacked(tr.schema), protocol.NewPacked(tr.schema)
	}
	got := make([]*protocol.Snapshot, distance)
	var body []byte
	for i, s := range tr.snapshots {
		k, base := i%distance, tr.base(i, distance)
		start := time.Now()
		body = enc.Encode(body[:0], out[k], base, s, false)
		encoded := time.Now()
		next, err := reader.ApplyPacked(tr.schema, in[k], got[k], s.Tick, body)
		decoded := time.Now()
		if err != nil {
			return res, fmt.Errorf("snapshot %d: %w", i, err)
		}
		if !same(s, next) {
			return res, fmt.Errorf("snapshot %d does not decode to what was encoded", i)
		}
		if got[k] = next; i < tr.skip {
			continue
		}
		res.count(body)
		res.changed += changedFields(base, s)
		res.encode += encoded.Sub(start)
		res.decode += decoded.Sub(encoded)
	}
	return res, nil
}

func measureMP(tr trace, distance int) (res result) {
	enc := protocol.NewBodyEncoder(tr.schema)
	for i := tr.skip; i < len(tr.snapshots); i++ {
		res.count(enc.Encode(tr.base(i, distance), tr.snapshots[i]))
	}
	return res
}

// raw is the mean size of a snapshot as ids and quanta of 4 bytes each, and strings.
func raw(tr trace) float64 {
	bytes := 0
	for _, s := range tr.snapshots[tr.skip:] {
		for t := range s.Tables {
			rows := &s.Tables[t]
			bytes += 4 * (len(rows.IDs) + len(rows.Quanta))
			for _, column := range rows.Strings {
				for _, text := range column {
					bytes += len(text)
				}
			}
		}
	}
	return float64(bytes) / float64(len(tr.snapshots)-tr.skip)
}

func same(a, b *protocol.Snapshot) bool {
	return a.Tick == b.Tick && slices.EqualFunc(a.Tables, b.Tables, func(a, b protocol.Rows) bool {
		return slices.Equal(a.IDs, b.IDs) && slices.Equal(a.Quanta, b.Quanta) && slices.EqualFunc(a.Strings, b.Strings, slices.Equal[[]string])
	})
}

// changedFields counts the quanta that differ in the rows that two snapshots have in common.
func changedFields(a, b *protocol.Snapshot) (n int) {
	for t := range b.Tables {
		from, to := &a.Tables[t], &b.Tables[t]
		for was, is := range common(from, to) {
			for f := range to.Strings {
				if from.Column(f)[was] != to.Column(f)[is] {
					n++
				}
			}
		}
	}
	return n
}

// common goes through the rows that both have, by their index in each.
func common(from, to *protocol.Rows) iter.Seq2[int, int] {
	return func(yield func(was, is int) bool) {
		was := 0
		for is, id := range to.IDs {
			for was < len(from.IDs) && from.IDs[was] < id {
				was++
			}
			if was < len(from.IDs) && from.IDs[was] == id && !yield(was, is) {
				return
			}
		}
	}
}
