package peer

import "sync"

// queue holds frames for the one goroutine that writes them, bounded by their bytes, those of the one that is just being written included.
type queue struct {
	max  int
	wake chan struct{} // has a token when there is something to take

	mu     sync.Mutex
	frames [][]byte
	bytes  int // of frames, and of the one that is being written
	taken  int // bytes of that one
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

// next returns the frame whose turn it is; nil: none waits. The one before has been written then: until then it counts.
func (q *queue) next() []byte {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.bytes -= q.taken
	q.taken = 0
	if len(q.frames) == 0 {
		return nil
	}
	frame := q.frames[0]
	q.frames[0] = nil
	q.frames, q.taken = q.frames[1:], len(frame)
	return frame
}

// close takes nothing more, and returns what never left.
func (q *queue) close() [][]byte {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	frames := q.frames
	q.frames, q.bytes = nil, q.taken
	return frames
}
