package server

import (
	"context"

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
