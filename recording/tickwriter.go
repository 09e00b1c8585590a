package recording

import (
	"slices"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

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
		if slices.Equal(a.Quanta, *last) {
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
