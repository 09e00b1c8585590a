package match

import (
	"math"
	"math/bits"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// inputRing keeps a seat's inputs until their ticks come, at most a second of them. One input is in force in a tick, whatever arrives: two
// moves in one tick are the speed hack.
type inputRing struct {
	fields protocol.Fields
	ticks  []uint32 // by tick modulo length; 0: empty
	seen   []uint32 // what each one's player saw
	quanta []int32  // one for each field for each
	rate   int
	ahead  uint32 // how far ahead an input may be

	held       uint32  // newest tick whose turn has come: its input is what is repeated; 0: none
	heldSeen   uint32  //
	heldQuanta []int32 //
	heldNew    bool    // it has not been in force yet
	pressed    uint32  // by field: booleans that late inputs set, to be set in the next tick

	next      uint32        // first tick that has not been run
	nextDue   time.Time     // when it is due
	period    time.Duration // of a tick
	roundTrip time.Duration // of the connection; 0: not known
	every     uint32        // ticks from one snapshot to the next on the connection

	newest uint32 // highest tick received
	slack  int32  // ms by which the newest came early
}

func newInputRing(fields protocol.Fields, rate int) inputRing {
	size := 1
	for size < rate+2 {
		size *= 2
	}
	return inputRing{
		fields: fields, ticks: make([]uint32, size), seen: make([]uint32, size), quanta: make([]int32, size*len(fields)),
		heldQuanta: make([]int32, len(fields)),
		rate:       rate, ahead: uint32(rate), next: 1, period: time.Second / time.Duration(rate), every: 1,
	}
}

// put takes an input that arrived at a time. It reports what it was dropped for, if it was. A late input is not run, but what it says
// is not lost: if it is the newest it is what is repeated from now on, and a boolean that it has set, and the input in force has not,
// is set in the next tick, once, so that a press of a button between two others counts.
func (r *inputRing) put(head protocol.InputHead, at time.Time, quanta []int32) (why Drop, dropped bool) {
	tick := head.Tick
	if tick > r.newest || r.newest == 0 {
		r.newest, r.slack = tick, r.slackOf(tick, at)
	}
	seen := sight(r.next-1, head.Ack, head.Seen, r.roundTrip, r.rate, r.every)
	if tick < r.next {
		r.press(quanta)
		if tick > r.held {
			r.hold(tick, seen, quanta)
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
	r.ticks[i], r.seen[i] = tick, seen
	copy(r.at(i), quanta)
	return 0, false
}

// at is the quanta of a place in the ring.
func (r *inputRing) at(i int) []int32 { return r.quanta[i*len(r.fields) : (i+1)*len(r.fields)] }

// press notes what a late input presses.
func (r *inputRing) press(quanta []int32) {
	for f := range r.fields {
		if r.fields[f].Kind == protocol.FieldBool && quanta[f] > r.heldQuanta[f] {
			r.pressed |= 1 << f
		}
	}
}

func (r *inputRing) slackOf(tick uint32, at time.Time) int32 {
	due := r.nextDue.Add(time.Duration(int64(tick)-int64(r.next)) * r.period)
	ms := due.Sub(at).Milliseconds()
	return int32(min(max(ms, math.MinInt16), math.MaxInt16))
}

func (r *inputRing) hold(tick, seen uint32, quanta []int32) {
	r.held, r.heldSeen, r.heldNew = tick, seen, true
	copy(r.heldQuanta, quanta)
}

// take moves the ring on past a tick and puts the input in force for it into slot. nextDue is when the tick after is due.
func (r *inputRing) take(tick uint32, nextDue time.Time, slot *inputSlot) {
	i := int(tick % uint32(len(r.ticks)))
	if r.ticks[i] == tick {
		r.hold(tick, r.seen[i], r.at(i))
	}
	r.next, r.nextDue = tick+1, nextDue
	if r.held == 0 {
		return
	}
	if !r.heldNew {
		r.heldSeen++ // whose inputs are missing goes on seeing the world move
	}
	r.heldNew = false
	slot.tick, slot.age, slot.seen = r.held, int(tick-r.held), r.heldSeen
	copy(slot.quanta, r.heldQuanta)
	for ; r.pressed != 0; r.pressed &= r.pressed - 1 {
		slot.quanta[bits.TrailingZeros32(r.pressed)] = 1
	}
}
