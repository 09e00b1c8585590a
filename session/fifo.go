package session

// fifo is a queue of frames that knows its size in bytes. Its memory follows its length in powers of two and is kept. The zero
// value is empty.
type fifo struct {
	ring  [][]byte // length is 0 or a power of two
	head  int
	n     int
	bytes int
}

func (q *fifo) push(frame []byte) {
	if q.n == len(q.ring) {
		grown := make([][]byte, max(16, 2*q.n))
		for i := range q.n {
			grown[i] = q.at(i)
		}
		q.ring, q.head = grown, 0
	}
	q.ring[(q.head+q.n)&(len(q.ring)-1)] = frame
	q.n++
	q.bytes += len(frame)
}

// at is the i-th oldest frame.
func (q *fifo) at(i int) []byte { return q.ring[(q.head+i)&(len(q.ring)-1)] }

// pop removes the oldest frame of a queue that is not empty.
func (q *fifo) pop() []byte {
	frame := q.ring[q.head]
	q.ring[q.head] = nil
	q.head = (q.head + 1) & (len(q.ring) - 1)
	q.n--
	q.bytes -= len(frame)
	return frame
}
