// Package feed has the two ways in which engines hand over what is published: a queue that is bounded and tells of its gaps, and a
// watch of lobbies, in which the newest wins; and the set of both that closes with an engine.
package feed

import (
	"context"
	"sync"

	"github.com/deltatick/deltatick/cluster"
)

// Queue is a [cluster.Feed] of what is pushed, in order. A reader who is slower than what comes loses what is beyond the limit, and is
// told so in its place.
type Queue[T any] struct {
	limit int
	stop  func() // ends and waits for who pushes

	mu     sync.Mutex
	items  []item[T]
	closed bool
	wake   chan struct{} // holds at most one
}

type item[T any] struct {
	value T
	gap   bool
}

// NewQueue makes a queue of at most so many values. Close calls stop, if that is not nil, once.
func NewQueue[T any](limit int, stop func()) *Queue[T] {
	return &Queue[T]{limit: limit, stop: stop, wake: make(chan struct{}, 1)}
}

// Push adds a value. If there is no room it is dropped, and a gap noted unless the newest item is one. It does not wait.
func (q *Queue[T]) Push(value T) (dropped, gap bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) >= q.limit {
		return true, q.miss()
	}
	q.add(item[T]{value: value})
	return false, false
}

// Miss notes a gap, and says whether the reader is told of one more. It does not wait.
func (q *Queue[T]) Miss() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.miss()
}

// miss adds a gap unless the newest item is one, so there is never more than one item beyond the limit.
func (q *Queue[T]) miss() bool {
	if n := len(q.items); n > 0 && q.items[n-1].gap || q.closed {
		return false
	}
	q.add(item[T]{gap: true})
	return true
}

func (q *Queue[T]) add(it item[T]) {
	if q.closed {
		return
	}
	q.items = append(q.items, it)
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// Next implements [cluster.Feed].
func (q *Queue[T]) Next(ctx context.Context) (T, error) {
	for {
		q.mu.Lock()
		if len(q.items) > 0 {
			it := q.items[0]
			q.items[0] = item[T]{}
			q.items = q.items[1:]
			q.mu.Unlock()
			if it.gap {
				return it.value, cluster.ErrMissed
			}
			return it.value, nil
		}
		closed := q.closed
		q.mu.Unlock()
		var none T
		if closed {
			return none, cluster.ErrClosed
		}
		select {
		case <-ctx.Done():
			return none, ctx.Err()
		case <-q.wake:
		}
	}
}

// Close implements [cluster.Feed].
func (q *Queue[T]) Close() {
	q.mu.Lock()
	was := q.closed
	q.closed = true
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default:
	}
	if !was && q.stop != nil {
		q.stop()
	}
}
