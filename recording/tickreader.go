package recording

import (
	"math"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// tickReader reads tick records of anyone's making.
type tickReader struct {
	tickCoder
	in    *protocol.ValueReader
	state *protocol.SequenceDecoder
}

func newTickReader(h *Header) (*tickReader, error) {
	state, err := protocol.NewSequenceDecoder(h.Schema, stateCodec)
	if err != nil {
		return nil, err
	}
	return &tickReader{tickCoder: tickCoder{schema: h.Schema, inputs: h.Inputs}, in: protocol.NewValueReader(), state: state}, nil
}

// decode reads a record that unwrap has passed. keyframe says that it is the first of a segment.
func (r *tickReader) decode(record []byte, keyframe bool) (*Tick, error) {
	if keyframe {
		r.reset()
	}
	p := r.in
	p.Reset(record)
	elements := p.Array()
	if elements < 6 {
		return nil, damaged("tick of %d elements", elements)
	}
	p.Uint32()
	t := &Tick{}
	t.Tick = p.Uint32()
	for n := p.Array(); n > 0 && p.Err() == nil; n-- {
		t.Acts = append(t.Acts, r.act(t.Tick))
	}
	for n := p.Array(); n > 0 && p.Err() == nil; n-- {
		t.Events = append(t.Events, r.event(t.Tick))
	}
	if t.Broken = p.Nil(); t.Broken {
		return t, p.Err()
	}
	t.Hash = p.Uint32()
	body := p.Raw()
	if p.Err() != nil {
		return nil, p.Err()
	}
	var err error
	if t.Snapshot, err = r.state.Decode(t.Tick, keyframe, body); err != nil {
		return nil, damaged("state of tick %d: %v", t.Tick, err)
	}
	return t, nil
}

func (r *tickReader) act(tick uint32) (a match.Act) {
	p := r.in
	elements := p.Array()
	if elements < 2 {
		p.Fail("act of %d elements", elements)
		return a
	}
	a.Kind, a.Seat = match.ActKind(p.Integer(0, math.MaxUint8)), match.SeatID(p.Integer(0, match.MaxSeats))
	more := elements - 2
	switch a.Kind {
	case match.ActJoin:
		if more < 3 {
			p.Fail("join of %d elements", elements)
			return a
		}
		a.Player = match.Player{Seat: a.Seat, User: p.String(maxRecord), Name: p.String(maxRecord), Away: p.Bool()}
		p.Skip(more - 3)
	case match.ActLeave, match.ActAway, match.ActBack:
		p.Skip(more)
	case match.ActConfigure:
		raw := p.Raw()
		if p.Err() == nil {
			if err := msgpack.Unmarshal(raw, &a.Settings); err != nil {
				p.Fail("settings: %v", err)
			}
		}
		p.Skip(more - 1)
	case match.ActInput:
		r.input(tick, &a, more)
	default:
		p.Fail("act of kind %d", a.Kind)
	}
	return a
}

func (r *tickReader) input(tick uint32, a *match.Act, more int) {
	p, last := r.in, &r.last[a.Seat]
	switch fields := len(r.inputs); {
	case more == 2+fields && fields > 0:
		*last = (*last)[:0]
		a.Age, a.Seen = int(p.Integer(0, math.MaxInt32)), r.seen(tick)
		for range fields {
			*last = append(*last, int32(p.Integer(math.MinInt32, math.MaxInt32)))
		}
	case more == 2 && len(*last) == fields:
		a.Age, a.Seen = int(p.Integer(0, math.MaxInt32)), r.seen(tick)
	default:
		p.Fail("input of %d elements for %d fields", more, fields)
		return
	}
	a.Quanta = append([]int32(nil), *last...)
}

func (r *tickReader) seen(tick uint32) uint32 {
	if r.in.Nil() {
		return 0
	}
	return uint32(int64(tick) - r.in.Integer(int64(tick)-math.MaxUint32, int64(tick)-1))
}

func (r *tickReader) event(tick uint32) (e match.SimEvent) {
	p := r.in
	elements := p.Array()
	if elements < 3 {
		p.Fail("event of %d elements", elements)
		return e
	}
	e = match.SimEvent{Tick: tick, To: match.SeatID(p.Integer(0, match.MaxSeats)), Name: p.String(maxRecord), Payload: p.Binary()}
	p.Skip(elements - 3)
	return e
}
