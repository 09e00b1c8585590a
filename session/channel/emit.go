package channel

import (
	"fmt"

	"github.com/vmihailenco/msgpack/v5/msgpcode"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

// Emit sends an event to each member of the audience, as [session.Session.Emit] does to one: numbered, kept, and replayed to those who are away
// for the moment. The payload is nil, or anything that msgpack encodes to a map of at most [protocol.MaxPayload] bytes, and is encoded once. It returns how many
// sessions of this node it was sent to; members of the audience on other nodes get it too ([SetConfig.Abroad]). The error is about name or payload, and then nobody was sent anything.
//
// Events of one goroutine arrive in the order of their calls. Those of two that emit at once may arrive in either order, and not in the same one
// everywhere.
func (a Audience) Emit(name string, payload any) (reached int, err error) {
	if a.channel == nil {
		return 0, nil
	}
	encoded, err := protocol.Encode(payload)
	if err != nil {
		return 0, fmt.Errorf("channel %s: event %s: %w", a.channel.name, name, err)
	}
	e, err := a.channel.prepare(name, encoded)
	if err != nil {
		return 0, err
	}
	if err := a.abroad(name, encoded); err != nil {
		return 0, err
	}
	a.channel.counters.Broadcasts.Add(1)
	return a.emit(e), nil
}

// prepare makes an event of a name and an encoded payload.
func (ch *Channel) prepare(name string, encoded protocol.Raw) (*session.PreparedEvent, error) {
	if !protocol.ValidIdent(name) {
		return nil, fmt.Errorf("channel %s: event %q: the name is no identifier", ch.name, name)
	}
	if len(encoded) > protocol.MaxPayload {
		return nil, fmt.Errorf("channel %s: event %s: a payload of %d bytes: want %d at most", ch.name, name, len(encoded), protocol.MaxPayload)
	}
	switch code := encoded[0]; {
	case msgpcode.IsFixedMap(code), code == msgpcode.Map16, code == msgpcode.Map32, code == msgpcode.Nil:
	default:
		return nil, fmt.Errorf("channel %s: event %s: the payload is no map", ch.name, name)
	}
	return session.PrepareEvent(ch.name, name, encoded, 0)
}
