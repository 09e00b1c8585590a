package channel

import (
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

// member is a session that has the channel open, or had: it is kept for as long as the session lasts, so that closing and opening the
// channel again does not fill its limit up.
type member struct {
	session *session.Session
	gate    session.Gate

	// Guarded by Channel.mu.
	open     bool
	declined bool // the client has closed it
	rooms    map[string]struct{}
}

// Open makes a session a member, if the channel's rule and middleware let it; one that is a member already stays it. The error is
// [ErrNotMember] for a session that is over, and otherwise a [*protocol.Error] unless middleware returns another.
func (ch *Channel) Open(s *session.Session) error {
	who := s.Identity()
	if err := ch.allows(who); err != nil {
		ch.counters.drop(DropForbidden)
		return err
	}
	if err := ch.passes(who, ""); err != nil {
		return err
	}
	changed, err := ch.enter(s)
	if changed && ch.cfg.Opened != nil {
		ch.cfg.Opened(s)
	}
	return err
}

func (ch *Channel) enter(s *session.Session) (changed bool, err error) {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	if ch.set == nil || !ch.set.knows(s) {
		return false, ErrNotMember
	}
	m := ch.members[s]
	if m == nil {
		m = &member{session: s, gate: session.NewGate(ch.cfg.Limit), rooms: map[string]struct{}{}}
		ch.members[s] = m
	}
	if m.open {
		return false, nil
	}
	m.open, m.declined = true, false
	ch.open++
	insert(ch.users, s.User(), m)
	return true, nil
}

// Close makes a session no member any more, by the house's own decision: its client gets the event "closed" with the code, such as
// [protocol.CodeForbidden]. It may open the channel again, if the rule lets it. For one that is no member it does nothing.
func (ch *Channel) Close(s *session.Session, code string) {
	if !ch.leave(s, false) {
		return
	}
	s.Emit(protocol.ChannelSession, protocol.EventClosed, protocol.MustEncode(Closed{ch.name, code}), 0)
	if ch.cfg.Closed != nil {
		ch.cfg.Closed(s)
	}
}

// Closed is the payload of the event "closed" on the channel "session".
type Closed struct {
	Channel string `msgpack:"channel"`
	Code    string `msgpack:"code"`
}

// decline closes the channel because the client said so.
func (ch *Channel) decline(s *session.Session) {
	if ch.leave(s, true) && ch.cfg.Closed != nil {
		ch.cfg.Closed(s)
	}
}

// forget is for a session that is over, and reports whether it was a member.
func (ch *Channel) forget(s *session.Session) (was bool) {
	was = ch.leave(s, true)
	ch.mu.Lock()
	defer ch.mu.Unlock()
	delete(ch.members, s)
	return was
}

func (ch *Channel) leave(s *session.Session, declined bool) (changed bool) {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	m := ch.members[s]
	if m == nil || !m.open {
		return false
	}
	m.open, m.declined = false, declined
	ch.open--
	remove(ch.users, s.User(), m)
	for room := range m.rooms {
		remove(ch.rooms, room, m)
	}
	clear(m.rooms)
	return true
}

// recheck asks the rules again for a session whose identity has changed.
func (ch *Channel) recheck(s *session.Session) {
	who := s.Identity()
	err := ch.allows(who)
	m, open, declined := ch.find(s)
	switch {
	case err != nil && open:
		ch.Close(s, protocol.CodeForbidden)
	case err == nil && !open && ch.cfg.Auto && !(m != nil && declined):
		_ = ch.Open(s) // or not, if middleware does not let it
	case err == nil && open && ch.cfg.MaySee != nil:
		for _, room := range ch.RoomsOf(s) {
			if !ch.cfg.MaySee(who, room) {
				ch.Leave(s, room)
			}
		}
	}
}

func (ch *Channel) find(s *session.Session) (m *member, open, declined bool) {
	ch.mu.RLock()
	defer ch.mu.RUnlock()
	if m = ch.members[s]; m == nil {
		return nil, false, false
	}
	return m, m.open, m.declined
}

// Has says whether a session is a member.
func (ch *Channel) Has(s *session.Session) bool {
	_, open, _ := ch.find(s)
	return open
}

// insert and remove keep sets by name; a set that is empty is gone.
func insert(sets map[string]map[*member]struct{}, name string, m *member) {
	set := sets[name]
	if set == nil {
		set = map[*member]struct{}{}
		sets[name] = set
	}
	set[m] = struct{}{}
}

func remove(sets map[string]map[*member]struct{}, name string, m *member) {
	delete(sets[name], m)
	if len(sets[name]) == 0 {
		delete(sets, name)
	}
}
