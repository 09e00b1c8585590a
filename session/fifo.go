package session

// fifo is a queue of frames that knows its size in bytes. The zero value is empty.
type fifo struct {
	ring[[]byte]
	bytes int
}

func (q *fifo) push(frame []byte) {
	q.ring.push(frame)
	q.bytes += len(frame)
}

// pop removes the oldest frame of a queue that is not empty.
func (q *fifo) pop() []byte {
	frame := q.ring.pop()
	q.bytes -= len(frame)
	return frame
}
