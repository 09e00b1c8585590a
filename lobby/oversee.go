package lobby

import (
	"context"
	"errors"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// This file is for those who look after the node. Nobody is asked whether they may.

// Overseen is any lobby, as an administrator sees it.
type Overseen struct {
	Summary
	Private bool `msgpack:"private"`
}

// Oversee lists all lobbies, private ones too, the oldest first.
func (d *Directory) Oversee() []Overseen { return d.board.All() }

// Close ends a lobby and its match under its members, as the end of the node does. It is refused with "not-found" when there is none.
func (d *Directory) Close(ctx context.Context, id string) error {
	return d.at(ctx, id, func(l *lobby) error {
		l.shutDown()
		return nil
	})
}

// StopMatch ends the match of a lobby, whose members stay. It is refused with "not-found" when there is no lobby, and "wrong-phase" when it
// has no match.
func (d *Directory) StopMatch(ctx context.Context, id string) error {
	return d.at(ctx, id, func(l *lobby) error {
		if l.round == nil {
			return refuse(protocol.CodeWrongPhase, "no match is running")
		}
		l.round.match.Stop(match.ReasonShutdown)
		return nil
	})
}

// at runs f in the goroutine of a lobby.
func (d *Directory) at(ctx context.Context, id string, f func(*lobby) error) error {
	d.mu.Lock()
	l := d.lobbies[id]
	d.mu.Unlock()
	if l == nil {
		return errNoLobby
	}
	err := l.call(ctx, func() error { return f(l) })
	if errors.Is(err, errEnded) {
		return errNoLobby
	}
	return err
}
