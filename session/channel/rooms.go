package channel

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

// ErrNotMember means that a session does not have the channel open, or is over.
var ErrNotMember = errors.New("channel: the session is no member")

// maxRoomBytes is the length of a room's name: room for an identifier and a user's id.
const maxRoomBytes = 128

// Join brings a member into rooms, all or none of them. In one where it is already it stays. It returns [ErrNotMember], a [*protocol.Error] with
// "forbidden" for a room that the member may not see, with "full" for too many, or with "bad-payload" for a name that is empty or longer than 128 bytes, or the
// error of middleware.
func (ch *Channel) Join(s *session.Session, rooms ...string) error {
	who := s.Identity()
	for _, room := range rooms {
		switch {
		case room == "" || len(room) > maxRoomBytes:
			return protocol.RefuseField("room", fmt.Sprintf("want a name of 1 to %d bytes", maxRoomBytes))
		case !ch.maySee(who, room):
			ch.counters.drop(DropForbidden)
			return protocol.Refuse(protocol.CodeForbidden, "this room is not for you")
		}
		if err := ch.passes(who, room); err != nil {
			return err
		}
	}
	ch.mu.Lock()
	defer ch.mu.Unlock()
	m := ch.members[s]
	if m == nil || !m.open {
		return ErrNotMember
	}
	joined := maps.Clone(m.rooms)
	for _, room := range rooms {
		joined[room] = struct{}{}
	}
	if len(joined) > ch.cfg.MaxRooms {
		return protocol.Refuse(protocol.CodeFull, "too many rooms")
	}
	m.rooms = joined
	for _, room := range rooms {
		insert(ch.rooms, room, m)
	}
	return nil
}

// Leave takes a session out of rooms. What is just being said there may still reach it. Where it is not, nothing happens.
func (ch *Channel) Leave(s *session.Session, rooms ...string) {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	m := ch.members[s]
	if m == nil {
		return
	}
	for _, room := range rooms {
		delete(m.rooms, room)
		remove(ch.rooms, room, m)
	}
}

// RoomsOf lists the rooms that a session is in, in order.
func (ch *Channel) RoomsOf(s *session.Session) []string {
	ch.mu.RLock()
	defer ch.mu.RUnlock()
	m := ch.members[s]
	if m == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(m.rooms))
}

// CountRooms is how many rooms there are, with somebody in each.
func (ch *Channel) CountRooms() int {
	ch.mu.RLock()
	defer ch.mu.RUnlock()
	return len(ch.rooms)
}

// passes asks middleware about joining a room, or, with "", the channel.
func (ch *Channel) passes(who session.Identity, room string) error {
	for _, join := range ch.join {
		if err := join(who, ch.name, room); err != nil {
			ch.counters.drop(DropForbidden)
			return err
		}
	}
	return nil
}
