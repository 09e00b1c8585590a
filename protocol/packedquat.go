package protocol

import "math"

// quaternion codes a rotation. All four lanes are followed, the omitted one as what the length of 1 leaves for it; a quaternion and its
// negative are the same rotation, so that when another lane becomes the omitted one, and was negative, all lanes are turned around.
func (w *walk) quaternion(s *tableState, f *packedField, motions []motion, base, now int32) int32 {
	top := f.components[0].high
	var was, is [4]int32
	omitted := splitQuat(base, f.bits, &was)
	next := splitQuat(now, f.bits, &is)
	if next = w.omission(&s.added[f.index], omitted, next); next != omitted && 2*was[next] < top {
		for i := range was {
			was[i] = top - was[i]
			motions[i].reverse()
		}
	}
	q := int32(next)
	for i := range was {
		if i == next {
			continue
		}
		models := &s.components[f.first+i]
		is[i] = w.component(&f.components[i], models, &motions[i], was[i], is[i], 0)
		if is[i] < 0 || is[i] > top {
			w.fail("quaternion's part %d outside 0..%d", is[i], top)
			return 0
		}
		q = q<<f.bits | is[i]
	}
	is[next] = omittedLane(&is, next, top)
	w.follow(&f.components[next], &s.components[f.first+next], &motions[next], was[next], is[next])
	return q
}

// omission codes which lane is omitted.
func (w *walk) omission(m *addedModels, was, now int) int {
	c := &w.coder
	if c.plain(&m.turned, flag(now != was)) == 0 {
		return was
	}
	ahead := uint32(now-was-1) & 3 // 0 to 2
	if c.plain(&m.next, flag(ahead != 0)) == 0 {
		return (was + 1) & 3
	}
	return (was + 2 + int(c.plain(&m.last, flag(ahead == 2)))) & 3
}

// splitQuat takes the four lanes out of a quantum, each from 0 to 2^bits-1 for -1/sqrt(2) to 1/sqrt(2), and says which one is omitted.
// That one is at least the others, so it goes beyond.
func splitQuat(q int32, bits uint8, lanes *[4]int32) (omitted int) {
	top := int32(1)<<bits - 1
	omitted = int(uint32(q) >> (3 * bits) & 3)
	shift := 3 * bits
	for i := range lanes {
		if i != omitted {
			shift -= bits
			lanes[i] = q >> shift & top
		}
	}
	lanes[omitted] = omittedLane(lanes, omitted, top)
	return omitted
}

// omittedLane is what the other three leave for a lane. A lane v stands for (2v-top)/(top sqrt(2)).
func omittedLane(lanes *[4]int32, omitted int, top int32) int32 {
	rest := 2 * top * top
	for i, v := range lanes {
		if i != omitted {
			rest -= (2*v - top) * (2*v - top)
		}
	}
	root := int32(math.Sqrt(float64(max(0, rest)))) // exact: far below 2^53
	return (root + top) >> 1
}
