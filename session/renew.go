package session

import (
	"context"
	"errors"
	"fmt"

	"github.com/deltatick/deltatick/protocol"
)

// authenticate has the house's authenticator look at credentials, for at most the time for a hello, and no longer than the connection lasts.
// Its error wraps a [*protocol.Closed], or is a fault of the server.
func (c *conn) authenticate(auth []string) (Identity, error) {
	ctx, cancel := context.WithTimeout(c.ctx, c.hub.cfg.HelloTimeout)
	defer cancel()
	c.unneeded.Store(&cancel)
	defer c.unneeded.Store(nil)
	if c.over() {
		cancel()
	}
	who, err := c.hub.cfg.Auth.Authenticate(ctx, auth)
	var closed *protocol.Closed
	switch {
	case err == nil:
		return who, nil
	case c.over(): // why has been said, and nobody hears another reason
		return Identity{}, refuse(protocol.CloseGoingAway)
	case errors.As(err, &closed):
		c.log().Debug("not let in", "err", err)
		return Identity{}, fmt.Errorf("authenticate: %w", err)
	case ctx.Err() != nil, errors.Is(err, context.DeadlineExceeded):
		return Identity{}, fmt.Errorf("authenticate: %w", err)
	}
	c.log().Debug("not let in", "err", err)
	return Identity{}, refuse(protocol.CloseUnauthorized)
}

// reauthenticate looks at the credentials with which a client resumes a session whose own can expire. Fresh ones of the same user take their
// place; those of another user are refused. Without good ones, the session's own count for as long as they last, and nil is returned: who
// comes back in time does not depend on an issuer of credentials. So too with ones that end before the session's: a client may still have
// those from before a renewal, and they would give roles back that it has lost.
func (c *conn) reauthenticate(s *Session, auth []string) (fresh *Identity, err error) {
	if s.Identity().Expires.IsZero() {
		return nil, nil
	}
	err = refuse(protocol.CloseAuthExpired)
	if len(auth) > 0 {
		var who Identity
		if who, err = c.authenticate(auth); err == nil && (who.User != s.User() || who.Grant != nil) {
			return nil, refuse(protocol.CloseResumeRefused)
		}
		if fresh = &who; err == nil && endsBefore(who, s.Identity()) {
			return nil, nil
		}
	}
	if err == nil {
		return fresh, nil
	}
	if s.hasExpired() || c.over() {
		return nil, err
	}
	return nil, nil
}

func endsBefore(a, b Identity) bool {
	return !a.Expires.IsZero() && (b.Expires.IsZero() || a.Expires.Before(b.Expires))
}

// renewal is the payload of a request to renew.
type renewal struct {
	Auth []string `msgpack:"auth"`
}

// renew answers a request with newer credentials of the session's user. Refused ones change nothing. It needs turn.
func (c *conn) renew(s *Session, q protocol.Request) (reply any, err error) {
	var with renewal
	if err := protocol.Decode(protocol.OrNil(q.Payload), &with); err != nil {
		return nil, protocol.RefuseField("auth", "want a map with auth, a list of strings")
	}
	if n := len(with.Auth); n < 1 || n > protocol.MaxAuthStrings {
		return nil, protocol.RefuseField("auth", fmt.Sprintf("want 1 to %d strings", protocol.MaxAuthStrings))
	}
	who, err := c.authenticate(with.Auth)
	if err != nil {
		return nil, notRenewed(err)
	}
	if who.User != s.User() {
		return nil, protocol.Refuse(protocol.CodeUnauthorized, "the credentials of another user")
	}
	if who.Grant != nil || s.Identity().Grant != nil {
		return nil, protocol.Refuse(protocol.CodeUnauthorized, "these credentials are for one thing only")
	}
	if !s.adoptFrom(c, who) {
		return nil, protocol.Refuse(protocol.CodeUnavailable, "the session has another connection")
	}
	s.renewed()
	return map[string]uint64{"expires": unixMilli(who.Expires)}, nil
}

// notRenewed says to a client that stays connected what a close code would have said.
func notRenewed(err error) error {
	var closed *protocol.Closed
	switch {
	case !errors.As(err, &closed):
		return err
	case closed.Code == protocol.CloseAuthExpired:
		return protocol.Refuse(protocol.CodeAuthExpired, closed.Code.Text())
	case closed.Code.ComesBack():
		return protocol.Refuse(protocol.CodeUnavailable, "the credentials cannot be looked at now")
	}
	return protocol.Refuse(protocol.CodeUnauthorized, protocol.CloseUnauthorized.Text())
}

// adoptFrom takes on what has been renewed over a connection, unless another has taken its place meanwhile, perhaps by newer credentials.
func (s *Session) adoptFrom(c *conn, who Identity) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn != c {
		return false
	}
	s.adopt(who)
	s.watchExpiry()
	return true
}

// adopt takes on newer credentials of the same user. It needs mu.
func (s *Session) adopt(who Identity) {
	who.Name = s.Name()
	s.who.Store(&who)
}

// renewed tells the house. It needs turn, and not mu.
func (s *Session) renewed() {
	if s.hub.cfg.Renewed == nil {
		return
	}
	if err := s.call(s.hub.cfg.Renewed); err != nil {
		s.hub.fault(s, "renewed", err) // they are renewed all the same
	}
}
