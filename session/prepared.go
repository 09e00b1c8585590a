package session

import (
	"fmt"

	"github.com/deltatick/deltatick/protocol"
)

// PreparedEvent is an event for many sessions, encoded once. It is immutable.
type PreparedEvent struct {
	tail []byte // the frame from its channel on: what comes before it is each session's own
}

// PrepareEvent encodes an event for [Session.EmitPrepared]. The payload and tick are as those of [Session.Emit]; the payload is copied. The
// error is about one that is too big.
func PrepareEvent(channel, name string, payload []byte, tick uint32) (*PreparedEvent, error) {
	payload = protocol.OrNil(payload)
	if len(payload) > protocol.MaxServerFrame-eventHead {
		return nil, fmt.Errorf("session: an event %s %s of %d bytes", channel, name, len(payload))
	}
	frame := protocol.MustEncode(protocol.Event{Kind: protocol.KindEvent, Channel: channel, Name: name, Payload: payload, Tick: tick})
	return &PreparedEvent{frame[len(appendEventHead(nil, 0)):]}, nil
}

// EmitPrepared is [Session.Emit] for an event that goes to many sessions: for each, all there is to do is to put its number before a copy of
// the rest.
func (s *Session) EmitPrepared(e *PreparedEvent) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		s.hub.cfg.Counters.drop(DropEventOver, 1)
		return
	}
	frame := make([]byte, 0, maxEventHead+len(e.tail))
	frame = append(appendEventHead(frame, s.events.next()), e.tail...)
	s.deliver(frame)
}

// maxEventHead is what appendEventHead appends at most.
const maxEventHead = 7

// appendEventHead appends an event frame up to its channel: an array of six elements, the kind and the number, in the shortest form.
func appendEventHead(b []byte, seq uint32) []byte {
	b = append(b, 0x96, byte(protocol.KindEvent))
	switch {
	case seq < 1<<7:
		return append(b, byte(seq))
	case seq < 1<<8:
		return append(b, 0xcc, byte(seq))
	case seq < 1<<16:
		return append(b, 0xcd, byte(seq>>8), byte(seq))
	}
	return append(b, 0xce, byte(seq>>24), byte(seq>>16), byte(seq>>8), byte(seq))
}
