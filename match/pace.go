package match

import "time"

// pace is how often one connection gets a snapshot: in every tick, or in every 2nd, 3rd or 6th when its way cannot carry more. What tells that
// is a queue that stands for a round trip. A stall does not: a lost packet holds up all behind it, for more than a round trip, but then
// everything comes at once, and what was sent last is as young as ever. So a verdict needs a window in which a snapshot went there and its
// acknowledgement came back, and looks at the quickest of them (as CoDel does, RFC 8289), not at the silence. The rate falls at once, to what
// has been delivered, and rises by a step after half a second without a queue; a rise that proves too early makes the next one later, so that a
// link is not driven over its edge every few seconds.
type pace struct {
	step    int // index of divisors
	slowest int // the last step that is allowed
	window  window

	rtt      time.Duration      // least round trip of the windows before, let rise slowly; 0: none was known
	carried  float64            // snapshots/s that have been seen to arrive lately; 0: not known
	clear    bool               // the last window that was judged had no queue
	draining bool               // nothing is sent until all that is under way has arrived
	settling bool               // this window began with a fall, and sees the queue of before
	excused  bool               // the window before was not judged
	calm     int                // ticks without a queue since the last step
	patience [len(divisors)]int // by step: as many of them make the rate rise to it
	rose     bool               // the last step was a rise
}

// window is a round trip, or a quarter of a second if that is longer.
type window struct {
	first   uint32 // tick it began in
	due     int    // snapshots due in it
	refused int    // of them not sent
	run     int    // of them since the newest acknowledgement
	longest int    // of them without an acknowledgement in between
	acked   uint32 // the newest acknowledgement
}

// blocked reports whether much was refused that was due, so many refusals excused.
func (w *window) blocked(excused int) bool { return (w.refused-excused)*4 > w.due-excused }

// divisors of the tick rate, by step. All divide mergeTicks, so that seats of one pace meet there.
var divisors = [...]uint32{1, 2, 3, 6}

// Divisors lists in how many ticks a connection can get one snapshot. It is what [Counters.Pace] is indexed like.
func Divisors() []int {
	all := make([]int, len(divisors))
	for i, d := range divisors {
		all[i] = int(d)
	}
	return all
}

const (
	paceWindows = 4                     // a second at most
	hastes      = 2                     // a second: the least patience is half of one
	maxPatience = 16                    // s
	proven      = 2                     // s: a rate that has been kept that long is carried
	growth      = 60 * time.Millisecond // of the least round trip: a queue is building
	fading      = 7. / 8                // a window, of what has arrived in a better one
	forgetting  = growth / 4            // a window, of what the least round trip was: a way may get longer
	standing    = 2 * growth            // beyond the smallest round trip: a queue that neither grows nor goes, or a way that got longer
)

// isDue reports whether a snapshot is due at a tick when the last one was sent at another. Seats of one pace are due in the same ticks,
// so that they share their bytes; who could not be sent one is due until it is.
func (p *pace) isDue(tick, last uint32) bool {
	d := divisors[p.step]
	return tick%d == 0 || tick-last >= d
}

// note takes whether a snapshot that was due was sent, and the newest tick that has been acknowledged.
func (p *pace) note(sent bool, acked uint32) {
	w := &p.window
	if w.due++; acked != w.acked {
		w.acked, w.run = acked, 0
	}
	if !sent {
		w.refused++
		w.run++
		w.longest = max(w.longest, w.run)
	}
}

// tick ends a tick, and with it, now and then, a window, whose verdict it draws and with which it starts anew.
func (p *pace) tick(now uint32, rate int, f *flight) {
	ticks := int(now - p.window.first)
	if ticks*paceWindows < rate || f.acked < p.window.first && (p.settling || !p.window.blocked(p.window.longest)) {
		return
	}
	w, rtt, taken := p.window, f.least, f.taken
	p.window, f.least, f.taken = window{first: now}, 0, 0
	arrived := float64(taken) * float64(rate) / float64(ticks)
	if p.settling {
		p.settling, p.rtt, p.carried = false, rtt, max(p.carried, arrived)
		return
	}
	blocked := w.blocked(0)
	if blocked && !w.blocked(w.longest) && !p.excused {
		p.excused = true
		return
	}
	p.excused = false
	known := p.rtt != 0
	queued := blocked || known && rtt > p.rtt+growth
	stands := min(rtt, firstRTT) > f.minRTT+standing
	p.clear = known && !queued && !stands
	if queued {
		p.rtt, p.carried = rtt, arrived
		p.fall(rate)
		return
	}
	if !known {
		p.rtt = rtt
	} else {
		p.rtt, p.carried = min(rtt, p.rtt+forgetting), max(arrived, p.carried*fading)
	}
	p.keep(rate, ticks, stands)
}

// fall takes the verdict that there is a queue, and goes to a rate that the link has been seen to carry.
func (p *pace) fall(rate int) {
	if p.rose && p.calm <= proven*rate {
		p.patience[p.step] = min(2*p.patience[p.step], maxPatience*rate)
	}
	p.calm, p.rose, p.settling = 0, false, p.step < p.slowest
	for p.step < p.slowest {
		p.patience[p.step] = max(p.patience[p.step], rate/hastes)
		if p.step++; p.carried*float64(divisors[p.step]) >= float64(rate) {
			return
		}
	}
}

// keep takes the verdict that no queue builds up, after a window of so many ticks. One may stand there all the same, or the way may have got longer
// than it was: to find out, it is let run dry, and the next snapshot has the way to itself.
func (p *pace) keep(rate, ticks int, stands bool) {
	if p.calm += ticks; p.calm >= proven*rate {
		p.patience[p.step] = 0
		if stands {
			p.draining, p.settling, p.calm = true, true, 0
		}
	}
	if p.step > 0 && !stands && p.calm >= p.patience[p.step-1] {
		p.step, p.calm, p.rose, p.settling = p.step-1, 0, true, true
	}
}

// drains reports whether to wait until what is under way has arrived, which are so many snapshots.
func (p *pace) drains(underWay int) bool {
	p.draining = p.draining && underWay > 0
	return p.draining
}
