package relay

import (
	"fmt"
	"sync"
)

// What waits for the goroutine that writes a connection, with what it is just writing: some seconds of a player's inputs, and no less than four of the largest frames.
const (
	maxOutboxBytes  = 64 << 10
	maxOutboxFrames = 512
)

// outbox holds frames for the one goroutine that writes a connection. Two buffers take turns, so that nothing is allocated for a frame.
type outbox struct {
	wake chan struct{} // has a token when there is something to take

	// Guarded by mu.
	mu      sync.Mutex
	waiting batch
	writing batch // from take to done; its contents are read without mu by the goroutine that writes, and change only in done
	last    bool  // nothing comes after what waits
}

// batch is frames, one after the other.
type batch struct {
	bytes []byte
	ends  []int // of each frame, in bytes
}

func newOutbox() *outbox { return &outbox{wake: make(chan struct{}, 1)} }

var (
	errFull = fmt.Errorf("%w: it does not take what waits for it", ErrLost)
	errOver = fmt.Errorf("%w: nothing more is sent over it", ErrLost)
)

// put copies a frame into the outbox. last: nothing may come after it. Errors: errFull, errOver.
func (o *outbox) put(frame []byte, last bool) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.last:
		return errOver
	case len(o.waiting.bytes)+len(o.writing.bytes)+len(frame) > maxOutboxBytes, len(o.waiting.ends)+len(o.writing.ends) >= maxOutboxFrames:
		return errFull
	}
	o.waiting.bytes = append(o.waiting.bytes, frame...)
	o.waiting.ends = append(o.waiting.ends, len(o.waiting.bytes))
	o.last = last
	select {
	case o.wake <- struct{}{}:
	default:
	}
	return nil
}

// take returns what waits, and whether nothing comes after it. It counts until done.
func (o *outbox) take() (b batch, last bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.waiting, o.writing = o.writing, o.waiting
	return o.writing, o.last
}

// done says that what was taken has been written.
func (o *outbox) done() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.writing = batch{o.writing.bytes[:0], o.writing.ends[:0]}
}

// close takes nothing more, and returns how many frames waited, or were just being written.
func (o *outbox) close() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.last = true
	return len(o.waiting.ends) + len(o.writing.ends)
}
