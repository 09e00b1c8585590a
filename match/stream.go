package match

import "github.com/deltatick/deltatick/protocol"

// stream is what seats that have received exactly the same bodies have in common: the snapshot that those made, which is the next
// one's baseline, and the state of the codec. A body is encoded once for all of a stream's seats.
//
// Not every seat of a stream is ready at every tick. If all are, the stream moves on in place. If some are, it forks: those that got
// the body go on in a copy, and those that did not keep what they had. Streams that hold the same come together again:
//
//	tick          1        2        3        4       ...      120
//	seats a b c   A-------A'-------A"                         A-+
//	                       \ c is busy                          +--A (fresh)
//	seat  c                 C----------------C (from 2)       C-+
//
// In codec "mp" the baseline is the whole state, so c is in one stream with a and b as soon as both were sent the same tick. In codec
// "packed" it is not: now and then (see mergeTicks) the streams with one baseline get a body that sets the state back ("fresh"), which
// costs them what the state had learnt, and are one from then on. A keyframe does the same for all who get one at a tick.
//
// A snapshot is of a view (see [View]), and those of two views are never the same, so a stream has seats of one view only.
type stream struct {
	at    *shot            // what its seats hold
	state *protocol.Packed // nil: codec "mp"
	seats int              // how many, and one more while it is being sent to

	// With a budget.
	claims [][]claim // by table: the rows that wait, by rising id
	perRow float32   // bytes that a row has taken lately; 0: not known
	others bool      // it is the turn of rows that are not the view's own
}

// fork makes a stream without a past go on as another one has, beside it.
func (s *stream) fork(from *stream) {
	if s.state != nil {
		s.state.CopyFrom(from.state)
	}
	s.perRow, s.others = from.perRow, from.others
	for t := range from.claims {
		s.claims[t] = append(s.claims[t][:0], from.claims[t]...)
	}
}

// Streams of codec "packed" with one baseline are made one every mergeTicks, which all divisors of the tick rate divide, and as soon as
// mergeDebt bodies have been encoded that a merge would have spared. The first is for the few that a lost tick parts; the second keeps
// a machine that is short of time, on which everyone misses ticks, from running shorter still because it encodes for each by itself.
const (
	mergeTicks = 120
	mergeDebt  = 8
)

// streams makes streams, out of those without seats where there are some.
type streams struct {
	schema protocol.Schema
	shots  *shots
	mp     []*stream
	packed []*stream
}

// empty is a stream that holds nothing and has the caller for a seat.
func (p *streams) empty(packed bool) *stream {
	list := &p.mp
	if packed {
		list = &p.packed
	}
	s := pop(list)
	if s == nil {
		s = &stream{claims: make([][]claim, len(p.schema))}
		if packed {
			s.state = protocol.NewPacked(p.schema)
		}
	}
	s.seats, s.perRow, s.others = 1, 0, false
	for t := range s.claims {
		s.claims[t] = s.claims[t][:0]
	}
	return s
}

// release takes a seat from a stream.
func (p *streams) release(s *stream) {
	if s.seats--; s.seats > 0 {
		return
	}
	p.shots.release(s.at)
	s.at = nil
	if s.state == nil {
		p.mp = append(p.mp, s)
	} else {
		p.packed = append(p.packed, s)
	}
}

// join puts a seat into a stream, in place of the one it was in; nil leaves it in none, so that it gets a keyframe next.
func (p *streams) join(s *Seat, to *stream) {
	from := s.out.stream
	if from == to {
		return
	}
	if to != nil {
		to.seats++
	}
	if s.out.stream = to; from != nil {
		p.release(from)
	}
}
