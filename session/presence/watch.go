package presence

import (
	"slices"
	"strings"

	"github.com/deltatick/deltatick/protocol"
)

// maxUserBytes is more than a user's id has.
const maxUserBytes = 256

var errGone = protocol.Refuse(protocol.CodeNotFound, "the session is over")

// Watch has a session told of what becomes of some users, in addition to those it watches already, and returns what they are now, in the
// order given. It watches all of them or, with an error, none.
func (r *Registry) Watch(m Member, users []string) ([]Presence, error) {
	if len(users) > r.cfg.MaxWatched { // before they are looked at: ids that come again would each be answered
		return nil, r.tooMany()
	}
	for _, id := range users {
		switch {
		case id == "" || len(id) > maxUserBytes:
			return nil, protocol.RefuseField("users", "want ids of users")
		case !r.cfg.MayWatch(m.User(), id):
			return nil, &protocol.Error{Code: protocol.CodeForbidden, Field: "users", Message: "one of them is not for you to watch"}
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.present(m)
	if s == nil {
		return nil, errGone
	}
	added := map[string]struct{}{}
	for _, id := range users {
		if u := r.users[id]; u != nil {
			if _, already := s.watched[u]; already {
				continue
			}
		}
		added[id] = struct{}{}
	}
	switch {
	case len(s.watched)+len(added) > r.cfg.MaxWatched:
		return nil, r.tooMany()
	case r.watches+len(added) > r.cfg.MaxWatches:
		return nil, fullf("the server has no room for more than %d watches", r.cfg.MaxWatches)
	}
	for id := range added {
		u := r.user(id)
		s.watched[u] = struct{}{}
		u.watchers[s] = struct{}{}
	}
	r.watched(len(added))
	all := make([]Presence, 0, len(users))
	for _, id := range users {
		all = append(all, r.users[id].presence())
	}
	return all, nil
}

func (r *Registry) tooMany() error { return fullf("you can watch %d users", r.cfg.MaxWatched) }

// Unwatch ends what Watch began, for some users.
func (r *Registry) Unwatch(m Member, users []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.present(m)
	if s == nil {
		return
	}
	for _, id := range users {
		if u := r.users[id]; u != nil {
			r.unwatch(s, u)
		}
	}
}

// UnwatchAll ends what Watch and Follow began.
func (r *Registry) UnwatchAll(m Member) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.present(m); s != nil {
		r.unwatchAll(s)
	}
}

// Follow has a session told, or no longer, of everyone else in its own lobby, whichever that is and whoever comes into it. It returns what
// they are now.
func (r *Registry) Follow(m Member, on bool) ([]Presence, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.present(m)
	if s == nil {
		return nil, errGone
	}
	all := []Presence{}
	if s.follows = on; !on {
		return all, nil
	}
	for _, u := range r.company(s) {
		all = append(all, u.presence())
	}
	return all, nil
}

// company is the other users in a session's lobby, each once, by id. It needs mu.
func (r *Registry) company(s *session) []*user {
	if s.lobby == "" {
		return nil
	}
	var all []*user
	seen := map[*user]struct{}{s.user: {}}
	for other := range r.groups[s.lobby] {
		if _, twice := seen[other.user]; !twice {
			seen[other.user] = struct{}{}
			all = append(all, other.user)
		}
	}
	slices.SortFunc(all, func(a, b *user) int { return strings.Compare(a.id, b.id) })
	return all
}

// unwatchAll needs mu.
func (r *Registry) unwatchAll(s *session) {
	s.follows = false
	for u := range s.watched {
		r.unwatch(s, u)
	}
}

// unwatch needs mu.
func (r *Registry) unwatch(s *session, u *user) {
	if _, watched := s.watched[u]; !watched {
		return
	}
	delete(s.watched, u)
	delete(u.watchers, s)
	r.watched(-1)
	r.release(u)
}

func (r *Registry) watched(more int) {
	r.watches += more
	r.cfg.Counters.Watches.Add(int64(more))
}
