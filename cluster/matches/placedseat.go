package matches

import "github.com/deltatick/deltatick/match"

// PlacedSeat is a seat in a [Placed], as its lobby has it.
type PlacedSeat struct {
	placed *Placed
	who    sitter
}

// ID is the seat's number, 0 for a spectator.
func (s *PlacedSeat) ID() match.SeatID { return s.who.Seat }

// MatchID is the match that it is in.
func (s *PlacedSeat) MatchID() string { return s.placed.id }

// User is who sits there.
func (s *PlacedSeat) User() string { return s.who.User }

// Join takes the lowest free seat for somebody. The match is told; it does not answer. The member's Out is not used: events go where the outboxes of
// the host are, to whoever is attached there. Errors: match.ErrFull, match.ErrOver.
func (m *Placed) Join(member match.Member) (*PlacedSeat, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.over {
		return nil, match.ErrOver
	}
	for id := 1; id < len(m.seats); id++ {
		if m.seats[id] == nil {
			s := &PlacedSeat{m, sitter{match.SeatID(id), member.User, member.Name}}
			m.seats[id] = s
			m.cast(methodSeat, &seatMessage{m.change(), s.who})
			return s, nil
		}
	}
	return nil, match.ErrFull
}

// Watch lets a spectator in. A user can watch once. Errors: match.ErrFull, match.ErrOver.
func (m *Placed) Watch(member match.Member) (*PlacedSeat, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.over {
		return nil, match.ErrOver
	}
	if s := m.watchers[member.User]; s != nil {
		return s, nil
	}
	if len(m.watchers) >= m.maxSpectators {
		return nil, match.ErrFull
	}
	s := &PlacedSeat{m, sitter{0, member.User, member.Name}}
	m.watchers[member.User] = s
	m.cast(methodSeat, &seatMessage{m.change(), s.who})
	return s, nil
}

// Leave gives the seat up for good. It is free at once: the match hears of who leaves before it hears of who comes.
func (s *PlacedSeat) Leave(reason string) {
	m := s.placed
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case s.who.Seat == 0 && m.watchers[s.who.User] == s:
		delete(m.watchers, s.who.User)
	case s.who.Seat != 0 && m.seats[s.who.Seat] == s:
		m.seats[s.who.Seat] = nil
	default:
		return // it was left before
	}
	m.cast(methodLeave, &leaveMessage{m.change(), s.who.Seat, s.who.User, reason})
}

// Seats lists who sits in the match or watches it, players by seat first: how it is found when it is adopted.
func (m *Placed) Seats() []*PlacedSeat {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []*PlacedSeat
	for _, s := range m.seats {
		if s != nil {
			all = append(all, s)
		}
	}
	for _, s := range m.watchers {
		all = append(all, s)
	}
	return all
}
