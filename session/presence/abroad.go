package presence

import (
	"maps"
	"slices"
)

// This file is who is present on other nodes of the service. For each user who has sessions on another node, one session stands here in their place: without a
// member, it watches nobody and is told nothing.

// Told is what a node says of a user's sessions there, all together.
type Told struct {
	User  string
	State State  // the best of their states
	Lobby string // in which one of them is; "": none is
}

// Abroad takes what another node says of a user, in the order in which it says so. [Offline]: there is no session of theirs there any more.
func (r *Registry) Abroad(node string, told Told) {
	if told.User == "" || len(told.User) > maxUserBytes || told.State >= states {
		r.cfg.Counters.Unusable.Add(1)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return
	}
	s := r.abroad[node][told.User]
	switch {
	case s == nil && told.State == Offline:
		return
	case told.State == Offline:
		r.dismiss(node, s)
		return
	case s == nil:
		s = &session{user: r.user(told.User), counts: true}
		s.user.sessions[s] = struct{}{}
		if r.abroad[node] == nil {
			r.abroad[node] = map[string]*session{}
		}
		r.abroad[node][told.User] = s
	}
	s.away = told.State == Away
	r.place(s, max(told.State, Online), told.Lobby)
}

// NodeGone forgets all that a node has said: it is not there any more, and was given time to come back.
func (r *Registry) NodeGone(node string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.abroad[node] {
		r.dismiss(node, s)
	}
}

// From lists the users of whom a node has said that they are there.
func (r *Registry) From(node string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Collect(maps.Keys(r.abroad[node]))
}

// dismiss takes a user's session on another node away. It needs mu.
func (r *Registry) dismiss(node string, s *session) {
	delete(r.abroad[node], s.user.id)
	if len(r.abroad[node]) == 0 {
		delete(r.abroad, node)
	}
	r.regroup(s, "")
	delete(s.user.sessions, s)
	r.settle(s.user)
}

// Here lists what this node has to say of its users, for a node that is new.
func (r *Registry) Here() []Told {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []Told
	for _, u := range r.users {
		if u.here.State != Offline {
			all = append(all, u.here)
		}
	}
	return all
}

// announce says what a user is here, if that is not what was said last. It needs mu.
func (r *Registry) announce(u *user) {
	here := Told{User: u.id}
	for s := range u.sessions {
		if s.member == nil {
			continue
		}
		here.State = max(here.State, s.state())
		if s.counts {
			here.Lobby = max(here.Lobby, s.lobby) // a user is in one
		}
	}
	if here == u.here || here.State == Offline && u.here.State == Offline {
		return
	}
	r.count(u.here.State, -1)
	r.count(here.State, 1)
	u.here = here
	if r.cfg.Changed != nil {
		r.cfg.Changed(here)
	}
}
