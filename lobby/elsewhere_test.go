package lobby_test

import (
	"context"
	"sync"

	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/match"
)

// elsewhere is a match that is not in this process: it goes on when its lobby leaves it, and gives who has a seat that seat again.
type elsewhere struct {
	over chan struct{}

	mu      sync.Mutex
	seats   map[string]match.SeatID
	stopped []string
	result  match.Result
}

func newElsewhere() *elsewhere {
	return &elsewhere{over: make(chan struct{}), seats: map[string]match.SeatID{}}
}

func (e *elsewhere) ID() string { return "far-away" }

func (e *elsewhere) Run(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-e.over:
		return nil
	}
}

func (e *elsewhere) Join(m match.Member) (lobby.TakenSeat, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.seats[m.User] == 0 {
		e.seats[m.User] = match.SeatID(len(e.seats) + 1)
	}
	return &farSeat{e, m.User, e.seats[m.User]}, nil
}

func (e *elsewhere) Watch(m match.Member) (lobby.TakenSeat, error) {
	return &farSeat{e, m.User, 0}, nil
}

func (e *elsewhere) Configure(match.Settings) {}

func (e *elsewhere) Stop(reason string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stopped = append(e.stopped, reason)
}

func (e *elsewhere) end(r match.Result) {
	e.result = r
	close(e.over)
}

func (e *elsewhere) Result() match.Result { return e.result }

type farSeat struct {
	match *elsewhere
	user  string
	id    match.SeatID
}

func (s *farSeat) ID() match.SeatID { return s.id }

func (s *farSeat) MatchID() string { return s.match.ID() }

func (s *farSeat) Leave(string) {
	s.match.mu.Lock()
	defer s.match.mu.Unlock()
	delete(s.match.seats, s.user)
}
