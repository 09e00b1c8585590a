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
	payload, err := c.ask(q)
	var refusal *protocol.Error
	if err != nil && !errors.As(err, &refusal) {
		c.hub.fault(c.session, "request "+q.Channel+" "+q.Name, err)
		refusal = protocol.Refuse(protocol.CodeInternal, "a fault of the server")
	}
	c.reply(q.ID, refusal, payload)
	return nil
}

// ask calls the house and encodes what it answers, which is code of the house too.
func (c *conn) ask(q protocol.Request) (payload protocol.Raw, err error) {
	defer c.hub.contain(&err)
	reply, err := c.hub.cfg.Handler.Request(c.session, q)
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

func (c *conn) reply(id uint32, refusal *protocol.Error, payload protocol.Raw) {
	if id == 0 {
		return
	}
	if refusal != nil {
		payload = nil
	}
	c.answer(protocol.MustEncode(protocol.Reply{Kind: protocol.KindReply, ID: id, Error: refusal, Payload: protocol.OrNil(payload)}))
}
