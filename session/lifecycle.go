package session

import (
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// welcome gives a connection the session: tells the client so, replays what it missed after seq, and fences an older connection off,
// which is returned. It needs mu. Everything emitted from now on is queued behind the replay.
func (s *Session) welcome(c *conn, resumed bool, seq uint32) (older *conn, err error) {
	token, err := s.hub.tokens.issue(claim{s.id, s.newest + 1, s.hub.tokens.epoch, s.tag, s.hub.originOf(s.Identity())})
	if err != nil {
		return nil, err
	}
	s.newest++
	c.generation = s.newest
	seq = min(seq, s.events.last)
	s.events.handled(seq)
	s.hub.cfg.Counters.drop(DropEventAge, s.events.age())
	cfg := &s.hub.cfg
	lost := s.events.lost(seq)
	if s.missing {
		lost = max(1, lost) // nobody knows how many
	}
	c.push(protocol.MustEncode(protocol.Welcome{
		Kind: protocol.KindWelcome, Version: protocol.Version,
		Session: s.ID(), User: s.User(), Name: s.Name(), Token: token, Resumed: resumed, Codec: c.codec,
		PingEvery: uint32(cfg.PingEvery.Milliseconds()), Grace: uint32(cfg.Grace.Milliseconds()),
		MaxFrame: protocol.MaxClientFrame, Lost: lost, Server: cfg.ServerName,
		Taken:   s.taken.Load(),
		Expires: unixMilli(s.Identity().Expires),
	}), nil)
	for i := range s.events.kept.n {
		c.push(s.events.kept.at(i), nil)
	}
	if older = s.conn; older != nil {
		older.fenced.Store(true)
		s.asks.lose()
	}
	s.conn = c
	if s.grace != nil {
		s.grace.Stop()
		s.grace = nil
	}
	s.watchExpiry()
	s.downloads.attach(c)
	return older, nil
}

// admits says whether a well-signed token for the session is good: credentials are not looked at before that is known.
func (s *Session) admits(token claim) (Outcome, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.takes(token)
}

// takes needs mu.
func (s *Session) takes(token claim) (Outcome, error) {
	if s.over || s.ending {
		return ResumeExpired, refuse(protocol.CloseResumeExpired)
	}
	if p := s.parent; p != nil && token.epoch == p.epoch && token.generation == p.generation && token.user == s.tag {
		// With that token it came from another hub, and the client may not have got the welcome of this one.
		return ResumeTaken, nil
	}
	if token.epoch != s.hub.tokens.epoch {
		return ResumeExpired, refuse(protocol.CloseResumeExpired)
	}
	if token.user != s.tag || token.generation < s.oldest || token.generation > s.newest {
		return ResumeRefused, refuse(protocol.CloseResumeRefused)
	}
	return ResumeTaken, nil
}

// resume gives the session to a connection whose token was well signed for it, and takes on its fresh credentials, if there are any.
func (s *Session) resume(c *conn, token claim, seq uint32, fresh *Identity) (Outcome, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if outcome, err := s.takes(token); err != nil {
		return outcome, err
	}
	if fresh != nil {
		s.adopt(*fresh)
	}
	older, err := s.welcome(c, true, seq)
	switch {
	case err != nil:
		return ResumeRefused, err
	case older == nil:
		return ResumeTaken, nil
	}
	older.end(protocol.CloseDisplaced)
	return ResumeDisplaced, nil
}

// connected tells the house about a connection, if it still is the session's.
func (s *Session) connected(c *conn, resumed bool) (err error) {
	s.turn.Lock()
	defer s.turn.Unlock()
	if c.fenced.Load() {
		return nil
	}
	s.resumeUploads()
	defer s.hub.contain(&err)
	s.hub.cfg.Handler.Connected(s, resumed)
	return nil
}

// disconnected leaves the session away, if the connection that ended still was its own.
func (s *Session) disconnected(c *conn) {
	s.turn.Lock()
	defer s.turn.Unlock()
	if !s.goAway(c) {
		return
	}
	s.pauseUploads()
	if err := s.call(s.hub.cfg.Handler.Disconnected); err != nil {
		s.hub.fault(s, "disconnected", err) // it is away all the same
	}
}

// call calls the house. It needs turn.
func (s *Session) call(f func(*Session)) (err error) {
	defer s.hub.contain(&err)
	f(s)
	return nil
}

func (s *Session) goAway(c *conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn != c {
		return false
	}
	s.conn = nil
	s.asks.lose()
	s.downloads.detach()
	s.unwatchExpiry()
	s.absences++
	grace := s.hub.cfg.Grace
	if s.ending {
		grace = 0
	}
	s.expireIn(grace)
	return true
}

// expireIn starts the grace timer of the present absence. It needs mu.
func (s *Session) expireIn(grace time.Duration) {
	absence := s.absences
	s.grace = time.AfterFunc(grace, func() { s.expire(absence) })
}

// expire ends the session if it still is in the absence for which the grace period ran.
func (s *Session) expire(absence uint32) {
	s.turn.Lock()
	defer s.turn.Unlock()
	if s.finish(func() bool { return s.conn == nil && s.absences == absence }) {
		s.expired()
	}
}

// abandon ends a session whose connections are all gone, because the hub shuts down.
func (s *Session) abandon() {
	s.turn.Lock()
	defer s.turn.Unlock()
	if s.finish(func() bool { return true }) {
		s.expired()
	}
}

// bye ends the session because its client said so on its connection. It needs turn.
func (s *Session) bye(c *conn) {
	if s.finish(func() bool {
		if s.conn != c {
			return false
		}
		if s.ended == 0 { // else End came first
			s.ended = protocol.CloseNormal
		}
		return true
	}) {
		c.end(protocol.CloseNormal)
		s.expired()
	}
}

// finish makes the session over for good, if it is not and the condition, which may look at what mu guards, holds.
func (s *Session) finish(condition func() bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over || !condition() {
		return false
	}
	s.close()
	return true
}

// close makes the session over. It needs mu.
func (s *Session) close() {
	s.over, s.conn = true, nil
	s.unwatchExpiry()
	s.events = lane{}
	s.asks.lose()
	s.downloads.close()
	if s.grace != nil {
		s.grace.Stop()
		s.grace = nil
	}
}

// expired tells the house, once, and then the hub, so that a Shutdown which does not find the session any more knows that
// the house was told. It needs turn.
func (s *Session) expired() {
	s.SetStream(nil)
	s.replies = replies{}
	s.dropUploads()
	if err := s.call(s.hub.cfg.Handler.Expired); err != nil {
		s.hub.fault(s, "expired", err) // it is over all the same
	}
	s.hub.forget(s)
}
