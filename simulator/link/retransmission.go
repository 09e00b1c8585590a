package link

import "time"

const (
	minRTO = 200 * time.Millisecond // Linux, where RFC 6298 has a second
	maxRTO = 120 * time.Second      // Linux
	// timerSlack is by how much Linux's timer is later than RACK says: 2 ms that it adds, and its rounding to 4 ms (HZ 250).
	timerSlack = 5 * time.Millisecond
	// giveUp is after how long a packet is given up that never gets through; Linux tries for 15 minutes, longer than anybody here listens.
	giveUp = 5 * time.Minute
)

// resent returns when the transmission is sent that gets through, of a packet that was lost when sent at a time; or Never.
func (d *Direction) resent(first time.Duration) time.Duration {
	if first < d.held.until { // the timer has found what was lost before; its acknowledgement brings this one up
		if at := d.held.until; !d.lost(at) {
			return at
		}
	}
	rto := d.rtt + max(minRTO, 8*d.jitter) // d.jitter is half of RTTVAR
	timed := false
	for sent := first; sent-first < giveUp; {
		at, byTimer := d.noticed(sent, rto)
		if byTimer {
			rto, timed = min(2*rto, maxRTO), true
		}
		if !d.lost(at) {
			if timed {
				d.held = hold{from: first + WindowSegments*d.gap, until: max(d.held.until, at+d.rtt)}
			}
			return at
		}
		sent = at
	}
	return Never
}

// noticed returns when the loss of a packet sent at a time is noticed, and whether by a timer. See the package's documentation.
func (d *Direction) noticed(sent, rto time.Duration) (at time.Duration, byTimer bool) {
	timer := sent + rto
	if probe := 2*d.rtt + minRTO; d.gap > probe {
		timer = min(timer, sent+probe)
	}
	through := 0
	rack := Never
	for k := time.Duration(1); k <= WindowSegments; k++ {
		acknowledged := sent + k*d.gap + d.rtt
		if acknowledged >= min(timer, rack) {
			break
		}
		if d.lost(sent + k*d.gap) {
			continue
		}
		if through++; through == 1 {
			rack = max(acknowledged, sent+d.rtt+d.rtt/4+timerSlack)
		}
		if through == 3 { // DupThresh
			rack = min(rack, acknowledged)
		}
	}
	if rack < timer {
		return rack, false
	}
	return timer, true
}
