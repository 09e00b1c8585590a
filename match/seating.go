package match

import (
	"slices"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// This file is what the match's goroutine does about seats: taking them, leaving them, and collecting what connections left.

// seat lets someone in at the present tick.
func (m *Match) seat(s *Seat) {
	m.seated = append(m.seated, s)
	m.countSeat(s, +1)
	if s.id != 0 && !m.closing {
		m.try(m.core.join(Player{Seat: s.id, User: s.member.User, Name: s.member.Name}))
	}
}

// unseat gives a seat up. It stays in the list until [Match.sweep].
func (m *Match) unseat(s *Seat, reason string) {
	if s.gone {
		return
	}
	s.gone = true
	s.close()
	if s.id != 0 && !m.closing {
		m.try(m.core.leave(s.id))
	}
	if !m.silent {
		s.tellExit(m.exit(reason, nil), m.core.tick)
	}
}

// sweep forgets seats that were given up, and makes them free.
func (m *Match) sweep() {
	kept := m.seated[:0]
	for _, s := range m.seated {
		if !s.gone {
			kept = append(kept, s)
			continue
		}
		m.countSeat(s, -1)
		m.unlink(s)
		m.mu.Lock()
		s.left = true
		if s.id != 0 {
			if m.bySeat[s.id] == s { // nobody has taken it since
				m.bySeat[s.id] = nil
			}
		} else {
			m.watchers--
		}
		m.mu.Unlock()
	}
	clear(m.seated[len(kept):])
	m.seated = kept
}

func (m *Match) countSeat(s *Seat, by int64) {
	c := m.cfg.Counters
	if s.id == 0 {
		c.Watchers.Add(by)
		return
	}
	c.Players.Add(by)
	if s.away {
		c.Away.Add(by)
	}
}

// collect takes what a seat's connection left since the last tick, and notices that it came or went.
func (m *Match) collect(s *Seat, n uint32, now time.Time) {
	if s.gone {
		return
	}
	s.mu.Lock()
	link, ack, ackAt, resync := s.link, s.ack, s.ackAt, s.resync
	s.resync, s.ack = false, 0
	if s.id != 0 {
		slot := &m.core.inputs.bySeat[s.id]
		s.inputs.roundTrip, s.inputs.every = s.out.flight.minRTT, divisors[s.out.pace.step]
		s.inputs.take(n, m.loop.Due(n+1), slot)
		s.slack = s.inputs.slack
		if slot.age > 0 {
			m.cfg.Counters.Repeats.Add(1)
		}
		m.core.noteInput(s.id)
	}
	s.mu.Unlock()
	if link != s.out.link {
		m.connect(s, link, now)
	} else if ack != 0 && !s.out.flight.acknowledge(ack, ackAt) {
		m.cfg.Counters.drop(DropAckStale)
	}
	if resync {
		// Who asks for a keyframe has read what was sent, and may be unable to acknowledge it.
		m.fanout.streams.join(s, nil)
		s.out.flight.forget()
	}
	m.watchPresence(s, now)
}

// connect starts a seat's sending anew on another connection, or stops it.
func (m *Match) connect(s *Seat, link Link, now time.Time) {
	m.unlink(s)
	if link == nil {
		s.downSince = now
		return
	}
	m.linked.Add(1)
	s.out.link, s.out.packed = link, link.Codec() == protocol.CodecPacked
	s.out.pace.slowest = slices.Index(divisors[:], uint32(m.cfg.MaxDivisor))
	m.cfg.Counters.Pace[0].Add(1)
	s.attached = true
	link.Send(protocol.MustEncode(&protocol.Enter{
		Kind: protocol.KindEnter, Epoch: m.cfg.Epoch, Match: m.cfg.ID, Game: m.cfg.Kind.Name, Seat: uint16(s.id),
		TickRate: uint32(m.cfg.TickRate), Tick: m.core.tick, HashEvery: uint32(m.cfg.HashEvery),
		Tables: m.core.schema, Inputs: m.core.inputs.fields,
	}))
}

// unlink forgets a seat's connection and how far it had been brought.
func (m *Match) unlink(s *Seat) {
	if s.out.link != nil {
		m.linked.Add(-1)
		m.cfg.Counters.Pace[s.out.pace.step].Add(-1)
	}
	m.fanout.streams.join(s, nil)
	s.out = sending{}
}

// arrivalTime is how long someone who has just been seated may take to bring a connection before the game is told that the
// player is away: normally it comes within the same tick.
const arrivalTime = time.Second

// watchPresence tells the game about players who went away or came back, and gives up seats whose grace is over.
func (m *Match) watchPresence(s *Seat, now time.Time) {
	if s.out.link != nil {
		m.setAway(s, false)
		return
	}
	down := now.Sub(s.downSince)
	if s.attached || down > arrivalTime {
		m.setAway(s, true)
	}
	if down > m.cfg.Grace {
		m.unseat(s, ReasonExpired)
	}
}

func (m *Match) setAway(s *Seat, away bool) {
	if s.away == away || s.id == 0 {
		return
	}
	s.away = away
	if away {
		m.cfg.Counters.Away.Add(1)
	} else {
		m.cfg.Counters.Away.Add(-1)
	}
	if !m.closing {
		m.try(m.core.setAway(s.id, away))
	}
}

// exit is the payload of the match channel's reserved event.
type exit struct {
	Match  string       `msgpack:"match"`
	Reason string       `msgpack:"reason"`
	Result protocol.Raw `msgpack:"result"`
}

// exit encodes the payload of that event.
func (m *Match) exit(reason string, result []byte) []byte {
	return protocol.MustEncode(&exit{Match: m.cfg.ID, Reason: reason, Result: protocol.OrNil(result)})
}

func (s *Seat) tellExit(payload []byte, tick uint32) {
	s.member.Out.Emit(protocol.ChannelMatch, protocol.EventExit, payload, tick)
}
