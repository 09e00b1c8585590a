package match

import "math/bits"

// bitset is a set of small numbers.
type bitset []uint64

// emptied is an empty set of numbers below n, in the memory of b.
func (b bitset) emptied(n int) bitset {
	b = grown(b, (n+63)/64)
	clear(b)
	return b
}

func (b bitset) set(i int)      { b[i/64] |= 1 << (i % 64) }
func (b bitset) has(i int) bool { return b[i/64]&(1<<(i%64)) != 0 }

// fill puts all numbers below n in, of which the set is.
func (b bitset) fill(n int) {
	for i := range b {
		b[i] = ^uint64(0)
	}
	if rest := n % 64; rest != 0 {
		b[len(b)-1] = 1<<rest - 1
	}
}

// appendTo appends the set's numbers, rising.
func (b bitset) appendTo(list []int32) []int32 {
	for i, word := range b {
		for ; word != 0; word &= word - 1 {
			list = append(list, int32(i*64+bits.TrailingZeros64(word)))
		}
	}
	return list
}
