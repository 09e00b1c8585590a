package transfer

import (
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// What a Pace aims at. By the time it hears of a queue that is too long, that has grown for one more round trip. The figures are the ones with which both together,
// and the chunk itself, stay below a tick of a sixtieth of a second over links from 512 kbit/s on (docs/performance.md).
const (
	target      = 3 * time.Millisecond // of queueing that is borne
	growth      = 0.5                  // of the target that a window may fill more in a round trip
	maxGrowth   = 0.25                 // of the window in a round trip
	maxCut      = 0.5                  // of the window in a round trip
	minWindow   = protocol.MinChunk
	firstWindow = 8 * minWindow
	maxWindow   = protocol.MaxWindow
	maxChunk    = 2 * time.Millisecond // of the link, if it carries a window in a round trip
	stuck       = 8                    // round trips with the least window after which the way itself must have become longer
)

// Pace says when how many bytes of transfers may leave over one connection, so that they do not queue up on the way: other frames would have to wait
// behind them. It is a congestion control that gives way to everything else, in the manner of LEDBAT (RFC 6817): the time from a chunk to its
// progress is that of the way, which is the least that was seen, and of queues. While the queues take 3 ms or less, the window, which is how many bytes may be on their
// way, grows, in a round trip by no more than fills half of that; else it falls below what the way holds without a queue, by what was too much. Chunks leave
// evenly over the round trip and not together. The zero value is ready, for a new connection.
type Pace struct {
	window float64       // bytes; 0: none was asked for yet
	way    time.Duration // 0: not known yet
	next   time.Time     // when the next chunk may leave
	filled bool          // a chunk was held back in this round

	// A round lasts until the progress of a chunk that was sent in it.
	round  time.Time     // began
	least  time.Duration // that a chunk took in it; 0: none has come
	stuck  int           // rounds in a row that were too slow with the least window
	lately time.Duration // least in these
}

// Room is how many bytes the next chunk may have, with so many of all transfers of the connection in flight. If it is 0, none may leave before wait is over, or, if
// that is 0, before another progress has come.
func (p *Pace) Room(inFlight int, now time.Time) (bytes int, wait time.Duration) {
	if p.window == 0 {
		p.window = firstWindow
	}
	bytes = minWindow
	if p.way > 0 {
		bytes = int(min(max(p.window*float64(maxChunk)/float64(p.way), minWindow), protocol.MaxChunk))
	}
	if wait = p.next.Sub(now); wait > 0 {
		p.filled = true
		return 0, wait
	}
	if inFlight > 0 && (inFlight+bytes > int(p.window) || p.way == 0) {
		p.filled = true
		return 0, 0
	}
	return bytes, 0
}

// Left notes that a chunk of so many bytes leaves now.
func (p *Pace) Left(bytes int, now time.Time) {
	p.next = now.Add(time.Duration(float64(p.way) * float64(bytes) / p.window))
}

// Took notes that the progress of a chunk came now, which left then.
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
	if queue := least - p.way; queue <= target {
		p.stuck = 0
		if p.filled {
			p.window = min(p.window*(1+min(maxGrowth, growth*float64(target)/float64(least))), maxWindow)
		}
		return
	}
	if p.window > minWindow {
		holds := float64(p.way) / float64(least) // of the window, without a queue
		p.window = max(p.window*max(maxCut, holds*holds), minWindow)
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
