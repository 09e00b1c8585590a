package match

import (
	"math"
	"time"
)

// inputRing keeps a seat's inputs until their ticks come, at most a second of them.
type inputRing struct {
	fields int
	ticks  []uint32 // by tick modulo length; 0: empty
	quanta []int32  // fields for each
	ahead  uint32   // how far ahead an input may be

	held       uint32  // newest tick whose turn has come: its input is what is repeated; 0: none
	heldQuanta []int32 //

	next    uint32        // first tick that has not been run
	nextDue time.Time     // when it is due
	period  time.Duration // of a tick

	newest uint32 // highest tick received
	slack  int32  // ms by which the newest came early
}

func newInputRing(fields, rate int) inputRing {
	size := 1
	for size < rate+2 {
		size *= 2
	}
	return inputRing{
		fields: fields, ticks: make([]uint32, size), quanta: make([]int32, size*fields), heldQuanta: make([]int32, fields),
		ahead: uint32(rate), next: 1, period: time.Second / time.Duration(rate),
	}
}

// put takes an input that arrived at a time. It reports what it was dropped for, if it was.
func (r *inputRing) put(tick uint32, at time.Time, quanta []int32) (why Drop, dropped bool) {
	if tick > r.newest || r.newest == 0 {
		r.newest, r.slack = tick, r.slackOf(tick, at)
	}
	if tick < r.next {
		if tick > r.held {
			r.hold(tick, quanta)
		}
		return DropInputLate, true
	}
	if tick-r.next >= r.ahead {
		// A tick so far ahead says nothing about the link, and must not hide the inputs that come after it.
		r.newest = r.held
		return DropInputFuture, true
	}
	i := int(tick % uint32(len(r.ticks)))
	if r.ticks[i] == tick {
		return DropInputDuplicate, true
	}
	r.ticks[i] = tick
	copy(r.quanta[i*r.fields:(i+1)*r.fields], quanta)
	return 0, false
}

func (r *inputRing) slackOf(tick uint32, at time.Time) int32 {
	due := r.nextDue.Add(time.Duration(int64(tick)-int64(r.next)) * r.period)
	ms := due.Sub(at).Milliseconds()
	return int32(min(max(ms, math.MinInt16), math.MaxInt16))
}

func (r *inputRing) hold(tick uint32, quanta []int32) {
	r.held = tick
	copy(r.heldQuanta, quanta)
}

// take moves the ring on past a tick and puts the input in force for it into slot. nextDue is when the tick after is due.
func (r *inputRing) take(tick uint32, nextDue time.Time, slot *inputSlot) {
	i := int(tick % uint32(len(r.ticks)))
	if r.ticks[i] == tick {
		r.hold(tick, r.quanta[i*r.fields:(i+1)*r.fields])
	}
	r.next, r.nextDue = tick+1, nextDue
	if r.held == 0 {
		return
	}
	slot.tick, slot.age = r.held, int(tick-r.held)
	copy(slot.quanta, r.heldQuanta)
}
