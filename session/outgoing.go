package session

import (
	"sync"

	"github.com/deltatick/deltatick/protocol"
)

// outgoing is what waits to be written on one connection: an ordered queue, a place for one snapshot beside it, and word that downloads may have something, of which
// nothing is put in. It also says whose
// turn it is to write: there is one pen, and whoever puts something in while nobody holds it gets it. The holder writes, or starts
// somebody who does, until next or release has taken the pen back, which they do only when nothing waits. Putting something in never blocks.
type outgoing struct {
	maxFrames int
	maxBytes  int

	mu       sync.Mutex
	queue    fifo
	snapshot []byte // kept when empty, to be filled again
	offered  bool   // snapshot holds one
	ahead    int    // frames of the queue that were there before it, and leave before it
	link     *Link  // the only one whose calls count
	ping     bool   // a ping is due
	pong     bool   // an answer is due
	data     string // of the answer
	bulk     bool   // downloads may have a frame, which leaves when nothing else waits
	over     bool   // nothing is put in any more
	flush    bool   // over, but what is queued still leaves
	writing  bool   // the pen is held; for good once the end was handed out
}

// verdict is what became of a frame.
type verdict uint8

const (
	refused  verdict = iota // the connection is over, the link dead, or the place taken
	overflow                // there is no room: the connection has to end
	taken                   // whoever holds the pen will come to it
	start                   // put in, and the caller holds the pen
	direct                  // not put in, since nothing is before it: the caller holds the pen and is to write it
)

// grasp takes the pen, if nobody holds it. It needs mu.
func (o *outgoing) grasp() (got bool) {
	got = !o.writing
	o.writing = true
	return got
}

// push queues a frame, which must not be changed any more. With a link, only if it is the connection's present one. With now, the caller
// would rather write it at once.
func (o *outgoing) push(frame []byte, from *Link, now bool) verdict {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.over || from != nil && o.link != from:
		return refused
	case o.queue.n >= o.maxFrames, o.queue.n > 0 && o.queue.bytes+len(frame) > o.maxBytes:
		return overflow
	}
	got := o.grasp()
	if got && now {
		return direct
	}
	o.queue.push(frame)
	if got {
		return start
	}
	return taken
}

// offer copies a snapshot into the free place, unless with now the caller would rather write it at once and may. It refuses when the
// place is not free or the link is dead.
func (o *outgoing) offer(from *Link, head, body []byte, now bool) verdict {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.over || o.link != from || o.offered {
		return refused
	}
	got := o.grasp()
	if got && now {
		return direct
	}
	o.snapshot = append(append(o.snapshot[:0], head...), body...)
	o.offered, o.ahead = true, o.queue.n
	if got {
		return start
	}
	return taken
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

// pingSoon reports whether the caller holds the pen, as pongSoon and finish do.
func (o *outgoing) pingSoon() (start bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ping = true
	return o.grasp()
}

// pongSoon has a ping answered, and no earlier one that was not yet (RFC 6455, section 5.5.3).
func (o *outgoing) pongSoon(data string) (start bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.pong, o.data = true, data
	return o.grasp()
}

// bulkSoon has downloads asked for a frame when nothing else waits. It reports whether the caller holds the pen.
func (o *outgoing) bulkSoon() (start bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.bulk = true
	return o.grasp()
}

// finish takes nothing more in. With flush, what is queued still leaves.
func (o *outgoing) finish(flush bool) (start bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.over, o.flush = true, flush
	return o.grasp()
}

// action is what the holder of the pen is to do next.
type action uint8

const (
	actNothing action = iota // the pen is not held any more
	actFrame
	actSnapshot
	actPing
	actPong
	actBulk  // a frame of a download, if there is one
	actClose // and nothing after it: the pen stays held
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
	case o.pong:
		o.pong = false
		return actPong, []byte(o.data)
	case o.ping:
		o.ping = false
		return actPing, nil
	case o.offered:
		frame := o.snapshot
		o.snapshot, o.offered = spare, false
		return actSnapshot, frame
	case o.bulk:
		o.bulk = false
		return actBulk, nil
	}
	o.writing = false
	return actNothing, nil
}

// release gives the pen back, unless something waits: then it reports true, and the caller still holds it.
func (o *outgoing) release() (more bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.writing = o.queue.n > 0 || o.over || o.pong || o.ping || o.offered || o.bulk
	return o.writing
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
