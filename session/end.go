package session

import "github.com/deltatick/deltatick/protocol"

// End ends the session for good: nobody resumes it, its connection is closed with the code, when what is queued has left, and then the house hears of
// it as of any other end. A session that is away ends at once.
func (s *Session) End(code protocol.CloseCode) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over || s.ending {
		return
	}
	s.ending = true
	switch {
	case s.conn != nil:
		s.conn.end(code) // and its reading goroutine leaves the session away, with no grace
		s.asks.lose()    // nothing that arrives from now on is handled
	case s.grace != nil && s.grace.Stop():
		s.expireIn(0)
	}
}
