package tick

import (
	"cmp"
	"math/bits"
	"time"
)

// goldenFraction is 2^64 divided by the golden ratio.
const goldenFraction = 0x9E3779B97F4A7C15

// Phase is the place of match number i in the period of the given rate (in Hz; 0
// means DefaultRate), from 0 up to but not including one period: the fractional part
// of i divided by the golden ratio, times the period.
//
// No number is harder to approximate by fractions, so its multiples keep out of each
// other's way: any n consecutive ones leave no gap of twice the mean (see Knuth, The
// Art of Computer Programming, vol. 3, section 6.4, on Fibonacci hashing). Matches may
// come and go while i counts on, and the load stays even.
func Phase(i uint64, rate int) time.Duration {
	period := uint64(time.Second) / uint64(cmp.Or(rate, DefaultRate))
	// Modulo 2^64, the product is the fractional part, and does not round for large i.
	place, _ := bits.Mul64(i*goldenFraction, period)
	return time.Duration(place)
}

// align is the last instant at or before now that lies at phase on the grid of the
// given rate: a clock that starts there has its first tick within a period.
//
// Phases count only against a common zero. That is each whole second of the wall
// clock: at any rate it is a whole number of ticks from the one before, so loops
// share the grid without knowing of each other. If the wall clock is set, later loops
// get another grid, shifted and just as even.
func align(now time.Time, rate int64, phase time.Duration) time.Time {
	// Not Truncate: that would drop the monotonic reading.
	grid := now.Add(-time.Duration(now.Nanosecond())).Add(phase % time.Second)
	if grid.After(now) {
		grid = grid.Add(-time.Second)
	}
	return grid.Add(slotTime(slotsIn(now.Sub(grid), rate), rate))
}
