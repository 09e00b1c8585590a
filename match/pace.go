package match

import "time"

// pace is how often one connection gets a snapshot: in every tick, or in every 2nd, 3rd or 6th when its way cannot carry more. It falls at
// the first sign that snapshots pile up, and rises one step at a time after a while without one; a rise that proves too early makes
// the next one later, so that a link is not driven over its edge every few seconds.
type pace struct {
	step     int           // index of divisors
	slowest  int           // the last step that is allowed
	ticks    int           // of the present window
	due      int           // snapshots due in it
	refused  int           // of them not sent
	rtt      time.Duration // least round trip of the window before; 0: none was known
	calm     int           // windows in a row without a sign of congestion, since the last step
	patience int           // as many of them make it rise; 0: minPatience
	rose     bool          // the last step was a rise
}

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
	paceWindows = 4                     // a second
	minPatience = 2 * paceWindows       // windows: 2 s
	maxPatience = 16 * paceWindows      // windows: 16 s
	growth      = 60 * time.Millisecond // of the least round trip from window to window: a queue is building
)

// isDue reports whether a snapshot is due at a tick when the last one was sent at another. Seats of one pace are due in the same ticks,
// so that they share their bytes; who could not be sent one is due until it is.
func (p *pace) isDue(tick, last uint32) bool {
	d := divisors[p.step]
	return tick%d == 0 || tick-last >= d
}

// note takes whether a snapshot that was due was sent.
func (p *pace) note(sent bool) {
	if p.due++; !sent {
		p.refused++
	}
}

// tick ends a tick, and with it, now and then, a window. rtt is the least round trip that was measured since the last window, 0 for
// none; taken says that the window is over and it has been used.
func (p *pace) tick(rate int, rtt time.Duration) (taken bool) {
	if p.ticks++; p.ticks*paceWindows < rate {
		return false
	}
	congested := p.refused*4 > p.due || p.rtt != 0 && rtt > p.rtt+growth
	p.ticks, p.due, p.refused, p.rtt = 0, 0, 0, rtt
	p.patience = max(p.patience, minPatience)
	switch p.calm++; {
	case congested:
		if p.rose && p.calm <= p.patience {
			p.patience = min(2*p.patience, maxPatience)
		}
		p.step, p.calm, p.rose = min(p.step+1, p.slowest), 0, false
	case p.calm >= p.patience && p.step > 0:
		p.step, p.calm, p.rose = p.step-1, 0, true
	case p.calm >= maxPatience:
		p.patience = minPatience
	}
	return true
}
