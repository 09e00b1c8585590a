package channel

import (
	"fmt"

	"github.com/vmihailenco/msgpack/v5/msgpcode"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

// Emit sends an event to each member of the audience, as [session.Session.Emit] does to one: numbered, kept, and replayed to those who are away
// for the moment. The payload is nil, or anything that msgpack encodes to a map of at most [protocol.MaxPayload] bytes, and is encoded once. It returns how many
// sessions it was sent to. The error is about name or payload, and then nobody was sent anything.
//
// Events of one goroutine arrive in the order of their calls. Those of two that emit at once may arrive in either order, and not in the same one
// everywhere.
func (a Audience) Emit(name string, payload any) (reached int, err error) {
	if a.channel == nil {
		return 0, nil
	}
	e, err := a.channel.prepare(name, payload)
	if err != nil {
		return 0, err
	}
	members := a.Members()
	for _, s := range members {
		s.EmitPrepared(e)
	}
	a.channel.counters.Broadcasts.Add(1)
	a.channel.counters.Deliveries.Add(uint64(len(members)))
	return len(members), nil
}

func (ch *Channel) prepare(name string, payload any) (*session.PreparedEvent, error) {
	if !protocol.ValidIdent(name) {
		return nil, fmt.Errorf("channel %s: event %q: the name is no identifier", ch.name, name)
	}
	encoded, err := protocol.Encode(payload)
	if err != nil {
		return nil, fmt.Errorf("channel %s: event %s: %w", ch.name, name, err)
	}
	if len(encoded) > protocol.MaxPayload {
		return nil, fmt.Errorf("channel %s: event %s: a payload of %d bytes: want %d at most", ch.name, name, len(encoded), protocol.MaxPayload)
	}
	switch code := encoded[0]; {
	case msgpcode.IsFixedMap(code), code == msgpcode.Map16, code == msgpcode.Map32, code == msgpcode.Nil:
	default:
		return nil, fmt.Errorf("channel %s: event %s: a payload of %T is no map", ch.name, name, payload)
	}
	return session.PrepareEvent(ch.name, name, encoded, 0)
}
