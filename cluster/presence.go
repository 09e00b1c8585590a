package cluster

import (
	"context"
	"fmt"
	"time"
)

// Sessions counts a user's sessions by their state, such as {"online": 1, "playing": 2}. The names of states are for the host to choose.
type Sessions map[string]int

// Total is how many there are.
func (s Sessions) Total() int {
	n := 0
	for _, count := range s {
		n += count
	}
	return n
}

// Presence is a user's sessions on all nodes.
type Presence struct {
	User     string
	Sessions Sessions // never nil; states without a session are not in it
}

// PresenceChange says that a user's first session came or that the last one has gone. For one user the two alternate.
type PresenceChange struct {
	User   string
	Online bool
}

// Presences is who is connected, by user id. Every owner (one run of one node) tells of its own sessions, and what it told counts while it is
// announced; so tabs and nodes add up, and a node that dies takes its sessions with it.
type Presences interface {
	// AnnouncePresence says that an owner's sessions count for the time given from now on, to be repeated well before it ends. Fresh says that the
	// store knows no sessions of this owner: it is the first call, or the store has lost them or given the owner up. All are to be set then.
	AnnouncePresence(ctx context.Context, owner string, ttl time.Duration) (fresh bool, err error)
	// SetPresence says how many sessions a user has with this owner; none: nil. [ErrNotFound] if the owner is not announced (any more).
	SetPresence(ctx context.Context, owner, user string, sessions Sessions) error
	// Presence returns the sessions of users, in the same order.
	Presence(ctx context.Context, users ...string) ([]Presence, error)
	// WatchPresence feeds who comes and goes, of all users.
	WatchPresence(ctx context.Context) (Feed[PresenceChange], error)
	// ExpirePresence drops the sessions of owners whose time has ended, and has those told who watch. Every node calls it now and then.
	ExpirePresence(ctx context.Context) error
}

// Checked is what is stored: without states that have no session.
func (s Sessions) Checked() (Sessions, error) {
	kept := Sessions{}
	for state, count := range s {
		if count < 0 || len(kept) == MaxStates {
			return nil, fmt.Errorf("%w: %d sessions %q, in at most %d states", ErrInvalid, count, state, MaxStates)
		}
		if err := CheckName("state", state); err != nil {
			return nil, err
		}
		if count > 0 {
			kept[state] = count
		}
	}
	return kept, nil
}
