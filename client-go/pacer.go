package client

import (
	"math"
	"slices"
	"time"
)

const (
	paceMargin   = 5.0   // ms by which even the slow inputs are to be early
	paceMaxLead  = 100.0 // ms beyond the usual delay that a bad link may make inputs early
	paceQuantile = 0.98  // of the delays is what "slow" means
	paceWindow   = 240   // delays remembered: 4 s at 60 Hz
	paceFaster   = 0.05  // largest speed-up; the server's limiter has a burst to spare for it
	paceSlower   = 0.01  // largest slow-down
	paceSettle   = 60    // reports in which the pace jumps instead of drifting, at first
	paceLate     = 8     // late inputs in a row after which the pacer settles anew
	paceSlip     = 3     // delays in a row, two ticks below any before, after which it does so: the server's schedule has slipped
	paceEarly    = 15    // delays in a row, all a tick below the usual, after which it does so too
)

// Pacer decides when the input of which tick is sent, so that it is with the server a little before that tick is run. It is
// arithmetic only: time is passed in, and every method belongs to one goroutine. [Room.Play] has one; who calls [Room.Send]
// can use their own.
//
// With each snapshot the server says by how many milliseconds the newest input was early (its slack). Let an input's phase be
// how much earlier than the server's schedule, but for a constant, it was sent; then phase - slack is what the way took, with
// that same constant, whatever the phase was. So no clocks need to be compared, and no correction that is still on its way is
// counted twice. The pacer remembers the newest 240 such delays and aims for the phase that puts all but the slowest 2 % of
// them 5 ms early, and the middle one half a tick; it gets there by sending a little faster or slower. At first, and when
// what it knows has turned out to be wrong, it jumps instead.
type Pacer struct {
	period float64 // ms a tick
	tick   uint32  // next input's
	due    time.Time
	phase  float64 // ms, of the next input; 0 for the first
	speed  float64 // ticks sent per tick of time

	sent    [256]sentPhase // by tick
	delays  [paceWindow]float64
	sorted  [paceWindow]float64
	reports int     // since it began to settle
	late    int     // in a row
	least   float64 // smallest delay since it began to settle
	early   int     // delays in a row that are far below it
	skipped uint64
}

type sentPhase struct {
	tick  uint32
	phase float64
}

// StartPacer begins at time now, when a snapshot of the given tick has just arrived, for a match of rate ticks a second. The
// round trip, or 0 if unknown, and two ticks are the first guess of how far ahead to send.
func StartPacer(rate int, tick uint32, rtt time.Duration, now time.Time) *Pacer {
	p := &Pacer{period: 1000 / float64(rate), due: now, speed: 1, least: math.Inf(1)}
	p.tick = tick + uint32(math.Ceil(milliseconds(rtt)/p.period)) + 2
	return p
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// Due is when the next input is to be sent.
func (p *Pacer) Due() time.Time { return p.due }

// Next returns the tick whose input is to be sent at time now, which is Due or later, and moves on to the one after it. Ticks
// whose time has passed by a whole tick are skipped: the server repeats the input before them.
func (p *Pacer) Next(now time.Time) uint32 {
	if missed := int(milliseconds(now.Sub(p.due)) / p.period); missed > 0 {
		p.tick += uint32(missed)
		p.due = p.due.Add(p.span(float64(missed) * p.period))
		p.skipped += uint64(missed)
	}
	tick := p.tick
	p.sent[tick%uint32(len(p.sent))] = sentPhase{tick, p.phase}
	step := p.period / p.speed
	p.tick++
	p.phase += p.period - step
	p.due = p.due.Add(p.span(step))
	return tick
}

func (p *Pacer) span(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }

// Skipped is how many ticks got no input, because their time had passed or to catch up with the server.
func (p *Pacer) Skipped() uint64 { return p.skipped }

// Report takes the slack, in ms, that the snapshot of a tick brought.
func (p *Pacer) Report(tick uint32, slack int32) {
	// The newest input to have arrived when the tick was run is the one that was early by slack.
	phase, ok := p.phaseOf(int64(tick) + int64(math.Floor(float64(slack)/p.period)))
	if !ok {
		return
	}
	delay := phase - float64(slack)
	p.delays[p.reports%paceWindow] = delay
	p.reports++
	if slack < 0 {
		p.late++
	} else {
		p.late = 0
	}
	if p.reports > 1 && delay < p.least-2*p.period {
		p.early++
	} else {
		p.early, p.least = 0, min(p.least, delay)
	}
	switch {
	case p.late == paceLate:
		p.forgetBut(paceLate)
	case p.early == paceSlip:
		p.forgetBut(paceSlip)
	case p.reports%paceEarly == 0 && p.newestMax(paceEarly)+p.period < p.usual():
		p.forgetBut(paceEarly)
	}
	if settling := p.reports <= paceSettle; p.reports%15 == 0 || settling && p.reports%8 == 0 || p.reports == paceSlip {
		p.steer(settling)
	}
}

// phaseOf finds with which phase the input of about that tick was sent; it fails before the first and beyond the remembered.
func (p *Pacer) phaseOf(about int64) (phase float64, ok bool) {
	about = min(about, int64(p.tick)-1)
	for tick := about; tick > 0 && tick > about-32; tick-- { // some are left out
		if sent := p.sent[uint32(tick)%uint32(len(p.sent))]; int64(sent.tick) == tick {
			return sent.phase, true
		}
	}
	return 0, false
}

// forgetBut keeps the newest n delays and settles anew: the way, or the server's schedule, is another now, and what was learned
// of the old one misleads.
func (p *Pacer) forgetBut(n int) {
	n = min(n, p.reports)
	for i := range n {
		p.sorted[i] = p.delays[(p.reports-n+i)%paceWindow]
	}
	copy(p.delays[:n], p.sorted[:n])
	p.reports, p.late, p.early = n, 0, 0
	p.least = slices.Min(p.delays[:n])
}

// newestMax is the largest of the newest n delays.
func (p *Pacer) newestMax(n int) float64 {
	largest := math.Inf(-1)
	for i := range min(n, p.reports) {
		largest = max(largest, p.delays[(p.reports-1-i)%paceWindow])
	}
	return largest
}

// usual sorts the remembered delays and returns the middle one.
func (p *Pacer) usual() float64 {
	n := min(p.reports, paceWindow)
	copy(p.sorted[:n], p.delays[:n])
	slices.Sort(p.sorted[:n])
	return p.sorted[n/2]
}

// steer aims at the phase that the remembered delays ask for.
func (p *Pacer) steer(settling bool) {
	usual := p.usual()
	slow := p.sorted[int(paceQuantile*float64(min(p.reports, paceWindow)-1))]
	want := slow + paceMargin
	want = min(max(want, usual+max(p.period/2, paceMargin)), usual+paceMaxLead)
	ahead := want - p.phase // ms by which inputs must be earlier
	switch {
	case settling && ahead > p.period/2:
		// Inputs that would be late anyway are left out: that costs nothing and is right at once.
		p.jump(math.Ceil(ahead/p.period) * p.period)
	case settling && ahead < -p.period/2, ahead < -10*p.period:
		p.jump(ahead)
	}
	p.speed = 1 + min(max(0.1*(want-p.phase)/p.period, -paceSlower), paceFaster)
}

// jump changes the phase at once: later by waiting, earlier by leaving ticks out.
func (p *Pacer) jump(ms float64) {
	if ms > 0 {
		ticks := uint32(ms / p.period)
		p.tick += ticks
		p.skipped += uint64(ticks)
	} else {
		p.due = p.due.Add(p.span(-ms))
	}
	p.phase += ms
}
