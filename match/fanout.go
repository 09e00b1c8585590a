package match

import "github.com/deltatick/deltatick/protocol"

// fanout brings seats from the snapshot that they hold to that of this tick, and encodes once what several of them need.
type fanout struct {
	schema  protocol.Schema
	mp      *protocol.BodyEncoder
	packed  *protocol.PackedEncoder
	head    *protocol.HeadEncoder
	streams streams
	budget  budget
	body    []byte // scratch

	counters *Counters
	owed     int // bodies that merging streams of codec "packed" would have spared since it was last done

	// Of this tick; the memory is kept from tick to tick.
	world *protocol.Snapshot
	hops  []hop
	merge bool // streams of codec "packed" with one baseline become one
}

// hop is one body: from a baseline to a view of this tick.
type hop struct {
	to     *view
	at     *shot   // the baseline; nil: keyframe
	from   *stream // of the first seat; nil: keyframe
	packed bool
	mixed  bool  // seats of several streams, which are one from now on
	first  *Seat // those who get it, linked by sending.next
	seats  int
}

func newFanout(schema protocol.Schema, shots *shots, bytes int, counters *Counters) *fanout {
	return &fanout{
		budget: budget{bytes: bytes}, counters: counters,
		schema: schema, streams: streams{schema: schema, shots: shots},
		mp: protocol.NewBodyEncoder(schema), packed: protocol.NewPackedEncoder(), head: protocol.NewHeadEncoder(),
	}
}

// begin takes the world of another tick.
func (f *fanout) begin(world *protocol.Snapshot) {
	f.world, f.hops = world, f.hops[:0]
	if f.merge = world.Tick%mergeTicks == 0 || f.owed >= mergeDebt; f.merge {
		f.owed = 0
	}
}

// place puts a seat that is ready among those who get the same body.
func (f *fanout) place(s *Seat, to *view) {
	from := s.out.stream
	if from != nil && from.at.stale(to.shot.tick) {
		f.streams.join(s, nil)
		from = nil
	}
	h := f.hopOf(from, to, s.out.packed)
	h.mixed = h.mixed || h.from != from
	s.out.next, h.first = h.first, s
	h.seats++
}

// hopOf is the hop for a seat of a stream, which is nil for a keyframe. Whose baselines are the same can get the same body in codec
// "mp", and in codec "packed" if it is a fresh one.
func (f *fanout) hopOf(from *stream, to *view, packed bool) *hop {
	var at *shot
	if from != nil {
		at = from.at
	}
	merge := !packed || f.merge
	alike := false
	for i := range f.hops {
		h := &f.hops[i]
		if h.to == to && h.packed == packed && h.at == at {
			if h.from == from || merge {
				return h
			}
			alike = true
		}
	}
	if alike {
		f.owed++
	}
	f.hops = append(f.hops, hop{to: to, at: at, from: from, packed: packed})
	return &f.hops[len(f.hops)-1]
}

// advance encodes the body of a hop and returns the stream in which the seats that get it are. The caller counts as one of its
// seats until it gives it back. The body is good until the next call.
func (f *fanout) advance(h *hop) (*stream, []byte) {
	s := h.from
	if s != nil && !h.mixed && h.seats == s.seats {
		s.seats++
	} else {
		s = f.streams.empty(h.packed)
		if h.at != nil && !h.mixed {
			s.fork(h.from)
		}
	}
	if f.budget.bytes > 0 {
		return s, f.fit(s, h)
	}
	body := f.encode(s.state, h.at, h.to.shot, h.mixed)
	h.to.shot.refs++
	f.streams.shots.release(s.at)
	s.at = h.to.shot
	return s, body
}

// encode writes the body from a baseline, which is nil for a keyframe, to a shot. state is nil for codec "mp".
func (f *fanout) encode(state *protocol.Packed, from, to *shot, fresh bool) []byte {
	var base *protocol.Snapshot
	if from != nil {
		base = from.snap
	}
	f.counters.Encodings.Add(1)
	if !to.world {
		markLeft(base, to.snap, f.world)
	}
	if state == nil {
		return f.mp.Encode(base, to.snap)
	}
	f.body = f.packed.Encode(f.body[:0], state, base, to.snap, fresh)
	return f.body
}

// markLeft lists in a snapshot of a view the rows that its baseline had, that it has not, and that live on in the world.
func markLeft(base, to, world *protocol.Snapshot) {
	for t := range to.Tables {
		rows := &to.Tables[t]
		rows.Left = rows.Left[:0]
		if base == nil {
			continue
		}
		i := 0
		for _, id := range base.Tables[t].IDs {
			for i < len(rows.IDs) && rows.IDs[i] < id {
				i++
			}
			if i < len(rows.IDs) && rows.IDs[i] == id {
				continue
			}
			if _, lives := world.Tables[t].Find(id); lives {
				rows.Left = append(rows.Left, id)
			}
		}
	}
}
