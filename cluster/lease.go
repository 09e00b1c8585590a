package cluster

import (
	"context"
	"time"
)

// Kind is what a lease is for. Ids of different kinds have nothing to do with each other.
type Kind string

// The kinds of things that are owned.
const (
	KindNode  Kind = "node"  // a node's entry in the directory; the id is the node's
	KindLobby Kind = "lobby" // a lobby, with its entry, its members and its join code
	KindMatch Kind = "match" // a match, with its entry, its checkpoint and its inputs
	KindTask  Kind = "task"  // anything else that only one node is to do at a time
)

// Lease says that an owner has something until the lease ends. It is a value: renewing makes a new one.
type Lease struct {
	Kind Kind
	ID   string
	// Owner is one run of one process, never the same after a restart, such as "node-3/" and a UUID.
	Owner string
	// Epoch grows with every new owner, and is what fences off those before. It is at least the number of quarter seconds since 2026 by
	// the store's clock ([EpochAt]), so that it grows even when the store has lost what it knew. It fits the wire until 2060.
	Epoch uint32
	TTL   time.Duration // for which a renewal is good
	// Until is when the owner has to stop acting, by its own clock: [Margin] of TTL after the moment at which it asked for the last good renewal, and
	// so before the store thinks that the lease has ended. Zero for the leases of others.
	Until time.Time
}

// Margin is how much of its TTL an owner may use: the rest is for clocks that do not run equally fast.
const Margin = 0.9

// UsableUntil is [Lease.Until] for a lease that was asked for at a moment of the asker's own clock.
func UsableUntil(asked time.Time, ttl time.Duration) time.Time {
	return asked.Add(time.Duration(Margin * float64(ttl)))
}

// epochZero is 2026-01-01 00:00 UTC in milliseconds of Unix time.
const epochZero = 1_767_225_600_000

// EpochAt is the least epoch of a lease that is acquired at a moment of the store's clock, in milliseconds of Unix time.
func EpochAt(unixMilli int64) uint32 { return uint32(max(0, (unixMilli-epochZero)/250)) }

// Renewal is what came of renewing a lease.
type Renewal struct {
	Lease Lease // renewed, or as it was when Err is set
	// Lapsed says that the lease had ended, but nobody has taken it.
	Lapsed bool
	// Restored says that the store had lost the lease (it was restarted, or failed over) and has it back now. What was put with the lease is to be
	// put again.
	Restored bool
	Err      error // [ErrFenced] or [ErrUnavailable]
}

// Leases are the ground that everything owned stands on.
type Leases interface {
	// Acquire takes what nobody has, or whose lease has ended, for an owner. An owner that has it already gets the same epoch again, otherwise the
	// epoch is higher than all before. While a lease of somebody else lasts: [ErrHeld].
	//
	// Taking over from another node is done through a [Keeper], which knows when this node's view of the store is to be trusted.
	Acquire(ctx context.Context, kind Kind, id, owner string, ttl time.Duration) (Lease, error)
	// Renew makes leases last for their TTL from now, all in one go, and says in the same order what came of it. A lease that the store does not know, or
	// knows with a lower epoch, is entered again.
	Renew(ctx context.Context, leases ...Lease) []Renewal
	// Transfer gives a lease to another owner, under a higher epoch, for a planned move. What was put with it stays. [ErrFenced]. The new owner calls
	// Acquire, which gives it the same epoch.
	Transfer(ctx context.Context, lease Lease, owner string) (Lease, error)
	// Release ends a lease and removes what was put with it. Releasing what the store does not know is done already. [ErrFenced].
	Release(ctx context.Context, lease Lease) error
	// Expired lists leases that have ended and that nobody has taken or released, some hundreds at once. After [Retention] the store forgets them with
	// all that was put with them.
	Expired(ctx context.Context, kind Kind) ([]Lease, error)
}

// Retention is how long the store keeps what its owner has not renewed.
const Retention = 10 * time.Minute
