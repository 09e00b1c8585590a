package protocol

import "math/bits"

// The predictors of a component. Each says how much the value changes from the baseline to now, in 1/256 of a quantum.
const (
	predictStill = iota // not at all
	predictTrack        // by the fast tracker
	predictBlend        // by a learned mixture of the last step and both trackers
	predictRate         // by the declared rate
	predictors
)

// motion is what a stream remembers of one component of one row: what it was seen to do in the bodies in which it was coded.
type motion struct {
	seen    uint32 // tick of the snapshot in which it was last coded
	changed uint32 // tick of its last change; while pause is 0 that of its first snapshot
	step    int32  // what it last changed by, in quanta, maybe 0
	lag     int32  // what the declared rate last said too much, in 1/256 quantum, of which three quarters are kept
	cost    costs  // running mean of what each predictor's residuals cost
	fast    tracker
	slow    tracker
	pause   uint16 // ticks between its last two changes, at most 65535; 0: not two yet
	ticks   uint8  // in how many ticks it made that step; 0: in none yet
	steps   uint8  // that the trackers have seen since they were reset, up to firstSteps
	class   uint8  // of its last residual: 0 for 0, else the length of the magnitude in bits
	sign    int8   // of its last change: -1 or 1, 0 before the first
}

// tracker follows a value's place, velocity and acceleration in 1/256 quantum and ticks, each corrected by a part of what the prediction
// was wrong by: a fading-memory filter of second order (N. Morrison, "Introduction to Sequential Smoothing and Prediction", 1969).
type tracker struct {
	ahead    int32 // of the value: a value is rounded, a place is not
	velocity int32
	accel    int32
}

// gains are the parts in 1/256. They are, for a memory that fades by theta a step: theta^3 (what is left of the place's error),
// 1.5 (1-theta)^2 (1+theta) and (1-theta)^3.
type gains struct{ left, velocity, accel int32 }

// bothGains are those of the two trackers of a motion.
type bothGains struct{ fast, slow gains }

var (
	fastGains = gains{7, 245, 88} // theta 0.30
	slowGains = gains{70, 78, 11} // theta 0.65

	// firstGains are those of the first steps after a reset, where they are higher: velocity from the first, acceleration from
	// the second, then theta 0.25, 0.35, 0.45, 0.50, 0.55, 0.60.
	firstGains = [firstSteps]gains{
		{0, 256, 0}, {0, 384, 256}, {4, 270, 108}, {11, 219, 70}, {23, 168, 43}, {32, 144, 32}, {43, 121, 23}, {55, 98, 16},
	}

	// stepGains are those of both trackers by the number of steps before, up to firstSteps.
	stepGains = func() (g [firstSteps + 1]bothGains) {
		for n := range g {
			g[n].fast, g[n].slow = fastGains, slowGains
			if n < firstSteps && firstGains[n].velocity > fastGains.velocity {
				g[n].fast = firstGains[n]
			}
			if n < firstSteps && firstGains[n].velocity > slowGains.velocity {
				g[n].slow = firstGains[n]
			}
		}
		return g
	}()
)

const firstSteps = 8

const (
	maxTicks  = 16      // further apart, a baseline counts as so far
	maxRest   = 6       // ticks without a change after which motion starts anew
	maxStep   = 1 << 17 // quanta: a longer step is a jump, after which motion starts anew
	maxGuess  = 1 << 26
	maxError  = 1 << 22 // 1/256 quantum: a tracker that is wrong by more starts anew
	maxAccel  = 1 << 22
	advantage = 192 // by which another predictor's cost must be lower than that of the first choice
)

func (t *tracker) guess(ticks int32) int32 {
	return clampGuess(t.ahead + t.velocity*ticks + t.accel*ticks/2*ticks)
}

func clampGuess(v int32) int32 { return clamp(v, maxGuess) }

// clamp holds v to -limit..limit. It seldom has to, and one comparison is cheaper than a minimum and a maximum, as are two one after another.
func clamp(v, limit int32) int32 {
	if uint32(v+limit) > uint32(2*limit) {
		return max(-limit, min(limit, v))
	}
	return v
}

// reciprocals[n] is 2^32/n rounded down, plus 1; reciprocals[0] is 0.
var reciprocals = func() (r [maxTicks + 1]int64) {
	for n := 1; n < len(r); n++ {
		r[n] = 1<<32/int64(n) + 1
	}
	return r
}()

// divide is v/n rounded towards 0, for n from 1 to maxTicks, and 0 if both are 0. Up to 2^27 a product with the reciprocal is too great by
// less than v/2^32, which does not take it to the next whole number, as that is at least 1/n away; beyond it could, and is seldom asked for.
func divide(v, n int32) int32 {
	const most = 1 << 27
	if uint32(v+most) > 2*most {
		return v / n
	}
	return int32(int64(v)*reciprocals[n]>>32) - v>>31
}

// gains are those with which the trackers take in the next step, which is counted.
func (m *motion) gains() *bothGains {
	g := &stepGains[m.steps]
	m.steps = min(m.steps+1, firstSteps)
	return g
}

// observe takes a step in, of which the tracker said too little by what is wrong.
func (t *tracker) observe(step, ticks, wrong int32, g *gains) {
	if wrong > maxError || wrong < -maxError {
		*t = tracker{velocity: divide(step*256, ticks)}
		return
	}
	perTick, perTwice := wrong, wrong
	if ticks > 1 {
		perTick = divide(wrong, ticks)
		perTwice = divide(perTick, ticks)
	}
	t.ahead = -(wrong * g.left >> 8)
	t.velocity = clampGuess(t.velocity + t.accel*ticks + perTick*g.velocity>>8)
	t.accel = clamp(t.accel+perTwice*g.accel>>8, maxAccel)
}

// rest catches up with bodies in which the component was not coded because nothing changed, up to the baseline's tick.
func (m *motion) rest(baseTick uint32) {
	ticks := baseTick - m.seen
	m.seen = baseTick
	m.step, m.ticks, m.lag = 0, 1, 0
	if ticks > maxRest {
		m.fast, m.slow, m.steps = tracker{}, tracker{}, 0
		return
	}
	g := m.gains()
	m.fast.observe(0, int32(ticks), -m.fast.guess(int32(ticks)), &g.fast)
	m.slow.observe(0, int32(ticks), -m.slow.guess(int32(ticks)), &g.slow)
}

// reverse turns the direction of everything around: the value is measured the other way.
func (m *motion) reverse() {
	m.step, m.sign = -m.step, -m.sign
	m.fast = tracker{-m.fast.ahead, -m.fast.velocity, -m.fast.accel}
	m.slow = tracker{-m.slow.ahead, -m.slow.velocity, -m.slow.accel}
}

// due tells whether the next change is expected, if they come at even intervals: 0 no, 1 now, 2 it is late.
func (m *motion) due(baseTick, tick uint32) int32 {
	switch {
	case m.pause == 0 || tick-m.changed < uint32(m.pause):
		return 0
	case baseTick-m.changed < uint32(m.pause):
		return 1
	default:
		return 2
	}
}

// blend is what a component's rows have in common: how the last step l, the fast tracker f and the slow one s are best combined,
// as weights of l, f-l and s-f in 1/65536.
type blend [3]int32

var startBlend = blend{60000, 60000, 32000}

func (b *blend) guess(l, f, s int32) int32 {
	sum := int64(b[0])*int64(l) + int64(b[1])*int64(f-l) + int64(b[2])*int64(s-f) // below 2^53
	return int32(max(-maxGuess, min(maxGuess, sum>>16)))
}

// learn moves every weight by a constant, in the direction in which the guess would have been less wrong. A guess that is nearly right
// teaches nothing.
func (b *blend) learn(l, f, s, wrong int32) {
	const exact = 64
	if way := signBeyond(wrong, exact); way != 0 {
		b.move(l, f-l, s-f, way)
	}
}

func (b *blend) move(l, f, s, way int32) {
	const (
		rate   = 40
		matter = 128 // what is not larger had no part in it
	)
	b[0] = clamp(b[0]+rate*way*signBeyond(l, matter), maxWeight)
	b[1] = clamp(b[1]+rate*way*signBeyond(f, matter), maxWeight)
	b[2] = clamp(b[2]+rate*way*signBeyond(s, matter), maxWeight)
}

// signBeyond is the sign of v, and 0 if v is not farther than limit from 0.
func signBeyond(v, limit int32) int32 { return beyond(v, limit) - int32(flag(v < -limit)) }

// beyond is 1 if v is over limit, else 0.
func beyond(v, limit int32) int32 { return int32(flag(v > limit)) }

// magnitude is v without its sign.
func magnitude(v int32) uint32 { return uint32(negated(v, v>>31)) }

// negated is -v if all bits of mask are set, and v if none is.
func negated(v, mask int32) int32 { return (v ^ mask) - mask }

func bitLength(v uint32) int { return bits.Len32(v) }
