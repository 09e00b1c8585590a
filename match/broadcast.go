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

// look finds out who can be sent this tick's snapshot, and makes their views of it. The error is the game's.
func (m *Match) look(now time.Time) error {
	m.ready, m.looking = m.ready[:0], m.looking[:0]
	for _, s := range m.seated {
		if s.out.link != nil && m.isDue(s) && m.canSend(s, now) {
			m.ready, m.looking = append(m.ready, s), append(m.looking, s.id)
		}
	}
	return m.core.guard(func() { m.core.views.look(m.looking) })
}

// broadcast sends this tick's snapshot to the seats that are ready for it.
func (m *Match) broadcast(now time.Time) {
	f := m.fanout
	f.begin(m.core.views.all.shot.snap)
	for _, s := range m.ready {
		f.place(s, m.core.views.of(s.id))
	}
	for i := range f.hops {
		m.send(&f.hops[i], now)
	}
}

// isDue reports whether a seat's link can carry a snapshot in this tick, as far as is known of it, and takes a look at what is known.
func (m *Match) isDue(s *Seat) bool {
	out, counters := &s.out, m.cfg.Counters
	step := out.pace.step
	out.pace.tick(m.core.tick, m.cfg.TickRate, &out.flight)
	if now := out.pace.step; now != step {
		counters.Pace[step].Add(-1)
		counters.Pace[now].Add(1)
		if now > step {
			counters.Falls.Add(1)
		} else {
			counters.Rises.Add(1)
		}
	}
	if out.stream == nil || out.pace.isDue(m.core.tick, out.flight.last) {
		return true
	}
	counters.drop(DropSnapshotRate)
	return false
}

// canSend reports whether a seat can be sent a snapshot, and keeps the pace informed.
func (m *Match) canSend(s *Seat, now time.Time) (can bool) {
	out := &s.out
	defer func() { out.pace.note(can, out.flight.acked) }()
	switch {
	case out.flight.age(now) > protocol.AckTimeout:
		out.link.Close(protocol.CloseSlow)
	case out.pace.drains(out.flight.count), out.flight.full(now, out.pace.clear, out.pace.carried):
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
	every := uint32(m.cfg.HashEvery)
	if h.at == nil || cur.tick/every != head.Base/every {
		head.Hash, head.HasHash = to.at.hashOf(m.core.schema), true
	}
	var next *Seat
	var sent, total uint64
	for s := h.first; s != nil; s = next {
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
		sent++
		total += uint64(len(bytes) + len(body))
	}
	// Once for all, since other matches count at the same place from other cores.
	counters.Snapshots.Add(sent)
	counters.Bytes.Add(total)
	if h.at == nil {
		counters.Keyframes.Add(sent)
	}
	m.fanout.streams.release(to)
}

// headFor completes a head with what differs from seat to seat.
func (m *Match) headFor(s *Seat, h protocol.SnapshotHead) protocol.SnapshotHead {
	if s.id != 0 {
		// Not what the seat holds now: that may have come while the step was running.
		h.Input, h.Slack = m.core.inputs.bySeat[s.id].tick, s.slack
	}
	return h
}
