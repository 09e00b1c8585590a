package tick

import (
	"math"
	"time"
)

// Floor is a time in whole ticks of a rate in Hz, rounded down: the most ticks that take no longer than d. What may last d at most is
// counted so. n ticks take n/rate seconds, cut off to the nanosecond as on a [Clock], so that Floor(n*time.Second/rate, rate) is n. It is 0
// for negative times, and no more than 1<<32 - 1.
func Floor(d time.Duration, rate int) uint32 {
	return uint32(min(slotsIn(d, int64(rate)), math.MaxUint32))
}

// Ceil is a time in whole ticks of a rate in Hz, rounded up: the fewest ticks that take no less than d. What must last d at least is
// counted so. It is as exact as [Floor], and has its bounds.
func Ceil(d time.Duration, rate int) uint32 {
	if d <= 0 {
		return 0
	}
	return uint32(min(slotsIn(d-1, int64(rate))+1, math.MaxUint32))
}
