package swarm

import (
	"math"

	"github.com/deltatick/deltatick/match/exact"
)

// path is how one entity moves through its own time.
type path struct {
	x, y  swing
	pause int // ticks by which its turn to move is ahead of that of others, in motion "quarter"
	age   int // ticks by which its hp is ahead
}

// swing is the path along one axis: middle + radius sin(rate t + phase).
type swing struct {
	radius, rate, phase float64 // units, radians a second, radians
}

const (
	middle   = 1000.0
	movesFor = 1 // seconds, in motion "quarter"
	cycle    = 4 // seconds
	hpValues = 256
)

// pathOf draws the path of entity index, counted from 0.
func pathOf(seed uint64, index, tickRate int) path {
	draw := hash{seed ^ hash{uint64(index)}.at(0)}
	// Neighbours share the moment within the second at which they take turns.
	shared := hash{seed ^ hash{uint64(index / cycle)}.at(1)}
	return path{
		x:     swing{draw.between(0, 300, 900), draw.between(1, 0.25, 0.60), draw.between(2, 0, 2*math.Pi)},
		y:     swing{draw.between(3, 300, 900), draw.between(4, 0.25, 0.60), draw.between(5, 0, 2*math.Pi)},
		pause: index%cycle*tickRate + int(shared.at(6)%uint64(tickRate)),
		age:   int(draw.at(7) % uint64(hpValues*tickRate)),
	}
}

// at is the place along the axis, and the speed, at own time t in seconds.
func (s swing) at(t float64) (place, speed float64) {
	sin, cos := exact.Sincos(float64(s.rate*t) + s.phase)
	return middle + float64(s.radius*sin), float64(s.radius * s.rate * cos)
}

// ownTicks is how many ticks the entity has moved for when the match has made some, and whether it moved in the last of them.
func (p path) ownTicks(ticks, tickRate int, quarter bool) (own int, moved bool) {
	if !quarter {
		return ticks, true
	}
	turn := (ticks + p.pause) % (cycle * tickRate)
	whole := (ticks + p.pause) / (cycle * tickRate)
	return whole*movesFor*tickRate + min(turn, movesFor*tickRate), turn >= 1 && turn <= movesFor*tickRate
}

// hpAt is what is left of the hp at an own time in ticks.
func (p path) hpAt(own, tickRate int) uint8 {
	seconds := (own + p.age) / tickRate
	return uint8(hpValues - 1 - seconds%hpValues)
}

// hash is a seed of numbers that look random: the finalizer of SplitMix64 (S. Vigna, public domain).
type hash struct{ seed uint64 }

// at is number n, 64 bits.
func (h hash) at(n int) uint64 {
	z := h.seed + uint64(n+1)*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// between is number n as a float from low to below high.
func (h hash) between(n int, low, high float64) float64 {
	return low + float64(float64(h.at(n)>>11)/(1<<53)*(high-low))
}
