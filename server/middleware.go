package server

import (
	"context"

	"github.com/deltatick/deltatick/session"
	"github.com/deltatick/deltatick/session/channel"
)

// Middleware is what a program wants to have done, or asked, around everything that clients do. Of several, the first is asked first. What
// is nil does nothing.
type Middleware struct {
	// Connect is asked when somebody's credentials have been found good: when a session begins, and when its credentials are renewed. It
	// returns the identity as it is to be, with other roles, say. An error refuses the client as that of a session.Authenticator does. ctx
	// ends when the time for the hello is up.
	Connect func(ctx context.Context, who session.Identity) (session.Identity, error)
	// Handle wraps the handlers of all requests and events of clients, on the server's channels and the game's. It is that of a [channel.Middleware].
	Handle func(next channel.Handler) channel.Handler
	// Join is asked before a session becomes a member of a channel, then with the room "", and before it joins a room of one. An error keeps it
	// out. Lobbies are joined by a request, which Handle sees.
	Join func(who session.Identity, channel, room string) error
}

// doorman asks middleware about whoever an authenticator lets in.
type doorman struct {
	session.Authenticator
	middleware []Middleware
}

// Authenticate asks the authenticator first.
func (d doorman) Authenticate(ctx context.Context, auth []string) (session.Identity, error) {
	who, err := d.Authenticator.Authenticate(ctx, auth)
	for _, m := range d.middleware {
		if err == nil && m.Connect != nil {
			who, err = m.Connect(ctx, who)
		}
	}
	return who, err
}
