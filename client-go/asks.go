package client

import (
	"errors"

	"github.com/deltatick/deltatick/protocol"
)

// AskHandler answers one ask of the server's. The payload is checked msgpack; the answer is nil or anything msgpack encodes. A
// [*protocol.Error] refuses and goes to the server as it is; any other error is logged, and told as "internal".
type AskHandler func(payload protocol.Raw) (answer any, err error)

// Ask names what a server asks.
type Ask struct{ Channel, Name string }

// maxAnswer is the most bytes that an answer's payload may have, so that its frame holds an id, too.
const maxAnswer = protocol.MaxClientFrame - 32

// answer answers an ask over the socket that it came by.
func (c *Client) answer(at *link, q protocol.Ask) error {
	answer := protocol.Answer{Kind: protocol.KindAnswer, ID: q.ID, Payload: protocol.OrNil(nil)}
	payload, err := c.ask(q)
	switch {
	case err == nil:
		answer.Payload = payload
	case errors.As(err, &answer.Error):
	default:
		c.log.Warn("ask not answered", "channel", q.Channel, "name", q.Name, "err", err)
		answer.Error = protocol.Refuse(protocol.CodeInternal, "a fault of the client")
	}
	return at.sock.write(protocol.KindAnswer, protocol.MustEncode(&answer))
}

func (c *Client) ask(q protocol.Ask) (protocol.Raw, error) {
	handler := c.cfg.Asks[Ask{q.Channel, q.Name}]
	if handler == nil {
		return nil, protocol.Refuse(protocol.CodeUnknownRequest, "nobody answers that here")
	}
	answer, err := handler(q.Payload)
	if err != nil {
		return nil, err
	}
	payload, err := protocol.Encode(answer)
	if err == nil && len(payload) > maxAnswer {
		err = ErrTooBig
	}
	return payload, err
}
