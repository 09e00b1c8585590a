package protocol

import "math"

// quaternion codes a rotation. All four lanes are followed, the omitted one as what the length of 1 leaves for it; a quaternion and its
// negative are the same rotation, so that when another lane becomes the omitted one, and was negative, all lanes are turned around.
func (w *walk) quaternion(s *tableState, f *packedField, following []motion, base, now int32) int32 {
	half, top := int32(1)<<(f.bits-1), f.components[0].high
	models, lanes, motions := (*[4]componentModels)(s.components[f.first:]), (*[4]component)(f.components), (*[4]motion)(following)
	var was, is [4]int32
	omitted := splitQuat(base, f.bits, &was)
	was[omitted] = omittedLane(&was, omitted, f.bits)
	next := splitQuat(now, f.bits, &is)
	if next = w.omission(&s.added[f.index], omitted, next); next != omitted && was[next] < half {
		for i := range was {
			was[i] = 2*half - was[i]
			motions[i].reverse()
		}
	}
	q := int32(next)
	for _, i := range otherLanes[next&3] {
		is[i&3] = w.component(&lanes[i&3], &models[i&3], &motions[i&3], was[i&3], is[i&3], 0)
		if is[i] < 0 || is[i] > top {
			w.fail("quaternion's part %d outside 0..%d", is[i], top)
			return 0
		}
		q = q<<f.bits | is[i]
	}
	is[next] = omittedLane(&is, next, f.bits)
	w.follow(&lanes[next], &models[next], &motions[next], was[next], is[next])
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

// otherLanes are those that are not omitted, in their order in a quantum, by the one that is.
var otherLanes = [4][3]uint8{{1, 2, 3}, {0, 2, 3}, {0, 1, 3}, {0, 1, 2}}

// splitQuat takes the three lanes that are there out of a quantum, each around 2^(bits-1), and says which one is omitted.
func splitQuat(q int32, bits uint8, lanes *[4]int32) (omitted int) {
	mask := int32(1)<<bits - 1
	omitted = int(q >> (3 * bits) & 3)
	others := &otherLanes[omitted]
	lanes[others[0]&3], lanes[others[1]&3], lanes[others[2]&3] = q>>(2*bits)&mask, q>>bits&mask, q&mask
	return omitted
}

// omittedLane is what the other three leave for a lane, which is at least as large as they are, so that it goes beyond what bits hold. A lane v
// stands for (v-half)/((half-1) sqrt(2)), where half is 2^(bits-1).
func omittedLane(lanes *[4]int32, omitted int, bits uint8) int32 {
	half := int32(1) << (bits - 1)
	rest := 2 * (half - 1) * (half - 1)
	for _, i := range otherLanes[omitted&3] {
		rest -= (lanes[i&3] - half) * (lanes[i&3] - half)
	}
	return half + int32(math.Sqrt(float64(max(0, rest)))) // exact: far below 2^53
}
