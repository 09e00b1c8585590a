package server

import (
	"context"

	"github.com/deltatick/deltatick/lobby"
)

// lobbies are what a server needs of its lobbies: those of this node alone (lobby.Directory), or those of all nodes of a service (shared.Directory).
type lobbies interface {
	Run(ctx context.Context) error
	Drain()
	Request(ctx context.Context, m lobby.Member, name string, payload []byte) (reply any, err error)
	ChatRequest(ctx context.Context, m lobby.Member, name string, payload []byte) (reply any, err error)
	SetAway(ctx context.Context, m lobby.Member, away bool) error
	Forget(m lobby.Member, why lobby.Departure)
	List() lobby.List
	Oversee() []lobby.Overseen
	Close(ctx context.Context, id string) error
	StopMatch(ctx context.Context, id string) error
}

// rejoiner are lobbies whose members' sessions may come from other nodes and go there.
type rejoiner interface {
	// Rejoin brings a member whose session has come from another node back to its place in a lobby, and tells whether its user has one.
	Rejoin(ctx context.Context, m lobby.Member) (in bool, err error)
	// Detach forgets a member whose session has gone to another node, and leaves its place to whom Rejoin brings there.
	Detach(m lobby.Member)
}
