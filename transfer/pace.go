package transfer

import (
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// What a Pace aims at. By the time it hears of a queue that is too long, that has grown for one more round trip; so both together, and one least chunk,
// are less than a tick of a sixtieth of a second on every link that carries a tick's snapshot beside a least chunk.
const (
	target    = 5 * time.Millisecond // of queueing that is borne, as RFC 6817 calls it
	maxGrowth = 0.25                 // of the window in a round trip
	maxCut    = 0.5                  // of the window in a round trip
	minWindow = protocol.MinChunk
	maxWindow = protocol.MaxWindow
	chunks    = 4 // of a window
	stuck     = 8 // round trips with the least window after which the way itself must have become longer
)

// Pace bounds the bytes of transfers that are on their way over one connection, so that they do not queue up there: other frames would have to wait
// behind them. It is a congestion control that gives way to everything else, in the manner of LEDBAT (RFC 6817): the time from a chunk to its
// progress is that of the way, the least that was seen, and of queues; the window shrinks when the queues take more than 5 ms, and grows otherwise, in a
// round trip by no more than fills that much. The zero value is ready, for a new connection.
type Pace struct {
	window float64 // bytes; 0: none was asked for yet
	way    time.Duration
	filled bool // the window was what held a chunk back, in this round

	// A round lasts until the progress of a chunk that was sent in it.
	round  time.Time     // began
	least  time.Duration // that a chunk took in it; 0: none has come
	stuck  int           // rounds in a row that were too slow with the least window
	lately time.Duration // least in these
}

// Room is how many bytes the next chunk may have, if so many of all transfers on the connection are in flight; 0: none may be sent before another progress.
func (p *Pace) Room(inFlight int) int {
	p.window = max(p.window, minWindow)
	chunk := min(max(int(p.window)/chunks, minWindow), protocol.MaxChunk)
	if inFlight > 0 && inFlight+chunk > int(p.window) {
		p.filled = true
		return 0
	}
	return chunk
}

// Took notes that the progress of a chunk came now, which was sent then.
func (p *Pace) Took(sent, now time.Time) {
	took := max(now.Sub(sent), time.Microsecond)
	if p.way == 0 || took < p.way {
		p.way = took
	}
	if p.least == 0 || took < p.least {
		p.least = took
	}
	if sent.Before(p.round) {
		return
	}
	p.adjust(p.least)
	p.round, p.least, p.filled = now, 0, false
}

// adjust ends a round in which the fastest chunk took so long.
func (p *Pace) adjust(least time.Duration) {
	queue := least - p.way
	if queue <= target {
		p.stuck = 0
		if p.filled {
			p.window = min(p.window*(1+min(maxGrowth, float64(target)/float64(least))), maxWindow)
		}
		return
	}
	if p.window > minWindow {
		p.window = max(p.window*max(maxCut, float64(target)/float64(queue)), minWindow)
		return
	}
	// Nothing of ours is queued: one chunk at a time.
	if p.stuck == 0 || least < p.lately {
		p.lately = least
	}
	if p.stuck++; p.stuck == stuck {
		p.way, p.stuck = p.lately, 0
	}
}
