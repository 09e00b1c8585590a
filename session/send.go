package session

import (
	"errors"
	"fmt"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// send hands an event of the client's to the house, each once and in the order of their numbers, whatever connections they come over. One that
// the house or the limiter refuses has been handled, too: the client is told by a notice and does not send it again.
func (c *conn) send(at time.Time, frame []byte) error {
	e, err := c.reader.Send(frame)
	if err != nil {
		return err
	}
	s := c.session
	switch taken := s.taken.Load(); {
	case e.Seq <= taken: // the client has sent again what it did not know to have arrived
		c.drop(DropSendAgain)
		return unlessLimited(s.signals.ask(at))
	case e.Seq != taken+1:
		return fmt.Errorf("%w: event %d after event %d", protocol.ErrMalformed, e.Seq, taken)
	case !s.advance(c, e.Seq):
		c.drop(DropFenced)
		return nil
	}
	if why, err := c.permit(at, s.sends, DropSendRate, EventKind{e.Channel, e.Name}); err != nil {
		c.drop(why)
		if !errors.Is(err, protocol.ErrRateLimited) {
			return err
		}
		if c.due(at, noticeSendRate) {
			c.refused(e, protocol.Refuse(protocol.CodeRateLimited, "events came too fast and were dropped"))
		}
		return nil
	}
	err = c.handOver(e)
	var refusal *protocol.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, protocol.ErrFlooding):
		return err
	case !errors.As(err, &refusal):
		c.hub.fault(s, "event "+e.Channel+" "+e.Name, err)
		refusal = protocol.Refuse(protocol.CodeInternal, "a fault of the server")
	}
	c.drop(DropSendRefused)
	c.refused(e, refusal)
	return nil
}

// advance notes that an event is being handled, unless another connection has taken the older's place a moment ago: its welcome has said that
// the event was not, and its client gives the number out again.
func (s *Session) advance(c *conn, seq uint32) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn != c {
		return false
	}
	s.taken.Store(seq)
	return true
}

// handOver calls the house.
func (c *conn) handOver(e protocol.Send) (err error) {
	defer c.hub.contain(&err)
	return c.hub.cfg.Handler.Event(c.session, e.Channel, e.Name, e.Payload)
}
