package session

import "github.com/deltatick/deltatick/protocol"

// Miss has the client told that events of the session may be missing, nobody knows how many: they were lost before they were emitted here. The next welcome says so
// ([protocol.Welcome.Lost]), and for that a connection that there is gets closed with CloseMissed.
func (s *Session) Miss() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over || s.ending {
		return
	}
	s.missing, s.missedAt = true, s.newest
	if s.conn != nil {
		s.conn.end(protocol.CloseMissed)
	}
}
