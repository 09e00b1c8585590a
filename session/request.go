package session

import (
	"errors"
	"fmt"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// request answers a request, or refuses it for coming too fast. It is decoded before the limiter is asked, since a refusal
// needs the id; the frame is small and has been checked.
func (c *conn) request(at time.Time, frame []byte) error {
	q, err := c.reader.Request(frame)
	if err != nil {
		return err
	}
	q.Once = q.Once && q.ID != 0
	if q.Once && c.answeredBefore(q.ID) {
		return nil
	}
	if why, err := c.permit(at, c.session.requests, DropRequestRate, EventKind{q.Channel, q.Name}); err != nil {
		c.drop(why)
		if !errors.Is(err, protocol.ErrRateLimited) {
			return err
		}
		if why != DropByteRate { // of which it was told
			c.tell(at, noticeRequestRate)
		}
		c.reply(q.ID, protocol.Refuse(protocol.CodeRateLimited, "too many requests"), nil)
		return nil
	}
	if q.Once {
		if kept := c.session.replies.find(q.ID); kept != nil {
			c.answer(kept.frame)
			return nil
		}
		if c.session.replies.tooLate(q.ID) {
			c.reply(q.ID, protocol.Refuse(protocol.CodeTooLate, "the reply is kept no more, if the request has run"), nil)
			return nil
		}
	}
	payload, err := c.ask(q)
	if errors.Is(err, protocol.ErrFlooding) {
		return err
	}
	var refusal *protocol.Error
	if err != nil && !errors.As(err, &refusal) {
		c.hub.fault(c.session, "request "+q.Channel+" "+q.Name, err)
		refusal = protocol.Refuse(protocol.CodeInternal, "a fault of the server")
	}
	if reply := c.reply(q.ID, refusal, payload); q.Once {
		c.session.replies.add(keptReply{q.ID, reply, at, c.generation})
	}
	return nil
}

// answeredBefore gives a reply again that an earlier connection may have lost. That is free of the limiter, whose refusal would deny that the
// request has run, and bounded all the same: each reply is given so once on a connection.
func (c *conn) answeredBefore(id uint32) bool {
	kept := c.session.replies.find(id)
	if kept == nil || kept.given == c.generation {
		return false
	}
	kept.given = c.generation
	c.answer(kept.frame)
	return true
}

// ask calls the house and encodes what it answers, which is code of the house too.
func (c *conn) ask(q protocol.Request) (payload protocol.Raw, err error) {
	defer c.hub.contain(&err)
	answer := c.hub.cfg.Handler.Request
	if q.Channel == protocol.ChannelSession && q.Name == protocol.RequestRenew {
		answer = c.renew
	}
	reply, err := answer(c.session, q)
	if err != nil {
		return nil, err
	}
	if payload, err = protocol.Encode(reply); err != nil {
		return nil, err
	}
	if len(payload) > protocol.MaxServerFrame-replyHead {
		return nil, fmt.Errorf("a reply of %d bytes", len(payload))
	}
	return payload, nil
}

// replyHead is more than what a reply frame needs beside its payload.
const replyHead = 16

// reply sends a reply and returns its frame, which is nil for a request that wants none.
func (c *conn) reply(id uint32, refusal *protocol.Error, payload protocol.Raw) []byte {
	if id == 0 {
		return nil
	}
	if refusal != nil {
		payload = nil
	}
	frame := protocol.MustEncode(protocol.Reply{Kind: protocol.KindReply, ID: id, Error: refusal, Payload: protocol.OrNil(payload)})
	c.answer(frame)
	return frame
}
