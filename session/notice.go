package session

import (
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// notice is a thing that a client is told about what it sends.
type notice uint8

const (
	noticeInputRate notice = iota
	noticeRequestRate
	noticeByteRate
	noticeCodes
)

// noticeEvery is how often a client is told the same.
const noticeEvery = time.Second

var noticePayloads = [noticeCodes][]byte{
	noticeInputRate:   noticePayload("input-rate", "inputs came faster than ticks and were dropped"),
	noticeRequestRate: noticePayload("request-rate", "requests came too fast and were refused"),
	noticeByteRate:    noticePayload("byte-rate", "too many bytes came and frames were dropped"),
}

func noticePayload(code, message string) []byte {
	return protocol.MustEncode(struct {
		Code    string `msgpack:"code"`
		Message string `msgpack:"message"`
	}{code, message})
}

// tell emits a notice, unless the client was told the same less than a second ago.
func (c *conn) tell(at time.Time, n notice) {
	if last := c.noticed[n]; !last.IsZero() && at.Sub(last) < noticeEvery {
		return
	}
	c.noticed[n] = at
	c.session.Emit(protocol.ChannelSession, protocol.EventNotice, noticePayloads[n], 0)
}
