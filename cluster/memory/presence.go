package memory

import (
	"context"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/internal/feed"
)

// AnnouncePresence implements [cluster.Presences].
func (e *Engine) AnnouncePresence(ctx context.Context, owner string, ttl time.Duration) (fresh bool, err error) {
	if err := cluster.CheckName("owner", owner); err != nil {
		return false, err
	}
	if err := cluster.CheckTTL(ttl); err != nil {
		return false, err
	}
	if err := ctx.Err(); err != nil {
		return false, err
	}
	s := e.store
	s.mu.Lock()
	defer s.mu.Unlock()
	_, known := s.owners[owner]
	s.owners[owner] = s.now().Add(ttl)
	return !known, nil
}

// SetPresence implements [cluster.Presences].
func (e *Engine) SetPresence(ctx context.Context, owner, user string, sessions cluster.Sessions) error {
	if err := cluster.CheckName("user", user); err != nil {
		return err
	}
	sessions, err := sessions.Checked()
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	s := e.store
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.owners[owner]; !known {
		return cluster.ErrNotFound
	}
	had := len(s.users[user]) > 0
	if len(sessions) == 0 {
		delete(s.users[user], owner)
	} else {
		if s.users[user] == nil {
			s.users[user] = map[string]cluster.Sessions{}
		}
		s.users[user][owner] = sessions
	}
	s.changed(user, had)
	return nil
}

// changed tells of a user who had sessions or not and now may have none or some. It needs mu.
func (s *Store) changed(user string, had bool) {
	has := len(s.users[user]) > 0
	if !has {
		delete(s.users, user)
	}
	if has != had {
		for q := range s.presence {
			q.Push(cluster.PresenceChange{User: user, Online: has})
		}
	}
}

// Presence implements [cluster.Presences].
func (e *Engine) Presence(ctx context.Context, users ...string) ([]cluster.Presence, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s := e.store
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	all := make([]cluster.Presence, len(users))
	for i, user := range users {
		sum := cluster.Sessions{}
		for owner, sessions := range s.users[user] {
			if !s.owners[owner].After(now) {
				continue
			}
			for state, count := range sessions {
				sum[state] += count
			}
		}
		all[i] = cluster.Presence{User: user, Sessions: sum}
	}
	return all, nil
}

// WatchPresence implements [cluster.Presences].
func (e *Engine) WatchPresence(context.Context) (cluster.Feed[cluster.PresenceChange], error) {
	s := e.store
	var q *feed.Queue[cluster.PresenceChange]
	q = feed.NewQueue[cluster.PresenceChange](s.queue, func() {
		s.mu.Lock()
		delete(s.presence, q)
		s.mu.Unlock()
		e.feeds.Remove(q)
	})
	s.mu.Lock()
	s.presence[q] = struct{}{}
	s.mu.Unlock()
	if err := e.feeds.Add(q); err != nil {
		q.Close()
		return nil, err
	}
	return q, nil
}

// ExpirePresence implements [cluster.Presences].
func (e *Engine) ExpirePresence(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s := e.store
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	for owner, end := range s.owners {
		if end.After(now) {
			continue
		}
		delete(s.owners, owner)
		for user, by := range s.users {
			if _, has := by[owner]; has {
				delete(by, owner)
				s.changed(user, true)
			}
		}
	}
	return nil
}
