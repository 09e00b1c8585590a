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
	s.ending, s.ended = true, code
	switch {
	case s.conn != nil:
		s.conn.end(code) // and its reading goroutine leaves the session away, with no grace
		s.asks.lose()    // nothing that arrives from now on is handled
	case s.grace != nil && s.grace.Stop():
		s.expireIn(0)
	}
}

// Ended is the code with which the session was ended: protocol.CloseNormal when its client said bye, else what End was given. It is 0 while nobody
// has ended it, and stays 0 when it was away for too long or the hub shut down.
func (s *Session) Ended() protocol.CloseCode {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended
}
