package match

import (
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// flight is what one connection has been sent and has not acknowledged. What bounds the age of a slow client's state is what is
// under way to it, wherever it queues; a bound on the socket's own buffer alone lets seconds pile up in the network.
type flight struct {
	sent   [flightSize]sentSnapshot // a queue: oldest at first
	first  int
	count  int
	last   uint32        // newest tick sent
	acked  uint32        // newest tick acknowledged
	began  time.Time     // when the first was sent
	minRTT time.Duration // the way there and back without a queue, as far as is known; 0: not yet
	least  time.Duration // the least round trip since somebody set it to 0
	taken  int           // how many have arrived since somebody set it to 0
}

type sentSnapshot struct {
	at    time.Duration // since flight.began
	tick  uint32
	alone bool // nothing else was under way, so no queue of our making delayed it
}

const (
	// flightSize is enough for flight.patience over a round trip of firstRTT, at 100 Hz.
	flightSize = 256
	// firstRTT stands in for the round trip until one is known, and is the most that one is taken for.
	firstRTT = time.Second
)

func (f *flight) send(tick uint32, at time.Time) {
	if f.count == 0 {
		f.first = 0 // the same cache line tick after tick, where few are under way
	}
	if f.began.IsZero() {
		f.began = at
	}
	f.sent[(f.first+f.count)%flightSize] = sentSnapshot{at.Sub(f.began), tick, f.count == 0}
	f.count++
	f.last = tick
}

// acknowledge forgets all up to a tick that was acknowledged at a time. It reports false, and forgets nothing, for a tick that was
// never sent.
func (f *flight) acknowledge(tick uint32, at time.Time) bool {
	if tick > f.last {
		return false
	}
	f.acked = max(f.acked, tick)
	since := at.Sub(f.began)
	for f.count > 0 && f.sent[f.first].tick <= tick {
		s := f.sent[f.first]
		f.first = (f.first + 1) % flightSize
		f.count--
		f.taken++
		f.measure(s, max(since-s.at, 1), s.tick == tick)
	}
	return true
}

// measure learns from a snapshot that is known to have arrived, exactly if the acknowledgement was its own. The smallest round trip counts; it
// grows again, by half the difference at a time, when a snapshot that had the way to itself took longer: then the way has changed. What
// others delayed says nothing about the way, and must not raise the bound.
func (f *flight) measure(s sentSnapshot, rtt time.Duration, exact bool) {
	if exact && (f.least == 0 || rtt < f.least) {
		f.least = rtt
	}
	rtt = min(rtt, firstRTT)
	switch {
	case exact && (f.minRTT == 0 || rtt < f.minRTT):
		f.minRTT = rtt
	case s.alone && f.minRTT != 0 && rtt > f.minRTT:
		f.minRTT += (rtt - f.minRTT) / 2
	}
}

// forget takes everything as arrived.
func (f *flight) forget() { f.first, f.count, f.acked = 0, 0, f.last }

// age is how long the oldest has been under way.
func (f *flight) age(now time.Time) time.Duration {
	if f.count == 0 {
		return 0
	}
	return now.Sub(f.began) - f.sent[f.first].at
}

// full reports whether another snapshot would only make the queue older. Where a queue is known to have built up, the oldest may be under way
// for a round trip and protocol.AckSlack. Where none is (clear), as long again as it takes until a lost packet has been sent once more:
// 5/4 of a round trip (RFC 8985, section 7.2). What stands behind that packet comes through with it, all at once, and if nothing
// was sent meanwhile there is a second gap as long, of our own making. Nor are more under way than arrive in that time, when carried
// says how many a second do (0: not known): what the age of the oldest shows too late.
func (f *flight) full(now time.Time, clear bool, carried float64) bool {
	most := f.minRTT + protocol.AckSlack
	switch {
	case f.minRTT == 0:
		most += firstRTT
	case clear:
		most += f.minRTT * 5 / 4
	}
	return f.count == flightSize || f.age(now) > most || carried > 0 && float64(f.count) > 1+carried*most.Seconds()
}
