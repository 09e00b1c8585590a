package recording

import (
	"math"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// Tick is one tick of a recording.
type Tick struct {
	match.TickRecord
	Hash uint32 // of the world, as docs/PROTOCOL.md section 7 has it; 0 when the game broke
}

// A tick is the record
//
//	[65, tick, [act, ...], [event, ...], hash, state]
//
// with the last two nil when the game broke in it, and
//
//	act:   [kind, seat, ...]: join has user, name, away; configure a map of settings; input its age, how many ticks before this
//	                          one the world was that its player saw (nil: not known), and a quantum for each field unless they are those of the
//	                          seat's last input in the segment
//	event: [seat, name, payload]: 0 for everyone; payload is binary or nil
//	state: a snapshot body in codec "packed": a keyframe for the first tick of a segment, then a delta from the tick before

// tickCoder is what both sides know of the ticks before in the same segment.
type tickCoder struct {
	schema protocol.Schema
	inputs protocol.Fields
	last   [match.MaxSeats + 1][]int32 // quanta of each seat's last input; empty: none yet
}

func (k *tickCoder) reset() {
	for i := range k.last {
		k.last[i] = k.last[i][:0]
	}
}

// tickWriter makes tick records.
type tickWriter struct {
	tickCoder
	out   *composer
	state *protocol.SequenceEncoder
	body  []byte
}

func newTickWriter(h *Header) (*tickWriter, error) {
	state, err := protocol.NewSequenceEncoder(h.Schema, stateCodec)
	if err != nil {
		return nil, err
	}
	return &tickWriter{tickCoder: tickCoder{schema: h.Schema, inputs: h.Inputs}, out: newComposer(), state: state}, nil
}

// restart begins a segment: what comes next stands for itself.
func (w *tickWriter) restart() {
	w.reset()
	w.state.Keyframe()
}

// encode is a tick's record, good until the next call.
func (w *tickWriter) encode(t *match.TickRecord) []byte {
	w.out.reset()
	w.out.array(6)
	w.out.integer(recordTick)
	w.out.integer(int64(t.Tick))
	w.out.array(len(t.Acts))
	for i := range t.Acts {
		w.act(t.Tick, &t.Acts[i])
	}
	w.out.array(len(t.Events))
	for _, e := range t.Events {
		w.out.array(3)
		w.out.integer(int64(e.To))
		w.out.str(e.Name)
		w.out.bin(e.Payload)
	}
	if t.Broken {
		w.out.null()
		w.out.null()
	} else {
		w.out.integer(int64(protocol.Hash(t.Snapshot, w.schema)))
		w.body = w.state.Encode(w.body[:0], t.Snapshot)
		w.out.raw(w.body)
	}
	return w.out.buf.Bytes()
}

func (w *tickWriter) act(tick uint32, a *match.Act) {
	out := w.out
	head := func(more int) {
		out.array(2 + more)
		out.integer(int64(a.Kind))
		out.integer(int64(a.Seat))
	}
	switch a.Kind {
	case match.ActJoin:
		head(3)
		out.str(a.Player.User)
		out.str(a.Player.Name)
		out.boolean(a.Player.Away)
	case match.ActConfigure:
		head(1)
		out.raw(protocol.MustEncode(a.Settings))
	case match.ActInput:
		last := &w.last[a.Seat]
		if len(a.Quanta) == len(*last) && equal(a.Quanta, *last) {
			head(2)
			out.integer(int64(a.Age))
			w.seen(tick, a.Seen)
			return
		}
		*last = append((*last)[:0], a.Quanta...)
		head(2 + len(a.Quanta))
		out.integer(int64(a.Age))
		w.seen(tick, a.Seen)
		for _, q := range a.Quanta {
			out.integer(int64(q))
		}
	default:
		head(0)
	}
}

// seen is written as a distance, which stays much the same from tick to tick.
func (w *tickWriter) seen(tick, seen uint32) {
	if seen == 0 {
		w.out.null()
		return
	}
	w.out.integer(int64(tick) - int64(seen))
}

func equal(a, b []int32) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// tickReader reads tick records of anyone's making.
type tickReader struct {
	tickCoder
	in    *parser
	state *protocol.SequenceDecoder
}

func newTickReader(h *Header) (*tickReader, error) {
	state, err := protocol.NewSequenceDecoder(h.Schema, stateCodec)
	if err != nil {
		return nil, err
	}
	return &tickReader{tickCoder: tickCoder{schema: h.Schema, inputs: h.Inputs}, in: newParser(), state: state}, nil
}

// decode reads a record that unwrap has passed. keyframe says that it is the first of a segment.
func (r *tickReader) decode(record []byte, keyframe bool) (*Tick, error) {
	if keyframe {
		r.reset()
	}
	p := r.in
	p.reset(record)
	elements := p.array()
	if elements < 6 {
		return nil, damaged("tick of %d elements", elements)
	}
	p.u32()
	t := &Tick{}
	t.Tick = p.u32()
	for n := p.array(); n > 0 && p.err == nil; n-- {
		t.Acts = append(t.Acts, r.act(t.Tick))
	}
	for n := p.array(); n > 0 && p.err == nil; n-- {
		t.Events = append(t.Events, r.event(t.Tick))
	}
	if t.Broken = p.null(); t.Broken {
		return t, p.err
	}
	t.Hash = p.u32()
	body := p.raw()
	if p.err != nil {
		return nil, p.err
	}
	var err error
	if t.Snapshot, err = r.state.Decode(t.Tick, keyframe, body); err != nil {
		return nil, damaged("state of tick %d: %v", t.Tick, err)
	}
	return t, nil
}

func (r *tickReader) act(tick uint32) (a match.Act) {
	p := r.in
	elements := p.array()
	if elements < 2 {
		p.fail("act of %d elements", elements)
		return a
	}
	a.Kind, a.Seat = match.ActKind(p.integer(0, math.MaxUint8)), match.SeatID(p.integer(0, match.MaxSeats))
	more := elements - 2
	switch a.Kind {
	case match.ActJoin:
		if more < 3 {
			p.fail("join of %d elements", elements)
			return a
		}
		a.Player = match.Player{Seat: a.Seat, User: p.str(), Name: p.str(), Away: p.boolean()}
		p.skip(more - 3)
	case match.ActLeave, match.ActAway, match.ActBack:
		p.skip(more)
	case match.ActConfigure:
		raw := p.raw()
		if p.err == nil {
			take(p, 0, msgpack.Unmarshal(raw, &a.Settings))
		}
		p.skip(more - 1)
	case match.ActInput:
		r.input(tick, &a, more)
	default:
		p.fail("act of kind %d", a.Kind)
	}
	return a
}

func (r *tickReader) input(tick uint32, a *match.Act, more int) {
	p, last := r.in, &r.last[a.Seat]
	switch fields := len(r.inputs); {
	case more == 2+fields && fields > 0:
		*last = (*last)[:0]
		a.Age, a.Seen = int(p.integer(0, math.MaxInt32)), r.seen(tick)
		for range fields {
			*last = append(*last, int32(p.integer(math.MinInt32, math.MaxInt32)))
		}
	case more == 2 && len(*last) == fields:
		a.Age, a.Seen = int(p.integer(0, math.MaxInt32)), r.seen(tick)
	default:
		p.fail("input of %d elements for %d fields", more, fields)
		return
	}
	a.Quanta = append([]int32(nil), *last...)
}

func (r *tickReader) seen(tick uint32) uint32 {
	if r.in.null() {
		return 0
	}
	return uint32(int64(tick) - r.in.integer(int64(tick)-math.MaxUint32, int64(tick)-1))
}

func (r *tickReader) event(tick uint32) (e match.SimEvent) {
	p := r.in
	elements := p.array()
	if elements < 3 {
		p.fail("event of %d elements", elements)
		return e
	}
	e = match.SimEvent{Tick: tick, To: match.SeatID(p.integer(0, match.MaxSeats)), Name: p.str(), Payload: p.bin()}
	p.skip(elements - 3)
	return e
}
