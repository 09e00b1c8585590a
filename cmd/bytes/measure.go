package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// result is what a trace took in one codec.
type result struct {
	bodies  int
	bytes   int
	largest int
	changed int // fields of rows that were there before
	encode  time.Duration
	decode  time.Duration
}

func (r result) mean() float64 { return float64(r.bytes) / float64(r.bodies) }
func (r result) kbps() float64 { return r.mean() * 8 * 60 / 1000 }

func same(a, b *protocol.Snapshot) bool {
	return slices.EqualFunc(a.Tables, b.Tables, func(a, b protocol.Rows) bool {
		return slices.Equal(a.IDs, b.IDs) && slices.Equal(a.Quanta, b.Quanta) && slices.EqualFunc(a.Strings, b.Strings, slices.Equal[[]string])
	})
}

func changedFields(a, b *protocol.Snapshot) int {
	n := 0
	for t := range a.Tables {
		if len(a.Tables[t].Quanta) == len(b.Tables[t].Quanta) {
			for i, q := range a.Tables[t].Quanta {
				if q != b.Tables[t].Quanta[i] {
					n++
				}
			}
		}
	}
	return n
}

// packed encodes each snapshot from the one distance before it, decodes it and compares.
func packed(tr trace, distance int) (result, error) {
	var res result
	enc, r := protocol.NewPackedEncoder(tr.schema), protocol.NewReader()
	var to, from []*protocol.Packed
	for range distance {
		to, from = append(to, protocol.NewPacked(tr.schema)), append(from, protocol.NewPacked(tr.schema))
	}
	got := make([]*protocol.Snapshot, distance)
	var body []byte
	for i, s := range tr.snapshots {
		k := i % distance
		var base *protocol.Snapshot
		if i >= distance {
			base = tr.snapshots[i-distance]
		}
		start := time.Now()
		body = enc.Encode(body[:0], to[k], base, s, false)
		encoded := time.Now()
		next, err := r.ApplyPacked(tr.schema, from[k], got[k], s.Tick, body)
		decoded := time.Now()
		if err != nil {
			return res, fmt.Errorf("frame %d: %w", i, err)
		}
		if !same(s, next) {
			return res, fmt.Errorf("frame %d does not decode to what was encoded", i)
		}
		got[k] = next
		if i < tr.skip {
			continue
		}
		res.bodies++
		res.bytes += len(body)
		res.largest = max(res.largest, len(body))
		res.changed += changedFields(base, s)
		res.encode += encoded.Sub(start)
		res.decode += decoded.Sub(encoded)
	}
	return res, nil
}
