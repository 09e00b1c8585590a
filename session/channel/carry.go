package channel

import (
	"fmt"
	"maps"
	"slices"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

//lint:file-ignore U1000 msgpack finds the _msgpack field by reflection.

// This file is how a session keeps its channels and rooms when it goes on at another node.

// luggage is what a session has of channels, on its way.
type luggage struct {
	_msgpack struct{} `msgpack:",as_array"`

	Version  byte // luggageVersion
	Channels []packed
}

type packed struct {
	_msgpack struct{} `msgpack:",as_array"`

	Name  string
	Open  bool // else its client has closed it
	Rooms []string
}

const (
	luggageVersion = 1
	maxLuggage     = 256 << 10 // bytes
	maxPacked      = 1 << 14   // values
)

// Pack returns what a session has of channels, for [Set.Unpack] on another node. What does not fit in 256 KiB, since it is in thousands of rooms, is left.
func (set *Set) Pack(s *session.Session) []byte {
	l := luggage{Version: luggageVersion}
	for _, ch := range set.ordered {
		if ch != set.own {
			if p, has := ch.pack(s); has {
				l.Channels = append(l.Channels, p)
			}
		}
	}
	b := protocol.MustEncode(&l)
	if len(b) > maxLuggage {
		set.counters.drop(DropLuggage)
		return nil
	}
	return b
}

func (ch *Channel) pack(s *session.Session) (p packed, has bool) {
	ch.mu.RLock()
	defer ch.mu.RUnlock()
	m := ch.members[s]
	if m == nil || !m.open && !m.declined {
		return p, false
	}
	return packed{Name: ch.name, Open: m.open, Rooms: slices.Sorted(maps.Keys(m.rooms))}, true
}

// Unpack opens channels and joins rooms for a session that has come from another node, as far as this node's rules let it, before [Set.Connected] is told of it. What it
// may not have here is left, and counted where the rules are asked. Errors wrap protocol.ErrMalformed.
func (set *Set) Unpack(s *session.Session, b []byte) error {
	if len(b) == 0 {
		return nil
	}
	var l luggage
	if _, err := protocol.Check(b, protocol.Bounds{Bytes: maxLuggage, Depth: protocol.MaxDepth, Values: maxPacked}); err != nil {
		return err
	}
	if err := protocol.Decode(b, &l); err != nil {
		return err
	}
	if l.Version != luggageVersion {
		return fmt.Errorf("%w: channels of a session in version %d", protocol.ErrMalformed, l.Version)
	}
	set.mu.Lock()
	set.sessions[s] = struct{}{}
	set.mu.Unlock()
	for _, p := range l.Channels {
		ch := set.channels[p.Name]
		if ch == nil || ch == set.own {
			continue
		}
		if err := ch.Open(s); err != nil {
			continue // its client is told when it uses it, as of any channel that is not open
		}
		if !p.Open {
			ch.decline(s)
			continue
		}
		for _, room := range p.Rooms {
			_ = ch.Join(s, room) // or not, by the rules here
		}
	}
	return nil
}
