package match

import (
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// fanout encodes each tick's snapshot once for every distinct baseline and shares the bytes between all seats that have it.
type fanout struct {
	schema protocol.Schema
	body   *protocol.BodyEncoder
	head   *protocol.HeadEncoder
	bodies []encodedBody // of this tick; the memory is kept from tick to tick
	hash   uint32
	hashed bool
}

type encodedBody struct {
	base  uint32 // 0: keyframe
	bytes []byte
}

func newFanout(schema protocol.Schema) *fanout {
	return &fanout{schema: schema, body: protocol.NewBodyEncoder(schema), head: protocol.NewHeadEncoder()}
}

func (f *fanout) begin() {
	f.bodies = f.bodies[:0]
	f.hashed = false
}

// bodyFrom is the body from a base, which is nil for a keyframe, to cur. fresh says that nobody had asked for it in this tick.
func (f *fanout) bodyFrom(base, cur *protocol.Snapshot) (body []byte, fresh bool) {
	tick := uint32(0)
	if base != nil {
		tick = base.Tick
	}
	for i := range f.bodies {
		if f.bodies[i].base == tick {
			return f.bodies[i].bytes, false
		}
	}
	n := len(f.bodies)
	if n < cap(f.bodies) {
		f.bodies = f.bodies[:n+1]
	} else {
		f.bodies = append(f.bodies, encodedBody{})
	}
	b := &f.bodies[n]
	b.base = tick
	b.bytes = append(b.bytes[:0], f.body.Encode(base, cur)...)
	return b.bytes, true
}

func (f *fanout) hashOf(cur *protocol.Snapshot) uint32 {
	if !f.hashed {
		f.hash, f.hashed = protocol.Hash(cur, f.schema), true
	}
	return f.hash
}

// deliver hands this tick's events to those they are for.
func (m *Match) deliver() {
	for _, e := range m.core.outbox {
		for _, s := range m.seated {
			if e.to == 0 || e.to == s.id {
				s.member.Out.Emit(protocol.ChannelMatch, e.name, e.payload, m.core.tick)
			}
		}
	}
}

// broadcast sends this tick's snapshot to every seat that can take it.
func (m *Match) broadcast(now time.Time) {
	m.fanout.begin()
	cur := m.core.at(m.core.tick)
	for _, s := range m.seated {
		if s.out.link != nil {
			m.sendSnapshot(s, cur, now)
		}
	}
}

func (m *Match) sendSnapshot(s *Seat, cur *protocol.Snapshot, now time.Time) {
	out, counters := &s.out, m.cfg.Counters
	if out.flight.age(now) > protocol.AckTimeout {
		out.link.Close(protocol.CloseSlow)
		return
	}
	if out.flight.full(now) {
		counters.drop(DropSnapshotFlight)
		return
	}
	if !out.link.Ready() {
		counters.drop(DropSnapshotBusy)
		return
	}
	base := m.core.at(out.baseline)
	body, fresh := m.fanout.bodyFrom(base, cur)
	if fresh {
		counters.Encodings.Add(1)
	}
	head := m.fanout.head.Encode(m.headFor(s, base, cur))
	if !out.link.Offer(head, body) {
		counters.drop(DropSnapshotBusy)
		return
	}
	out.baseline = cur.Tick
	out.flight.send(cur.Tick, now)
	counters.Snapshots.Add(1)
	counters.Bytes.Add(uint64(len(head) + len(body)))
	if base == nil {
		counters.Keyframes.Add(1)
	}
}

func (m *Match) headFor(s *Seat, base, cur *protocol.Snapshot) protocol.SnapshotHead {
	h := protocol.SnapshotHead{Epoch: m.cfg.Epoch, Tick: cur.Tick}
	if base != nil {
		h.Base = base.Tick
	}
	if base == nil || cur.Tick%uint32(m.cfg.HashEvery) == 0 {
		h.Hash, h.HasHash = m.fanout.hashOf(cur), true
	}
	if s.id != 0 {
		// Not what the seat holds now: that may have come while the step was running.
		h.Input = m.core.inputs.bySeat[s.id].tick
		s.mu.Lock()
		h.Slack = s.inputs.slack
		s.mu.Unlock()
	}
	return h
}
