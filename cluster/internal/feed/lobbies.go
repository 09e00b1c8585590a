package feed

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/deltatick/deltatick/cluster"
)

// Lobbies is a [cluster.Feed] of the directory of lobbies. It holds what its reader does not know yet, of every lobby the newest only, so a
// slow reader costs no more than the directory does.
type Lobbies struct {
	stop func()

	mu      sync.Mutex
	pending map[string]*cluster.Lobby // nil: removed
	closed  bool
	wake    chan struct{} // holds at most one
}

// NewLobbies makes a watch that knows of no lobby. Close calls stop, if that is not nil, once.
func NewLobbies(stop func()) *Lobbies {
	return &Lobbies{stop: stop, pending: map[string]*cluster.Lobby{}, wake: make(chan struct{}, 1)}
}

// Put says how a lobby is now.
func (w *Lobbies) Put(l cluster.Lobby) { w.set(l.ID, &l) }

// Remove says that a lobby is no more.
func (w *Lobbies) Remove(id string) { w.set(id, nil) }

func (w *Lobbies) set(id string, l *cluster.Lobby) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return
	}
	w.pending[id] = l
	w.poke()
}

func (w *Lobbies) poke() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// Next implements [cluster.Feed].
func (w *Lobbies) Next(ctx context.Context) (cluster.LobbyChanges, error) {
	for {
		w.mu.Lock()
		if len(w.pending) > 0 {
			defer w.mu.Unlock()
			return w.take(), nil
		}
		closed := w.closed
		w.mu.Unlock()
		if closed {
			return cluster.LobbyChanges{}, cluster.ErrClosed
		}
		select {
		case <-ctx.Done():
			return cluster.LobbyChanges{}, ctx.Err()
		case <-w.wake:
		}
	}
}

// take needs mu.
func (w *Lobbies) take() cluster.LobbyChanges {
	var changes cluster.LobbyChanges
	for id, l := range w.pending {
		if l == nil {
			changes.Removed = append(changes.Removed, id)
		} else {
			changes.Put = append(changes.Put, *l)
		}
	}
	clear(w.pending)
	slices.SortFunc(changes.Put, func(a, b cluster.Lobby) int { return cmp.Compare(a.ID, b.ID) })
	slices.Sort(changes.Removed)
	return changes
}

// Close implements [cluster.Feed].
func (w *Lobbies) Close() {
	w.mu.Lock()
	was := w.closed
	w.closed = true
	w.mu.Unlock()
	w.poke()
	if !was && w.stop != nil {
		w.stop()
	}
}
