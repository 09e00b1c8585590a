package session

// lane numbers a session's events 1, 2, 3, ... and keeps the newest as frames until they are acknowledged. It needs Session.mu.
type lane struct {
	kept      fifo
	last      uint32 // number of the newest event, kept or not
	maxEvents int
	maxBytes  int
}

// next is the number for the event that is added next.
func (l *lane) next() uint32 { return l.last + 1 }

// add keeps an event's frame, gives up the oldest that it leaves no room for, and returns how many those are. An event larger
// than the whole room is among them.
func (l *lane) add(frame []byte) (dropped int) {
	l.last++
	l.kept.push(frame)
	for l.kept.n > l.maxEvents || l.kept.bytes > l.maxBytes {
		l.kept.pop()
		dropped++
	}
	return dropped
}

// handled forgets the events up to a number. A number that is still to come counts as the newest.
func (l *lane) handled(seq uint32) {
	for l.kept.n > 0 && l.first() <= seq {
		l.kept.pop()
	}
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
