package match

import (
	"time"

	"github.com/deltatick/deltatick/protocol"
)

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
	f := m.fanout
	f.hops = f.hops[:0]
	for _, s := range m.seated {
		if s.out.link != nil && m.ready(s, now) {
			f.place(s, m.core.views.of(s.id))
		}
	}
	for i := range f.hops {
		m.send(&f.hops[i], now)
	}
}

// ready reports whether a seat can be sent a snapshot.
func (m *Match) ready(s *Seat, now time.Time) bool {
	out := &s.out
	switch {
	case out.flight.age(now) > protocol.AckTimeout:
		out.link.Close(protocol.CloseSlow)
	case out.flight.full(now):
		m.cfg.Counters.drop(DropSnapshotFlight)
	case !out.link.Ready():
		m.cfg.Counters.drop(DropSnapshotBusy)
	default:
		return true
	}
	return false
}

// send encodes a hop's body and hands it to the seats of the hop.
func (m *Match) send(h *hop, now time.Time) {
	counters, cur := m.cfg.Counters, h.to.shot
	head := protocol.SnapshotHead{Epoch: m.cfg.Epoch, Tick: cur.tick}
	if h.at != nil {
		head.Base = h.at.tick
	}
	to, body := m.fanout.advance(h)
	counters.Encodings.Add(1)
	every := uint32(m.cfg.HashEvery)
	if h.at == nil || cur.tick/every != head.Base/every {
		head.Hash, head.HasHash = to.at.hashOf(m.core.schema), true
	}
	for s, next := h.first, h.first; s != nil; s = next {
		next = s.out.next
		s.out.next = nil
		bytes := m.fanout.head.Encode(m.headFor(s, head))
		if !s.out.link.Offer(bytes, body) {
			// It was ready, so the connection has ended meanwhile.
			m.fanout.streams.join(s, nil)
			counters.drop(DropSnapshotBusy)
			continue
		}
		m.fanout.streams.join(s, to)
		s.out.flight.send(cur.tick, now)
		counters.Snapshots.Add(1)
		counters.Bytes.Add(uint64(len(bytes) + len(body)))
		if h.at == nil {
			counters.Keyframes.Add(1)
		}
	}
	m.fanout.streams.release(to)
}

// headFor completes a head with what differs from seat to seat.
func (m *Match) headFor(s *Seat, h protocol.SnapshotHead) protocol.SnapshotHead {
	if s.id != 0 {
		// Not what the seat holds now: that may have come while the step was running.
		h.Input = m.core.inputs.bySeat[s.id].tick
		s.mu.Lock()
		h.Slack = s.inputs.slack
		s.mu.Unlock()
	}
	return h
}
