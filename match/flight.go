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
	minRTT time.Duration // smallest time from a snapshot's sending to its acknowledgement; 0: none yet
}

type sentSnapshot struct {
	tick uint32
	at   time.Time
}

const (
	flightSize = 128
	// firstRTT stands in for the smallest round trip until one is known.
	firstRTT = time.Second
)

func (f *flight) send(tick uint32, at time.Time) {
	f.sent[(f.first+f.count)%flightSize] = sentSnapshot{tick, at}
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
		if s.tick == tick {
			if rtt := at.Sub(s.at); f.minRTT == 0 || rtt < f.minRTT {
				f.minRTT = max(rtt, 1)
			}
		}
	}
	return true
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
