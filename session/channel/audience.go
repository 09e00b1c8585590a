package channel

import (
	"slices"

	"github.com/deltatick/deltatick/session"
)

// Audience says which members of a channel are meant: a union of rooms, users and sessions, or everyone, without some. It is a value: its
// methods return another. Whoever is meant in several ways is meant once. It is looked up when it is used, so it may be kept.
type Audience struct {
	channel  *Channel
	everyone bool
	named    names
	except   names
}

type names struct {
	rooms, users []string
	sessions     []*session.Session
}

// All are all members.
func (ch *Channel) All() Audience { return Audience{channel: ch, everyone: true} }

// Rooms are the members in any of the rooms.
func (ch *Channel) Rooms(rooms ...string) Audience {
	return Audience{channel: ch}.AndRooms(rooms...)
}

// Users are the users' sessions, as far as they are members.
func (ch *Channel) Users(users ...string) Audience {
	return Audience{channel: ch}.AndUsers(users...)
}

// Sessions are the sessions, as far as they are members.
func (ch *Channel) Sessions(sessions ...*session.Session) Audience {
	return Audience{channel: ch}.AndSessions(sessions...)
}

// AndRooms adds the members in any of the rooms.
func (a Audience) AndRooms(rooms ...string) Audience {
	a.named.rooms = slices.Concat(a.named.rooms, rooms)
	return a
}

// AndUsers adds the users' sessions.
func (a Audience) AndUsers(users ...string) Audience {
	a.named.users = slices.Concat(a.named.users, users)
	return a
}

// AndSessions adds sessions.
func (a Audience) AndSessions(sessions ...*session.Session) Audience {
	a.named.sessions = slices.Concat(a.named.sessions, sessions)
	return a
}

// ExceptRooms takes out whoever is in any of the rooms.
func (a Audience) ExceptRooms(rooms ...string) Audience {
	a.except.rooms = slices.Concat(a.except.rooms, rooms)
	return a
}

// ExceptUsers takes out all sessions of the users.
func (a Audience) ExceptUsers(users ...string) Audience {
	a.except.users = slices.Concat(a.except.users, users)
	return a
}

// ExceptSessions takes out sessions.
func (a Audience) ExceptSessions(sessions ...*session.Session) Audience {
	a.except.sessions = slices.Concat(a.except.sessions, sessions)
	return a
}

// candidate is a member that an audience means, and the room for which it does; "" for another reason.
type candidate struct {
	session *session.Session
	room    string
}

// candidates lists whom the audience means, those in several rooms once for each of them, since the rules may differ.
func (a Audience) candidates() []candidate {
	ch := a.channel
	ch.mu.RLock()
	defer ch.mu.RUnlock()
	n := 0
	if a.everyone {
		n = ch.open
	}
	for _, room := range a.named.rooms {
		n += len(ch.rooms[room])
	}
	list := make([]candidate, 0, n)
	add := func(m *member, room string) {
		if m != nil && m.open && !a.excepts(m) {
			list = append(list, candidate{m.session, room})
		}
	}
	if a.everyone {
		for _, m := range ch.members {
			add(m, "")
		}
	}
	for _, room := range a.named.rooms {
		for m := range ch.rooms[room] {
			add(m, room)
		}
	}
	for _, user := range a.named.users {
		for m := range ch.users[user] {
			add(m, "")
		}
	}
	for _, s := range a.named.sessions {
		add(ch.members[s], "")
	}
	return list
}

// excepts needs Channel.mu.
func (a Audience) excepts(m *member) bool {
	for _, room := range a.except.rooms {
		if _, in := m.rooms[room]; in {
			return true
		}
	}
	return slices.Contains(a.except.sessions, m.session) ||
		len(a.except.users) > 0 && slices.Contains(a.except.users, m.session.User())
}

// single says whether nobody can be among the candidates twice.
func (a Audience) single() bool {
	ways := len(a.named.rooms) + len(a.named.users) + len(a.named.sessions)
	return a.everyone && ways == 0 || !a.everyone && ways <= 1
}

// Members are the sessions that the audience means and the channel's rules let hear it, in no order.
func (a Audience) Members() []*session.Session {
	ch := a.channel
	if ch == nil {
		return nil // the zero Audience
	}
	candidates := a.candidates()
	list := make([]*session.Session, 0, len(candidates))
	var seen map[*session.Session]struct{}
	if !a.single() {
		seen = make(map[*session.Session]struct{}, len(candidates))
	}
	for _, c := range candidates {
		if _, twice := seen[c.session]; twice {
			continue
		}
		if !ch.mayHear(c) {
			ch.counters.drop(DropUnseen)
			continue
		}
		if seen != nil {
			seen[c.session] = struct{}{}
		}
		list = append(list, c.session)
	}
	return list
}

// mayHear asks the rules, as they are at this moment, so that what a user may not see cannot be sent to them by somebody who forgot to ask.
func (ch *Channel) mayHear(c candidate) bool {
	if ch.cfg.Allow == nil && (ch.cfg.MaySee == nil || c.room == "") {
		return true
	}
	who := c.session.Identity()
	return ch.allows(who) == nil && (c.room == "" || ch.maySee(who, c.room))
}
