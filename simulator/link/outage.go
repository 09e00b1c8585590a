package link

import (
	"math/rand/v2"
	"time"
)

// outage is a schedule of going down.
type outage struct {
	flap  Flap
	phase time.Duration
}

func (o outage) down(at time.Duration) bool {
	period := o.flap.Up + o.flap.Down
	return period > 0 && (at+o.phase)%period >= o.flap.Up
}

// burst is a chain of two states in continuous time.
type burst struct {
	every, mean time.Duration
	loss        float64
	rng         *rand.Rand

	bad      bool            // before the first of switches
	switches []time.Duration // of the state, as far as anybody has asked
	last     time.Duration   // the newest switch ever drawn
}

func newBurst(b Burst, rng *rand.Rand) burst {
	return burst{every: b.Every, mean: b.For, loss: b.Loss / 100, rng: rng}
}

// at reports whether there is a burst at a time. It may be asked about the future, and then about times before that.
func (b *burst) at(t time.Duration) bool {
	if b.every == 0 {
		return false
	}
	for b.last <= t {
		mean := b.every
		if b.bad != (len(b.switches)%2 == 1) { // the state after the newest switch
			mean = b.mean
		}
		b.last += max(time.Millisecond, time.Duration(b.rng.ExpFloat64()*float64(mean)))
		b.switches = append(b.switches, b.last)
	}
	bad := b.bad
	for _, s := range b.switches {
		if s > t {
			break
		}
		bad = !bad
	}
	return bad
}

// forget lets go of what is before a time.
func (b *burst) forget(t time.Duration) {
	n := 0
	for n < len(b.switches) && b.switches[n] <= t {
		n++
	}
	if n%2 == 1 {
		b.bad = !b.bad
	}
	b.switches = b.switches[:copy(b.switches, b.switches[n:])]
}
