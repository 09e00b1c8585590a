package server

import (
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/session"
)

// A seat may be held by two sessions with tickets: one of the node that relays for the player, which gets the seat's events for as long as it is there, and
// one of the player's own client, which has come for the match's frames. The frames go to one of them, the holder: to the client while it is connected,
// and else to the relay, at once. Only a relay that is told that the client has lost its connection takes the seat from it.

// occupied is what one session at a time has.
type occupied struct {
	seatKey
	direct bool
}

func (x *occupant) place() occupied { return occupied{x.key, x.direct} }

// give makes an occupant the holder of its seat: with take, if it is not; without, anew, unless the player's client is. It returns the connection that the
// seat was given; nil: none.
func (s *seats) give(x *occupant, seat *match.Seat, take bool) *session.Link {
	// Under the lock, so that the seat has the connection of whom the map names.
	s.mu.Lock()
	defer s.mu.Unlock()
	holder := s.holders[x.key]
	if take && holder == x || !take && !x.direct && holder != nil && holder.direct {
		return nil
	}
	link := x.session.OpenLink()
	if link == nil {
		return nil
	}
	seat.Attach(link)
	s.holders[x.key] = x
	return link
}

// release reports whether an occupant was the holder, and is not any more.
func (s *seats) release(x *occupant) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.holders[x.key] != x {
		return false
	}
	delete(s.holders, x.key)
	return true
}

// relayOf is who relays for the player whose client's session an occupant is; nil: nobody, or it is not.
func (s *seats) relayOf(x *occupant) *occupant {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !x.direct {
		return nil
	}
	return s.bySeat[occupied{seatKey: x.key}]
}
