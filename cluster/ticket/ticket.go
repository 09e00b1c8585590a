package ticket

import (
	"errors"
	"fmt"
	"time"
)

// Scheme is the first auth string of a hello whose second is a ticket.
const Scheme = "seat"

// Life is for how long a ticket is good: many times what it takes to dial, and too short for anybody to hand it on.
const Life = 15 * time.Second

// Skew is how far the clocks of two nodes of one service may be apart: a ticket is taken that much after its end.
const Skew = 5 * time.Second

// MaxName is the most bytes that a match's id, a user or a name may have.
const MaxName = 255

// MinSecret is the least number of bytes of a secret.
const MinSecret = 16

// Ticket is what is proven.
type Ticket struct {
	Match string
	Seat  uint16 // 0: a spectator's
	User  string
	Name  string // to show
	Epoch uint32 // the least that the match may have: who runs it under an older one has lost it
	// Direct is a ticket of the player's own client, for the match's frames alone: its events go by another way.
	Direct bool
}

// Errors of [Inspector.Inspect].
var (
	// ErrWrong: no ticket of this service, or not signed by it.
	ErrWrong = errors.New("ticket: not one of this service")
	// ErrLate: it was one, and its time is over. Another one is to be had where it came from.
	ErrLate = errors.New("ticket: expired")
	// ErrUsed: it has been shown before.
	ErrUsed = errors.New("ticket: used before")
)

func (t Ticket) check() error {
	if t.Match == "" || t.User == "" {
		return errors.New("ticket: without a match or a user")
	}
	for what, name := range map[string]string{"match": t.Match, "user": t.User, "name": t.Name} {
		if len(name) > MaxName {
			return fmt.Errorf("ticket: %s of %d bytes: want %d at most", what, len(name), MaxName)
		}
	}
	return nil
}

func checkSecret(secret []byte) error {
	if len(secret) < MinSecret {
		return fmt.Errorf("ticket: a secret of %d bytes: want %d at least", len(secret), MinSecret)
	}
	return nil
}
