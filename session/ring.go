package session

// ring is a queue whose memory follows its length in powers of two and is kept. The zero value is empty.
type ring[T any] struct {
	slots []T // length is 0 or a power of two
	head  int
	n     int
}

func (r *ring[T]) push(v T) {
	if r.n == len(r.slots) {
		grown := make([]T, max(16, 2*r.n))
		for i := range r.n {
			grown[i] = r.at(i)
		}
		r.slots, r.head = grown, 0
	}
	r.slots[(r.head+r.n)&(len(r.slots)-1)] = v
	r.n++
}

// at is the i-th oldest element.
func (r *ring[T]) at(i int) T { return r.slots[(r.head+i)&(len(r.slots)-1)] }

// pop removes the oldest element of a queue that is not empty.
func (r *ring[T]) pop() T {
	var none T
	v := r.slots[r.head]
	r.slots[r.head] = none
	r.head = (r.head + 1) & (len(r.slots) - 1)
	r.n--
	return v
}
