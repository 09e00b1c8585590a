package main

import (
	"math"

	"github.com/deltatick/deltatick/protocol"
)

// symbols counts how often each symbol of an alphabet comes.
type symbols map[int32]int

// bits is what all of them take in the best code that gives a symbol one length, which costs nothing itself: order-0 entropy.
func (s symbols) bits() (sum float64) {
	total := 0
	for _, n := range s {
		total += n
	}
	for _, n := range s {
		sum -= float64(n) * math.Log2(float64(n)/float64(total))
	}
	return sum
}

// entropy is the mean size in bytes of a body of whether each row changes and, for those that do, the difference of every field, each
// field with a code of its own. A rotation counts as its index and its three parts, a direction as its two coordinates. Rows that come or
// go, and strings, are left out.
func entropy(tr trace, distance int) float64 {
	var alphabets []symbols
	sum, bodies := 0.0, 0
	count := func(alphabet int, symbol int32) {
		for len(alphabets) <= alphabet {
			alphabets = append(alphabets, symbols{})
		}
		alphabets[alphabet][symbol]++
	}
	for i := tr.skip; i < len(tr.snapshots); i++ {
		base, s := tr.base(i, distance), tr.snapshots[i]
		bodies++
		for t := range s.Tables {
			countTable(tr.schema[t].Fields, &base.Tables[t], &s.Tables[t], t*(1+4*protocol.MaxFields), count)
		}
	}
	for _, s := range alphabets {
		sum += s.bits()
	}
	return sum / 8 / float64(bodies)
}

func countTable(fields protocol.Fields, from, to *protocol.Rows, alphabet int, count func(alphabet int, symbol int32)) {
	for was, is := range common(from, to) {
		changed := int32(0)
		for f := range fields {
			if from.Column(f)[was] != to.Column(f)[is] {
				changed = 1
			}
		}
		count(alphabet, changed)
		for f := range fields {
			if changed == 0 {
				break
			}
			countDifference(fields[f], from.Column(f)[was], to.Column(f)[is], alphabet+1+4*f, count)
		}
	}
}

func countDifference(field protocol.Field, was, is int32, alphabet int, count func(alphabet int, symbol int32)) {
	bits := field.Bits
	switch field.Kind {
	case protocol.FieldQuat:
		for part := range 4 {
			shift := uint8(part) * bits
			mask := int32(1)<<bits - 1
			count(alphabet+part, is>>shift&mask-was>>shift&mask)
		}
	case protocol.FieldUnit:
		count(alphabet, round(is>>bits-was>>bits, bits))
		count(alphabet+1, round(is-was, bits))
	case protocol.FieldAngle:
		count(alphabet, round(is-was, bits))
	default:
		count(alphabet, is-was)
	}
}

// round is the residue of a difference nearest to 0, of a number that wraps after some bits.
func round(difference int32, bits uint8) int32 { return difference << (32 - bits) >> (32 - bits) }
