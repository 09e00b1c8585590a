package protocol

import "math/bits"

// Hash is the view hash of docs/PROTOCOL.md, section 7: MurmurHash3 x86 32-bit (A. Appleby, public domain), seed 0, over the
// world's words. Two sides with the same hash hold the same world, but for one chance in 2^32.
func Hash(s *Snapshot, schema Schema) uint32 {
	var h murmur
	for i := range s.Tables {
		rows, fields := &s.Tables[i], schema[i].Fields
		n := rows.Len()
		h.word(uint32(n))
		for row := range n {
			h.word(rows.IDs[row])
			for f := range fields {
				if fields[f].Kind == FieldString {
					h.str(rows.Strings[f][row])
				} else {
					h.word(uint32(rows.Quanta[f*n+row]))
				}
			}
		}
	}
	return h.sum()
}

type murmur struct {
	h     uint32
	words uint32
}

func (m *murmur) word(k uint32) {
	k *= 0xcc9e2d51
	k = bits.RotateLeft32(k, 15)
	k *= 0x1b873593
	m.h ^= k
	m.h = bits.RotateLeft32(m.h, 13)*5 + 0xe6546b64
	m.words++
}

func (m *murmur) str(s string) {
	m.word(uint32(len(s)))
	for len(s) > 0 {
		var k uint32
		for i := range min(4, len(s)) {
			k |= uint32(s[i]) << (8 * i)
		}
		m.word(k)
		s = s[min(4, len(s)):]
	}
}

func (m *murmur) sum() uint32 {
	h := m.h ^ m.words*4
	h ^= h >> 16
	h *= 0x85ebca6b
	h ^= h >> 13
	h *= 0xc2b2ae35
	return h ^ h>>16
}
