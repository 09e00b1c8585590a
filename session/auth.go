package session

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// Identity is who a session belongs to.
type Identity struct {
	User    string    // the same for the same person, across sessions and connections
	Name    string    // to show; cleaned of what cannot be shown
	Roles   []string  // what the user may do, in words of the house's own, such as "admin"; never changed in place
	Expires time.Time // when all this has to be proven again; zero: never

	// Grant is what the session is for, where its authenticator lets somebody in for one thing only, in the house's own words; nil: for all there
	// is. It stays what it was: a session that has one is not renewed, and no credentials that give one renew another.
	Grant any
}

// HasRole says whether a role is among the user's.
func (who Identity) HasRole(role string) bool { return slices.Contains(who.Roles, role) }

// Authenticator turns the auth strings of a hello, the first of which names a scheme, into an identity. An error refuses the client
// with the code of a [*protocol.Closed] in it; without one, as a fault of the server if ctx is over, and with CloseUnauthorized if
// not. ctx ends when the time for the hello is up. It is called by the connection's goroutine, for many connections at once.
type Authenticator interface {
	Authenticate(ctx context.Context, auth []string) (Identity, error)
}

// Guest lets everybody in under a name of their choice and a user id of their own: auth is ["guest", name].
type Guest struct {
	Random io.Reader // for user ids; must be cryptographic; default crypto/rand.Reader
}

// SchemeGuest is the first auth string of a [Guest].
const SchemeGuest = "guest"

// guestPrefix begins the user ids of guests. Whoever comes in as one could as well come in as another.
const guestPrefix = "guest-"

func isGuest(user string) bool { return strings.HasPrefix(user, guestPrefix) }

var errNotGuest = errors.New("auth is not [guest, name]")

// Authenticate makes a new identity.
func (g Guest) Authenticate(_ context.Context, auth []string) (Identity, error) {
	if len(auth) != 2 || auth[0] != SchemeGuest {
		return Identity{}, errNotGuest
	}
	random := g.Random
	if random == nil {
		random = rand.Reader
	}
	id := make([]byte, 8)
	if _, err := io.ReadFull(random, id); err != nil {
		return Identity{}, fmt.Errorf("guest id: %w: %w", refuse(protocol.CloseInternal), err)
	}
	return Identity{
		User: guestPrefix + hex.EncodeToString(id),
		Name: protocol.CleanName(auth[1], protocol.MaxNameRunes, "guest"),
	}, nil
}
