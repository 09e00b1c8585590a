package server

import (
	"context"
	"errors"
	"fmt"

	"github.com/deltatick/deltatick/cluster/ticket"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

// door is the authenticator of a server that knows some and lets guests in beside them.
type door struct {
	guests session.Guest
	known  session.Authenticator
}

// newDoor is the authenticator that a checked config asks for.
func newDoor(cfg Config) session.Authenticator {
	switch {
	case cfg.Auth == nil:
		return session.Guest{}
	case !cfg.Guests:
		return cfg.Auth
	}
	return door{known: cfg.Auth}
}

// Authenticate asks the one that the scheme is for.
func (d door) Authenticate(ctx context.Context, auth []string) (session.Identity, error) {
	if len(auth) > 0 && auth[0] == session.SchemeGuest {
		return d.guests.Authenticate(ctx, auth)
	}
	return d.known.Authenticate(ctx, auth)
}

// turnstile lets those in who have a seat ticket, for their seat and nothing else. Others are asked for by the door behind it.
type turnstile struct {
	tickets *ticket.Inspector
	others  session.Authenticator // nil: nobody else comes in
}

func newTurnstile(secret []byte, others session.Authenticator) (session.Authenticator, error) {
	tickets, err := ticket.NewInspector(ticket.InspectorConfig{Secret: secret})
	return turnstile{tickets, others}, err
}

var errNoTicket = errors.New("auth is not [seat, ticket]")

// Authenticate looks at the ticket, if it is one. Who has one was asked who they are, by whoever issued it.
func (t turnstile) Authenticate(ctx context.Context, auth []string) (session.Identity, error) {
	if len(auth) == 0 || auth[0] != ticket.Scheme {
		if t.others == nil {
			return session.Identity{}, errNoTicket
		}
		return t.others.Authenticate(ctx, auth)
	}
	if len(auth) != 2 {
		return session.Identity{}, errNoTicket
	}
	k, err := t.tickets.Inspect(auth[1])
	if err != nil {
		code := protocol.CloseTicketRefused
		if errors.Is(err, ticket.ErrLate) {
			code = protocol.CloseTicketLate
		}
		return session.Identity{}, fmt.Errorf("%w: %w", err, &protocol.Closed{Code: code, Text: code.Text()})
	}
	return session.Identity{User: k.User, Name: k.Name, Grant: k}, nil
}
