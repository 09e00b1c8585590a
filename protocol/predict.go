package protocol

import "math/bits"

// The predictors of a component. Each says by how much the value will have changed since the baseline, in 1/256 of a quantum.
const (
	predictBase  = iota // not at all
	predictLine         // as in the last step
	predictFast         // by the fast tracker
	predictSlow         // by the slow tracker
	predictRate         // by the declared rate
	predictors
)

// tracker follows a value through place, velocity and acceleration, as a fading-memory filter does.
type tracker struct {
	error    int32 // of the place it thinks the value is at, minus the value
	velocity int32 // a tick
	accel    int32 // a tick, a tick
}

// memory is what is known of one component of one row.
type memory struct {
	tick    uint32 // of the snapshot that was the last to be observed
	changed uint32 // tick of the last change
	pause   uint16 // ticks between the last two changes
	steps   uint8  // ticks that step was made in
	class   uint8  // of the last residual
	step    int32  // last change, in quanta
	sign    int8   // of the last change that was not 0
	lag     int32  // of the declared rate
	cost    [predictors]int16
	fast    tracker
	slow    tracker
}

const (
	maxStep  = 1 << 17 // quanta: beyond it a value has jumped
	maxTicks = 16
)

func (t *tracker) at(d int32) int32 {
	return t.error + t.velocity*d + t.accel*d/2*d
}

func (t *tracker) observe(d, innovation int32, g *gains) {
	t.velocity += t.accel*d + innovation/d*g.velocity>>8
	t.accel += innovation / d / d * g.accel >> 8
	t.error = -(innovation*g.rest >> 8)
	t.velocity = max(-1<<26, min(1<<26, t.velocity))
	t.accel = max(-1<<22, min(1<<22, t.accel))
}

// gains in 1/256. rest is 1 minus that of place.
type gains struct{ rest, velocity, accel int32 }

func fading(theta float64) gains {
	h := func(v float64) int32 { return int32(v*256 + 0.5) }
	return gains{h(theta * theta * theta), h(1.5 * (1 - theta) * (1 - theta) * (1 + theta)), h((1 - theta) * (1 - theta) * (1 - theta))}
}

var (
	fastGains = fading(0.30)
	slowGains = fading(0.65)
)

// magnitude is a logarithm of v in 1/16: 0 for 0, and about 16 more for twice the value.
func magnitude(v int32) int32 {
	if v < 0 {
		v = -v
	}
	u := uint32(v) + 16
	n := bits.Len32(u) // >= 5
	return int32(n-5)<<4 + int32(u>>(n-5)) - 16
}
