package session

import (
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// notice is a thing that a client is told about what it sends, at most once a second.
type notice uint8

const (
	noticeInputRate notice = iota
	noticeRequestRate
	noticeSendRate
	noticeByteRate
	noticeCodes
)

// noticeEvery is how often a client is told the same.
const noticeEvery = time.Second

// noticePayload is the payload of the event notice on the channel session.
type noticePayload struct {
	Code    string `msgpack:"code"`
	Message string `msgpack:"message"`
	Channel string `msgpack:"channel,omitempty"` // of the client's event that was refused, as its name
	Name    string `msgpack:"name,omitempty"`
	Field   string `msgpack:"field,omitempty"` // of its payload that is at fault
}

var noticePayloads = [noticeCodes][]byte{
	noticeInputRate:   protocol.MustEncode(noticePayload{Code: "input-rate", Message: "inputs came faster than ticks and were dropped"}),
	noticeRequestRate: protocol.MustEncode(noticePayload{Code: "request-rate", Message: "requests came too fast and were refused"}),
	noticeByteRate:    protocol.MustEncode(noticePayload{Code: "byte-rate", Message: "too many bytes came and frames were dropped"}),
}

// tell emits a notice, unless the client was told the same less than a second ago.
func (c *conn) tell(at time.Time, n notice) {
	if c.due(at, n) {
		c.session.Emit(protocol.ChannelSession, protocol.EventNotice, noticePayloads[n], 0)
	}
}

// due says whether a notice may be given, and that it now is.
func (c *conn) due(at time.Time, n notice) bool {
	if last := c.noticed[n]; !last.IsZero() && at.Sub(last) < noticeEvery {
		return false
	}
	c.noticed[n] = at
	return true
}

// refused tells the client that an event of its own was refused.
func (c *conn) refused(e protocol.Send, why *protocol.Error) {
	c.session.Emit(protocol.ChannelSession, protocol.EventNotice, protocol.MustEncode(noticePayload{
		Code: why.Code, Message: why.Message, Channel: e.Channel, Name: e.Name, Field: why.Field,
	}), 0)
}
