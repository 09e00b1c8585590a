package session

import "time"

// lane numbers a session's events 1, 2, 3, ... and keeps the newest as frames until they are acknowledged or too old. It needs Session.mu.
type lane struct {
	kept      fifo
	born      ring[time.Time] // of the frames in kept, one each
	last      uint32          // number of the newest event, kept or not
	maxEvents int
	maxBytes  int
	maxAge    time.Duration
	now       func() time.Time
}

// next is the number for the event that is added next.
func (l *lane) next() uint32 { return l.last + 1 }

// add keeps an event's frame, gives up the oldest that it leaves no room for, and returns how many those are. An event larger
// than the whole room is among them.
func (l *lane) add(frame []byte) (dropped int) {
	l.last++
	l.kept.push(frame)
	l.born.push(l.now())
	for l.kept.n > l.maxEvents || l.kept.bytes > l.maxBytes {
		l.pop()
		dropped++
	}
	return dropped
}

func (l *lane) pop() {
	l.kept.pop()
	l.born.pop()
}

// handled forgets the events up to a number. A number that is still to come counts as the newest.
func (l *lane) handled(seq uint32) {
	for l.kept.n > 0 && l.first() <= seq {
		l.pop()
	}
}

// age gives up the events that are too old, and returns how many those are.
func (l *lane) age() (dropped int) {
	if l.kept.n == 0 {
		return 0
	}
	now := l.now()
	for l.kept.n > 0 && now.Sub(l.born.at(0)) > l.maxAge {
		l.pop()
		dropped++
	}
	return dropped
}

// first is the number of the oldest event that is kept, or the next one's when none is.
func (l *lane) first() uint32 { return l.last + 1 - uint32(l.kept.n) }

// lost is how many of the events after seq are no longer kept.
func (l *lane) lost(seq uint32) uint32 {
	if first := l.first(); seq+1 < first {
		return first - seq - 1
	}
	return 0
}
