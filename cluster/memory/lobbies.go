package memory

import (
	"cmp"
	"context"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/internal/feed"
)

// lobby is an entry with its seats.
type lobby struct {
	entry   cluster.Lobby
	members map[string]struct{}
	held    map[string]time.Time // seats, until when
}

// PutLobby implements [cluster.Lobbies].
func (e *Engine) PutLobby(ctx context.Context, l cluster.Lease, entry cluster.Lobby, members []string) error {
	entry, err := entry.Checked(l, members)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	entry.Data = slices.Clone(entry.Data)
	s := e.store
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.admit(l); err != nil {
		return err
	}
	if entry.Code != "" {
		if has := s.codes[entry.Code]; has != "" && has != l.ID {
			return cluster.ErrTaken
		}
	}
	lob := s.lobbies[l.ID]
	if lob == nil {
		lob = &lobby{held: map[string]time.Time{}}
		s.lobbies[l.ID] = lob
	}
	if old := lob.entry.Code; old != "" && old != entry.Code {
		delete(s.codes, old)
	}
	if entry.Code != "" {
		s.codes[entry.Code] = l.ID
	}
	lob.members = map[string]struct{}{}
	for _, user := range members {
		lob.members[user] = struct{}{}
		delete(lob.held, user)
	}
	if !reflect.DeepEqual(lob.entry, entry) {
		lob.entry = entry
		for w := range s.watching {
			w.Put(entry)
		}
	}
	return nil
}

// removeLobby needs mu.
func (s *Store) removeLobby(id string) {
	lob := s.lobbies[id]
	if lob == nil {
		return
	}
	delete(s.lobbies, id)
	delete(s.codes, lob.entry.Code)
	for w := range s.watching {
		w.Remove(id)
	}
}

// Lobby implements [cluster.Lobbies].
func (e *Engine) Lobby(ctx context.Context, id string) (cluster.Lobby, error) {
	if err := ctx.Err(); err != nil {
		return cluster.Lobby{}, err
	}
	s := e.store
	s.mu.Lock()
	defer s.mu.Unlock()
	lob := s.lobbies[id]
	if lob == nil {
		return cluster.Lobby{}, cluster.ErrNotFound
	}
	return lob.entry, nil
}

// LobbyByCode implements [cluster.Lobbies].
func (e *Engine) LobbyByCode(ctx context.Context, code string) (cluster.Lobby, error) {
	e.store.mu.Lock()
	id := e.store.codes[code]
	e.store.mu.Unlock()
	return e.Lobby(ctx, id)
}

// Lobbies implements [cluster.Lobbies].
func (e *Engine) Lobbies(ctx context.Context) ([]cluster.Lobby, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s := e.store
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]cluster.Lobby, 0, len(s.lobbies))
	for _, lob := range s.lobbies {
		all = append(all, lob.entry)
	}
	slices.SortFunc(all, func(a, b cluster.Lobby) int { return cmp.Compare(a.ID, b.ID) })
	return all, nil
}

// WatchLobbies implements [cluster.Lobbies].
func (e *Engine) WatchLobbies(context.Context) (cluster.Feed[cluster.LobbyChanges], error) {
	s := e.store
	var w *feed.Lobbies
	w = feed.NewLobbies(func() {
		s.mu.Lock()
		delete(s.watching, w)
		s.mu.Unlock()
		e.feeds.Remove(w)
	})
	s.mu.Lock()
	s.watching[w] = struct{}{}
	for _, lob := range s.lobbies {
		w.Put(lob.entry)
	}
	s.mu.Unlock()
	if err := e.feeds.Add(w); err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// Join implements [cluster.Lobbies].
func (e *Engine) Join(ctx context.Context, id, user string, hold time.Duration) (cluster.Seats, error) {
	if err := cluster.CheckName("user", user); err != nil {
		return cluster.Seats{}, err
	}
	if err := cluster.CheckTTL(hold); err != nil {
		return cluster.Seats{}, err
	}
	if err := ctx.Err(); err != nil {
		return cluster.Seats{}, err
	}
	s := e.store
	s.mu.Lock()
	defer s.mu.Unlock()
	lob := s.lobbies[id]
	if lob == nil {
		return cluster.Seats{}, cluster.ErrNotFound
	}
	now := s.now()
	lob.sweep(now)
	seats := cluster.Seats{Taken: len(lob.members) + len(lob.held)}
	if _, in := lob.members[user]; in {
		seats.Already = true
		return seats, nil
	}
	if _, seats.Already = lob.held[user]; !seats.Already {
		if seats.Taken >= lob.entry.Capacity {
			return seats, cluster.ErrFull
		}
		seats.Taken++
	}
	lob.held[user] = now.Add(hold)
	return seats, nil
}

func (l *lobby) sweep(now time.Time) {
	maps.DeleteFunc(l.held, func(_ string, until time.Time) bool { return !until.After(now) })
}

// Leave implements [cluster.Lobbies].
func (e *Engine) Leave(ctx context.Context, id, user string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s := e.store
	s.mu.Lock()
	defer s.mu.Unlock()
	if lob := s.lobbies[id]; lob != nil {
		delete(lob.members, user)
		delete(lob.held, user)
	}
	return nil
}

// Seated implements [cluster.Lobbies].
func (e *Engine) Seated(ctx context.Context, id string) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s := e.store
	s.mu.Lock()
	defer s.mu.Unlock()
	lob := s.lobbies[id]
	if lob == nil {
		return nil, cluster.ErrNotFound
	}
	lob.sweep(s.now())
	users := slices.AppendSeq(slices.Collect(maps.Keys(lob.members)), maps.Keys(lob.held))
	slices.Sort(users)
	return users, nil
}
