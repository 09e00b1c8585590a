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
	minRTT time.Duration // the way there and back without a queue, as far as is known; 0: not yet
	least  time.Duration // the least round trip since somebody set it to 0
}

type sentSnapshot struct {
	tick  uint32
	at    time.Time
	alone bool // nothing else was under way, so no queue of our making delayed it
}

const (
	flightSize = 128
	// firstRTT stands in for the round trip until one is known, and is the most that one is taken for.
	firstRTT = time.Second
)

func (f *flight) send(tick uint32, at time.Time) {
	if f.count == 0 {
		f.first = 0 // the same cache line tick after tick, where few are under way
	}
	f.sent[(f.first+f.count)%flightSize] = sentSnapshot{tick, at, f.count == 0}
	f.count++
	f.last = tick
}

// acknowledge forgets all up to a tick that was acknowledged at a time. It reports false, and forgets nothing, for a tick that was
// never sent.
func (f *flight) acknowledge(tick uint32, at time.Time) bool {
	if tick > f.last {
		return false
	}
	for f.count > 0 && f.sent[f.first].tick <= tick {
		s := f.sent[f.first]
		f.first = (f.first + 1) % flightSize
		f.count--
		f.measure(s, at.Sub(s.at), s.tick == tick)
	}
	return true
}

// measure learns from a snapshot that is known to have arrived, exactly if the acknowledgement was its own. The smallest round trip counts; it
// grows again, by half the difference at a time, when a snapshot that had the way to itself took longer: then the way has changed. What
// others delayed says nothing about the way, and must not raise the bound.
func (f *flight) measure(s sentSnapshot, rtt time.Duration, exact bool) {
	rtt = min(max(rtt, 1), firstRTT)
	if exact && (f.least == 0 || rtt < f.least) {
		f.least = rtt
	}
	switch {
	case exact && (f.minRTT == 0 || rtt < f.minRTT):
		f.minRTT = rtt
	case s.alone && f.minRTT != 0 && rtt > f.minRTT:
		f.minRTT += (rtt - f.minRTT) / 2
	}
}

// forget takes everything as arrived.
func (f *flight) forget() { f.first, f.count = 0, 0 }

// age is how long the oldest has been under way.
func (f *flight) age(now time.Time) time.Duration {
	if f.count == 0 {
		return 0
	}
	return now.Sub(f.sent[f.first].at)
}

// full reports whether another snapshot would only make the queue older.
func (f *flight) full(now time.Time) bool {
	rtt := f.minRTT
	if rtt == 0 {
		rtt = firstRTT
	}
	return f.count == flightSize || f.age(now) > rtt+protocol.AckSlack
}
