package presence

import (
	"time"

	"golang.org/x/time/rate"

	"github.com/deltatick/deltatick/protocol"
)

// This file is what a house tells of its sessions.

// Connected says that a session has a connection: its first, or another.
func (r *Registry) Connected(m Member) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return
	}
	s := r.sessions[m]
	if s == nil {
		s = &session{
			member: m, sets: rate.NewLimiter(rate.Limit(r.cfg.SetRate), r.cfg.SetBurst), user: r.user(m.User()), place: Online,
			watched: map[*user]struct{}{},
		}
		s.user.sessions[s] = struct{}{}
		r.sessions[m] = s
		r.cfg.Counters.Sessions.Add(1)
	}
	s.stopGrace()
	s.connected, s.counts = true, true
	r.settle(s.user)
}

// Disconnected says that a session has lost its connection. It goes on watching.
func (r *Registry) Disconnected(m Member) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.present(m); s != nil {
		s.connected = false
		r.startGrace(s)
	}
}

// Expired says that a session is over for good: it watches nobody any more.
func (r *Registry) Expired(m Member) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.present(m)
	if s == nil {
		return
	}
	s.over = true
	r.unwatchAll(s)
	r.regroup(s, "")
	switch {
	case s.connected: // it said bye
		s.connected = false
		r.startGrace(s)
	case !s.counts:
		r.remove(s)
	}
}

// Place says where a session is: [Online], or in the lobby of an id as [Lobby] or [Match].
func (r *Registry) Place(m Member, place State, lobby string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.present(m)
	if s == nil {
		return
	}
	r.place(s, place, lobby)
}

// place puts a session somewhere, and has those told whom it concerns. It needs mu.
func (r *Registry) place(s *session, place State, lobby string) {
	s.place = place
	moved := s.lobby != lobby
	r.regroup(s, lobby)
	told := r.settle(s.user)
	if !moved || lobby == "" {
		return
	}
	if !told { // the lobby has not heard of them
		r.tellLobby(s.user, lobby, encoded(s.user))
	}
	if s.follows { // nor they of the lobby
		for _, u := range r.company(s) {
			if _, already := s.watched[u]; !already {
				r.emit(s, encoded(u))
			}
		}
	}
}

// SetAway says that the user of a session is away, or back, and returns what the user is now.
func (r *Registry) SetAway(m Member, away bool) (Presence, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.present(m)
	switch {
	case s == nil:
		return Presence{}, errGone
	case !s.sets.AllowN(r.cfg.Now(), 1):
		return Presence{}, protocol.Refuse(protocol.CodeRateLimited, "set too often")
	}
	s.away = away
	r.settle(s.user)
	return s.user.presence(), nil
}

// present is a session that is not over, or nil. It needs mu.
func (r *Registry) present(m Member) *session {
	if s := r.sessions[m]; s != nil && !s.over {
		return s
	}
	return nil
}

// regroup needs mu.
func (r *Registry) regroup(s *session, lobby string) {
	if s.lobby == lobby {
		return
	}
	if delete(r.groups[s.lobby], s); len(r.groups[s.lobby]) == 0 {
		delete(r.groups, s.lobby)
	}
	if s.lobby = lobby; lobby == "" {
		return
	}
	if r.groups[lobby] == nil {
		r.groups[lobby] = map[*session]struct{}{}
	}
	r.groups[lobby][s] = struct{}{}
}

// startGrace needs mu.
func (r *Registry) startGrace(s *session) {
	s.stopGrace()
	absence := s.absences
	s.grace = time.AfterFunc(r.cfg.Grace, func() { r.lapse(s, absence) })
}

// stopGrace needs mu. A timer that has fired already finds that its turn is over.
func (s *session) stopGrace() {
	s.absences++
	if s.grace != nil {
		s.grace.Stop()
		s.grace = nil
	}
}

// lapse ends a session's grace.
func (r *Registry) lapse(s *session, absence uint32) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed || s.absences != absence {
		return
	}
	s.grace, s.counts = nil, false
	if s.over {
		r.remove(s)
		return
	}
	r.settle(s.user)
}

// remove forgets a session. It needs mu.
func (r *Registry) remove(s *session) {
	delete(r.sessions, s.member)
	delete(s.user.sessions, s)
	r.cfg.Counters.Sessions.Add(-1)
	r.settle(s.user)
}
