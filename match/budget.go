package match

import (
	"cmp"
	"slices"

	"github.com/deltatick/deltatick/protocol"
)

// budget chooses the rows of a snapshot whose body may only have so many bytes. Those that are not chosen keep, in what the clients hold,
// the values they had there, or are not there yet; so what is sent is a snapshot like any other, and its hash is right.
//
// A row that the clients do not hold as it is gathers claim: its weight ([Table.Priority]) for each tick that it waits. Rows go by falling claim, a
// view's own before others, and lose their claim when they are sent. What is gone, or has left the view, always goes, and one row at least.
//
// So nothing starves. Let all of N rows change in every tick, a snapshot hold k of them at least, and a row of weight w have waited for
// L ticks, while W is the greatest weight. Who was sent before it in the last L*w/W ticks had at least its claim, so it had itself waited
// for that long before: no row twice in these ticks. Hence k*L*w/W <= N-1, and L <= (N-1)/k * W/w. Own rows that fill a snapshot by themselves
// let the others go first in the next one, which makes that bound, of those others, twice as long.
type budget struct {
	bytes int // 0: none

	// Of the present hop; the memory is kept.
	rows  []pending // by table and rising id
	order []int32   // of rows, those first that go first
	state *protocol.Packed
}

// firstTries is after how many bodies that were too long the choice shrinks by more than these tell.
const firstTries = 4

// fit encodes as much of a hop for a stream as fits, and moves the stream on to what that makes.
func (f *fanout) fit(s *stream, h *hop) []byte {
	b := &f.budget
	b.collect(f.schema, s, h)
	b.rank(s.others)
	n := b.guess(s)
	for try := 1; ; try++ {
		to := h.to.shot
		if n < len(b.rows) {
			b.pick(n)
			to = b.part(f.streams.shots, f.schema, h)
		} else {
			to.refs++
		}
		state := b.stateOf(s, f.schema)
		body := f.encode(state, h.at, to, h.mixed)
		if len(body) <= b.bytes || n <= 1 {
			if state != nil {
				b.state, s.state = s.state, state
			}
			f.streams.shots.release(s.at)
			s.at = to
			f.counters.Deferred.Add(uint64(len(b.rows) - n))
			b.settle(s, n, len(body))
			return body
		}
		f.streams.shots.release(to)
		n = b.less(n, len(body), try)
	}
}

// stateOf is a copy of a stream's state of the codec, so that it can be tried more than once.
func (b *budget) stateOf(s *stream, schema protocol.Schema) *protocol.Packed {
	if s.state == nil {
		return nil
	}
	if b.state == nil {
		b.state = protocol.NewPacked(schema)
	}
	b.state.CopyFrom(s.state)
	return b.state
}

// rank puts the pending rows in the order in which they go. others says that those that are not the view's own come first.
func (b *budget) rank(others bool) {
	b.order = grown(b.order, len(b.rows))
	for i := range b.order {
		b.order[i] = int32(i)
	}
	slices.SortFunc(b.order, func(i, j int32) int {
		p, q := &b.rows[i], &b.rows[j]
		if p.own != q.own {
			if p.own != others {
				return -1
			}
			return +1
		}
		return cmp.Or(cmp.Compare(q.claim, p.claim), cmp.Compare(i, j))
	})
}

// guess is how many rows to try first, by what rows took before and a little less, for a second try costs more.
func (b *budget) guess(s *stream) int {
	n := len(b.rows)
	if s.perRow > 0 {
		n = min(n, int(float32(b.bytes)*15/16/s.perRow))
	}
	return max(n, min(1, len(b.rows)))
}

// less is how many rows to try next after n made a body of so many bytes: at the same bytes a row a little less than what fits.
func (b *budget) less(n, bytes, try int) int {
	if try >= firstTries {
		return max(1, n/8) // it is not the rows
	}
	return max(1, min(n-1, n*b.bytes/bytes*15/16))
}

// pick chooses the first n rows in order.
func (b *budget) pick(n int) {
	for rank, i := range b.order {
		b.rows[i].sent = rank < n
	}
}

// settle remembers what a body of n rows has left for later.
func (b *budget) settle(s *stream, n, bytes int) {
	for t := range s.claims {
		s.claims[t] = s.claims[t][:0]
	}
	if n > 0 {
		perRow := float32(bytes) / float32(n)
		if s.perRow > 0 {
			perRow = (3*s.perRow + perRow) / 4
		}
		s.perRow = perRow
	}
	if n == len(b.rows) {
		s.others = false
		return
	}
	waits, went := false, false // rows that are not the view's own
	for i := range b.rows {
		p := &b.rows[i]
		if !p.own {
			waits, went = waits || !p.sent, went || p.sent
		}
		if !p.sent {
			s.claims[p.table] = append(s.claims[p.table], claim{p.id, p.claim})
		}
	}
	s.others = waits && !went
}
