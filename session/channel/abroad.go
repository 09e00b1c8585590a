package channel

import (
	"fmt"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

//lint:file-ignore U1000 msgpack finds the _msgpack field by reflection.

// This file is what is said to the members of a channel that are connected to other nodes. Each node's set has the same channels; an event goes once to
// every other node, and each sends it to those of its own members whom the audience means and its rules let hear it.

// broadcast is an event for an audience, as it travels between nodes.
type broadcast struct {
	_msgpack struct{} `msgpack:",as_array"`

	Version       byte // broadcastVersion
	Channel, Name string
	Payload       []byte
	Everyone      bool
	Rooms, Users  []string
	ExceptRooms   []string
	ExceptUsers   []string
}

const (
	broadcastVersion = 1
	maxBroadcast     = protocol.MaxPayload + 256<<10 // bytes, of which the second part is for rooms and users
	maxNames         = 1 << 14                       // rooms and users
)

// abroad says an event to other nodes, if the audience can have members there: sessions that are named are this node's.
func (a Audience) abroad(name string, payload []byte) error {
	tell := a.channel.set.abroad
	if tell == nil || !a.everyone && len(a.named.rooms) == 0 && len(a.named.users) == 0 {
		return nil
	}
	b := protocol.MustEncode(&broadcast{
		Version: broadcastVersion, Channel: a.channel.name, Name: name, Payload: payload, Everyone: a.everyone,
		Rooms: a.named.rooms, Users: a.named.users, ExceptRooms: a.except.rooms, ExceptUsers: a.except.users,
	})
	if len(b) > maxBroadcast {
		return fmt.Errorf("channel %s: event %s: %d bytes for other nodes, of rooms and users most: want %d at most", a.channel.name, name, len(b), maxBroadcast)
	}
	tell(b)
	return nil
}

// Deliver sends an event that another node's set has given to its [SetConfig.Abroad] to the members here, and returns how many were reached. What one node says
// is to be delivered in its order, and once. Errors wrap protocol.ErrMalformed, or say that there is no such channel here.
func (set *Set) Deliver(b []byte) (reached int, err error) {
	var said broadcast
	if err := protocol.DecodeWithin(b, protocol.Bounds{Bytes: maxBroadcast, Depth: protocol.MaxDepth, Values: maxNames}, &said); err != nil {
		return 0, err
	}
	ch := set.channels[said.Channel]
	if said.Version != broadcastVersion || ch == nil {
		return 0, fmt.Errorf("broadcast of version %d for channel %q, which is not here", said.Version, said.Channel)
	}
	e, err := ch.prepare(said.Name, protocol.Raw(said.Payload))
	if err != nil {
		return 0, fmt.Errorf("%w: %w", protocol.ErrMalformed, err)
	}
	a := Audience{
		channel: ch, everyone: said.Everyone, named: names{rooms: said.Rooms, users: said.Users},
		except: names{rooms: said.ExceptRooms, users: said.ExceptUsers},
	}
	return a.emit(e), nil
}

// emit sends an event to the members here.
func (a Audience) emit(e *session.PreparedEvent) (reached int) {
	members := a.Members()
	for _, s := range members {
		s.EmitPrepared(e)
	}
	a.channel.counters.Deliveries.Add(uint64(len(members)))
	return len(members)
}
