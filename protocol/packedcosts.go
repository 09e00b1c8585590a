package protocol

import "math"

// costs are what residuals of the predictors cost, 16 bits for each from the lowest on, in 1/256 bit: from 0 to maxCost. All are added up in
// one go, and no sum here is beyond 16 bits or below 0, so that none reaches the next.
type costs uint64

// In each of the four.
const (
	eachCost = costs(1 + 1<<16 + 1<<32 + 1<<48)
	maxCost  = 1<<13 - 1
)

// priced are the costs of residuals of 1/256 quantum: 0 for 0 and, for a large one, 256 more for twice as much. It is the logarithm of |v|+16,
// with straight lines between the powers of two.
//
// The exponent of a float64 is that logarithm, rounded down, and what its fraction begins with is where on the line the value lies: both are
// in its 16 upper bits.
func priced(still, track, blend, rate int32) costs {
	const sixteen = (1023 + 4) << 4 // the upper bits of 16, which costs nothing
	upper := costs(sized(still)>>48) | costs(sized(track)>>48<<16) | costs(sized(blend)>>48<<32) | costs(sized(rate)>>48<<48)
	return (upper - sixteen*eachCost) << 4
}

// sized is the bits of |v|+16 as a float64.
func sized(v int32) uint64 { return math.Float64bits(float64(magnitude(v) + 16)) }

// of is the cost of a predictor.
func (c costs) of(predictor int) int32 { return int32(uint16(c >> (predictor * 16 & 63))) }

// over is by how much the cost of a predictor is more than in another.
func (c costs) over(other costs, predictor int) int32 {
	return (c + (maxCost+1)*eachCost - other).of(predictor) - (maxCost + 1)
}

// nearer is c moved by a quarter of the way to another, rounded down: (3c + to)/4.
func (c costs) nearer(to costs) costs { return (3*c + to) >> 2 & (maxCost * eachCost) }

// slowlyNearer is c moved by 1/64 of the way to another, rounded down.
func (c costs) slowlyNearer(to costs) costs {
	const up, each = 1 << 13, (1<<14 - 1) >> 6 // the way is raised by up, so that it is not below 0, and then has 14 bits
	return c + (to+up*eachCost-c)>>6&(each*eachCost) - up>>6*eachCost
}
