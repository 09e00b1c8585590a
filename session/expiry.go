package session

import (
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// watchExpiry sets the timer that warns the client of the end of the session's credentials and then ends its connection, or none if they
// have no end. It needs mu, and runs for as long as the session has a connection and the identity stays what it is: whoever changes either
// calls it again.
func (s *Session) watchExpiry() {
	s.unwatchExpiry()
	expires := s.Identity().Expires
	if s.conn == nil || expires.IsZero() {
		return
	}
	left := s.credentialsLeft()
	c, ahead := s.conn, min(s.hub.cfg.RenewAhead, left/2)
	s.expiry = time.AfterFunc(left-ahead, func() { s.expiring(c, expires) })
}

// unwatchExpiry needs mu.
func (s *Session) unwatchExpiry() {
	if s.expiry != nil {
		s.expiry.Stop()
		s.expiry = nil
	}
}

// expiring warns the client on a connection that its credentials are about to expire, unless they are no longer the session's.
func (s *Session) expiring(c *conn, expires time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.dependsOn(c, expires) {
		return
	}
	left := s.credentialsLeft()
	s.emit(protocol.ChannelSession, protocol.EventRenew, protocol.MustEncode(struct {
		Within int64 `msgpack:"within"`
	}{left.Milliseconds()}), 0)
	s.expiry = time.AfterFunc(left, func() { s.credentialsExpired(c, expires) })
}

// credentialsExpired ends a connection whose credentials have expired. Its session is away then, as after any cut.
func (s *Session) credentialsExpired(c *conn, expires time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dependsOn(c, expires) {
		c.end(protocol.CloseAuthExpired)
	}
}

// dependsOn says whether a timer that was set for a connection and an expiry still means anything. It needs mu.
func (s *Session) dependsOn(c *conn, expires time.Time) bool {
	return s.conn == c && s.Identity().Expires.Equal(expires)
}

// credentialsLeft is how long the session's credentials, which expire, are still good for: 0 once they have expired.
func (s *Session) credentialsLeft() time.Duration {
	return max(0, s.Identity().Expires.Sub(s.hub.cfg.Now()))
}

// hasExpired says whether the credentials have to be proven anew.
func (s *Session) hasExpired() bool {
	return !s.Identity().Expires.IsZero() && s.credentialsLeft() == 0
}

// unixMilli is a time as the wire has it, and 0 for none.
func unixMilli(t time.Time) uint64 {
	if t.IsZero() {
		return 0
	}
	return uint64(min(max(0, t.UnixMilli()), maxWireTime))
}

// maxWireTime is the greatest integer of a frame (docs/PROTOCOL.md, section 1).
const maxWireTime = 1 << 53
