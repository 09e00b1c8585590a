package recording

import (
	"maps"
	"sync"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// queue takes ticks from the match's goroutine to the writer's. The match copies into entries that the writer has given back, so that in the
// steady state nothing is allocated, and never waits: without a free entry the queue is over.
type queue struct {
	begun  chan struct{} // closed when header is there
	header Header
	wake   chan struct{} // holds one: there is something to take, or nothing will come any more

	// Guarded by mu, which is held for a few instructions only.
	mu      sync.Mutex
	waiting []*entry // a ring
	first   int
	count   int
	free    []*entry // the one given back last is taken first: its memory is warm
	made    int      // entries that there are
	over    bool     // nothing is taken in any more
	slow    bool     // because there was no room
	result  match.Result
}

// entry is a tick in memory of its own.
type entry struct {
	record match.TickRecord
	world  *protocol.Snapshot
	quanta []int32
	bytes  []byte
}

func newQueue(size int) *queue {
	return &queue{begun: make(chan struct{}), wake: make(chan struct{}, 1), waiting: make([]*entry, size), free: make([]*entry, 0, size)}
}

// begin, put and finish are for the match's goroutine.
func (q *queue) begin(h Header) {
	q.header = h
	close(q.begun)
}

func (q *queue) put(t *match.TickRecord) {
	e := q.acquire()
	if e == nil {
		return
	}
	e.copyFrom(t, q.header.Schema)
	q.mu.Lock()
	q.waiting[(q.first+q.count)%len(q.waiting)] = e
	q.count++
	q.mu.Unlock()
	q.signal()
}

func (q *queue) finish(result match.Result) {
	q.mu.Lock()
	q.over, q.result = true, result
	q.mu.Unlock()
	q.signal()
}

// acquire is an entry to copy into, or nil when the queue is over.
func (q *queue) acquire() *entry {
	q.mu.Lock()
	if n := len(q.free); n > 0 && !q.over {
		e := q.free[n-1]
		q.free = q.free[:n-1]
		q.mu.Unlock()
		return e
	}
	grow := !q.over && q.made < len(q.waiting)
	switch {
	case grow:
		q.made++
	case !q.over:
		q.over, q.slow = true, true
	}
	q.mu.Unlock()
	if !grow {
		q.signal()
		return nil
	}
	return &entry{world: protocol.NewSnapshot(q.header.Schema)}
}

func (q *queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// take, release, ending and close are for the writer's goroutine. take waits for the next entry; nil means that none will come.
func (q *queue) take() *entry {
	for {
		q.mu.Lock()
		if q.count > 0 {
			e := q.waiting[q.first]
			q.waiting[q.first] = nil
			q.first = (q.first + 1) % len(q.waiting)
			q.count--
			q.mu.Unlock()
			return e
		}
		over := q.over
		q.mu.Unlock()
		if over {
			return nil
		}
		<-q.wake
	}
}

func (q *queue) release(e *entry) {
	q.mu.Lock()
	q.free = append(q.free, e)
	q.mu.Unlock()
}

// ending is how the match ended, or that the queue was over before.
func (q *queue) ending() (match.Result, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.result, q.slow
}

// close takes nothing more and lets the memory go.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.over, q.free, q.count = true, nil, 0
	clear(q.waiting)
}

// copyFrom makes the entry a copy of a tick, in the entry's own memory.
func (e *entry) copyFrom(t *match.TickRecord, schema protocol.Schema) {
	e.quanta, e.bytes = e.quanta[:0], e.bytes[:0]
	e.record = match.TickRecord{
		Tick: t.Tick, Broken: t.Broken, Acts: append(e.record.Acts[:0], t.Acts...), Events: append(e.record.Events[:0], t.Events...),
	}
	for i := range e.record.Acts {
		a := &e.record.Acts[i]
		a.Settings = maps.Clone(a.Settings)
		start := len(e.quanta)
		e.quanta = append(e.quanta, a.Quanta...)
		a.Quanta = e.quanta[start:len(e.quanta):len(e.quanta)]
	}
	for i := range e.record.Events {
		start := len(e.bytes)
		e.bytes = append(e.bytes, e.record.Events[i].Payload...)
		e.record.Events[i].Payload = e.bytes[start:len(e.bytes):len(e.bytes)]
	}
	if t.Snapshot != nil {
		e.world.CopyFrom(t.Snapshot, schema)
		e.record.Snapshot = e.world
	}
}
