package session

import (
	"sync"

	"github.com/deltatick/deltatick/protocol"
)

// outgoing is what waits to be written on one connection: an ordered queue, and a place for one snapshot beside it. Putting something
// in never blocks; the writing goroutine takes it out.
type outgoing struct {
	maxFrames int
	maxBytes  int
	wake      chan struct{} // one slot: something below has changed

	mu       sync.Mutex
	queue    fifo
	snapshot []byte // kept when empty, to be filled again
	offered  bool   // snapshot holds one
	ahead    int    // frames of the queue that were there before it, and leave before it
	link     *Link  // the only one whose calls count
	ping     bool   // a ping is due
	over     bool   // nothing is put in any more
	flush    bool   // over, but what is queued still leaves
}

func newOutgoing(maxFrames, maxBytes int) *outgoing {
	return &outgoing{maxFrames: maxFrames, maxBytes: maxBytes, wake: make(chan struct{}, 1)}
}

// verdict is what became of a frame.
type verdict uint8

const (
	taken    verdict = iota
	refused          // the connection is over, or the link is dead
	overflow         // there is no room: the connection has to end
)

// push queues a frame, which must not be changed any more. With a link, only if it is the connection's present one.
func (o *outgoing) push(frame []byte, from *Link) verdict {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.over || from != nil && o.link != from:
		return refused
	case o.queue.n >= o.maxFrames, o.queue.n > 0 && o.queue.bytes+len(frame) > o.maxBytes:
		return overflow
	}
	o.queue.push(frame)
	o.signal()
	return taken
}

// offer copies a snapshot into the free place. It reports false when the place is not free or the link is dead.
func (o *outgoing) offer(from *Link, head, body []byte) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.over || o.link != from || o.offered {
		return false
	}
	o.snapshot = append(append(o.snapshot[:0], head...), body...)
	o.offered, o.ahead = true, o.queue.n
	o.signal()
	return true
}

func (o *outgoing) ready(from *Link) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return !o.over && o.link == from && !o.offered
}

func (o *outgoing) isLink(l *Link) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.link == l
}

// setLink makes every other link dead. It reports whether a snapshot of the older one was thrown away.
func (o *outgoing) setLink(l *Link) (dropped bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	dropped = o.offered
	o.link, o.offered = l, false
	return dropped
}

func (o *outgoing) pingSoon() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ping = true
	o.signal()
}

// finish takes nothing more in. With flush, what is queued still leaves.
func (o *outgoing) finish(flush bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.over, o.flush = true, flush
	o.signal()
}

// signal needs mu.
func (o *outgoing) signal() {
	select {
	case o.wake <- struct{}{}:
	default: // the writer has not yet woken for the last one
	}
}

// action is what the writing goroutine is to do next.
type action uint8

const (
	actWait action = iota
	actFrame
	actSnapshot
	actPing
	actClose
)

// next takes out what is to be written next. For a snapshot, its buffer changes places with spare.
func (o *outgoing) next(spare []byte) (action, []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	// When it is the snapshot's turn, what came after it waits, so that the end of a match follows the state of its last tick.
	turn := o.offered && o.ahead == 0 && !o.over
	switch {
	case o.queue.n > 0 && !turn && (!o.over || o.flush):
		o.ahead = max(0, o.ahead-1)
		return actFrame, o.queue.pop()
	case o.over:
		return actClose, nil
	case o.ping:
		o.ping = false
		return actPing, nil
	case o.offered:
		frame := o.snapshot
		o.snapshot, o.offered = spare, false
		return actSnapshot, frame
	}
	return actWait, nil
}

// left is what was never taken out of a connection that is over.
func (o *outgoing) left() (frames int, snapshot bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.queue.n, o.offered
}

// kindOf is a frame's kind for counting.
func kindOf(frame []byte) protocol.Kind {
	kind, err := protocol.PeekKind(frame)
	if err != nil {
		return 0
	}
	return kind
}
