package shared_test

import (
	"context"
	"errors"
	"sync"

	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/lobby/shared"
	"github.com/deltatick/deltatick/match"
)

// games are matches that no node runs, and that thus outlive them.
type games struct {
	mu      sync.Mutex
	matches map[string]*game
}

func newGames() *games { return &games{matches: map[string]*game{}} }

func (n *node) newMatch(q lobby.MatchRequest) (lobby.Match, error) {
	g := n.s.games
	g.mu.Lock()
	defer g.mu.Unlock()
	m := &game{id: "match of " + q.Lobby, over: make(chan struct{}), seats: map[string]match.SeatID{}}
	g.matches[m.id] = m
	return lobby.MatchOf(&handle{m, n}), nil
}

func (n *node) resume(_ context.Context, q shared.ResumeRequest) (lobby.Match, error) {
	g := n.s.games
	g.mu.Lock()
	defer g.mu.Unlock()
	m := g.matches[q.Match]
	if m == nil {
		return nil, errors.New("no such match")
	}
	for _, s := range q.Seats {
		if m.seats[s.User] != s.ID {
			return nil, errors.New("the lobby has lost who sits where")
		}
	}
	return lobby.ResumedOf(&handle{m, n}), nil
}

// handle is a match as a node knows it. A node that has died does nothing to it any more.
type handle struct {
	*game
	by *node
}

func (h *handle) Stop(reason string) {
	h.by.s.net.mu.Lock()
	dead := h.by.s.net.stations[h.by.id].dead
	h.by.s.net.mu.Unlock()
	if !dead {
		h.game.Stop(reason)
	}
}

type game struct {
	id   string
	over chan struct{}

	mu    sync.Mutex
	stops int
	seats map[string]match.SeatID
}

func (m *game) ID() string { return m.id }

func (m *game) Run(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-m.over:
		return nil
	}
}

func (m *game) Join(who match.Member) (*gameSeat, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.seats[who.User] != 0 {
		return nil, match.ErrFull
	}
	m.seats[who.User] = match.SeatID(len(m.seats) + 1)
	return &gameSeat{m.id, who.User, m.seats[who.User]}, nil
}

func (m *game) Watch(who match.Member) (*gameSeat, error) { return &gameSeat{m.id, who.User, 0}, nil }

func (m *game) Seats() (all []*gameSeat) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for user, id := range m.seats {
		all = append(all, &gameSeat{m.id, user, id})
	}
	return all
}

func (m *game) Configure(match.Settings) {}

func (m *game) Stop(string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stops++; m.stops == 1 {
		close(m.over)
	}
}

func (m *game) Result() match.Result { return match.Result{Reason: match.ReasonEnded} }

type gameSeat struct {
	match, user string
	id          match.SeatID
}

func (s *gameSeat) User() string { return s.user }

func (s *gameSeat) ID() match.SeatID { return s.id }

func (s *gameSeat) MatchID() string { return s.match }

func (s *gameSeat) Leave(string) {}
