package peer

import "sync"

// queue holds frames for the one goroutine that writes them, bounded by their bytes.
type queue struct {
	max  int
	wake chan struct{} // has a token when there is something to take

	mu     sync.Mutex
	frames [][]byte
	bytes  int
	closed bool
}

func newQueue(max int) *queue { return &queue{max: max, wake: make(chan struct{}, 1)} }

// put queues a frame, and says why it did not.
func (q *queue) put(frame []byte) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.closed:
		return ErrUnreachable
	case q.bytes+len(frame) > q.max:
		return ErrFull
	}
	q.frames = append(q.frames, frame)
	q.bytes += len(frame)
	q.rouse()
	return nil
}

// rouse has whoever waits look whether there is something to take.
func (q *queue) rouse() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// take returns all that waits.
func (q *queue) take() [][]byte {
	q.mu.Lock()
	defer q.mu.Unlock()
	frames := q.frames
	q.frames, q.bytes = nil, 0
	return frames
}

// close takes nothing more, and returns what never left.
func (q *queue) close() [][]byte {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	frames := q.frames
	q.frames, q.bytes = nil, 0
	return frames
}
