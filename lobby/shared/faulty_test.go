package shared_test

import (
	"cmp"
	"context"
	"sync/atomic"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/memory"
)

// faulty is an engine whose store can be away.
type faulty struct {
	cluster.Engine // the first, whose feeds go on
	away           atomic.Bool
	noLobbies      atomic.Bool                   // only entries of lobbies cannot be put
	deaf           atomic.Bool                   // what feeds tell of lobbies does not arrive, until it does
	now            atomic.Pointer[memory.Engine] // what it is instead; nil: the first
}

func (e *faulty) replace(by *memory.Engine) { e.now.Store(by) }

func (e *faulty) engine() cluster.Engine {
	if now := e.now.Load(); now != nil {
		return now
	}
	return e.Engine
}

func (e *faulty) err() error {
	if e.away.Load() {
		return cluster.ErrUnavailable
	}
	return nil
}

func (e *faulty) Acquire(ctx context.Context, kind cluster.Kind, id, owner string, ttl time.Duration) (cluster.Lease, error) {
	if err := e.err(); err != nil {
		return cluster.Lease{}, err
	}
	return e.engine().Acquire(ctx, kind, id, owner, ttl)
}

func (e *faulty) Renew(ctx context.Context, leases ...cluster.Lease) []cluster.Renewal {
	if err := e.err(); err != nil {
		all := make([]cluster.Renewal, len(leases))
		for i, l := range leases {
			all[i] = cluster.Renewal{Lease: l, Err: err}
		}
		return all
	}
	return e.engine().Renew(ctx, leases...)
}

func (e *faulty) Release(ctx context.Context, l cluster.Lease) error {
	if err := e.err(); err != nil {
		return err
	}
	return e.engine().Release(ctx, l)
}

func (e *faulty) Transfer(ctx context.Context, l cluster.Lease, owner string) (cluster.Lease, error) {
	if err := e.err(); err != nil {
		return cluster.Lease{}, err
	}
	return e.engine().Transfer(ctx, l, owner)
}

func (e *faulty) Expired(ctx context.Context, kind cluster.Kind) ([]cluster.Lease, error) {
	if err := e.err(); err != nil {
		return nil, err
	}
	return e.engine().Expired(ctx, kind)
}

func (e *faulty) PutLobby(ctx context.Context, l cluster.Lease, entry cluster.Lobby, members []string) error {
	if err := e.err(); err != nil || e.noLobbies.Load() {
		return cmp.Or(err, cluster.ErrUnavailable)
	}
	return e.engine().PutLobby(ctx, l, entry, members)
}

func (e *faulty) Lobby(ctx context.Context, id string) (cluster.Lobby, error) {
	if err := e.err(); err != nil {
		return cluster.Lobby{}, err
	}
	return e.engine().Lobby(ctx, id)
}

func (e *faulty) LobbyByCode(ctx context.Context, code string) (cluster.Lobby, error) {
	if err := e.err(); err != nil {
		return cluster.Lobby{}, err
	}
	return e.engine().LobbyByCode(ctx, code)
}

func (e *faulty) PutNode(ctx context.Context, l cluster.Lease, n cluster.Node) error {
	if err := e.err(); err != nil {
		return err
	}
	return e.engine().PutNode(ctx, l, n)
}

func (e *faulty) Join(ctx context.Context, id, user string, hold time.Duration) (cluster.Seats, error) {
	if err := e.err(); err != nil {
		return cluster.Seats{}, err
	}
	return e.engine().Join(ctx, id, user, hold)
}

func (e *faulty) WatchLobbies(ctx context.Context) (cluster.Feed[cluster.LobbyChanges], error) {
	feed, err := e.Engine.WatchLobbies(ctx)
	return lateFeed{feed, &e.deaf}, err
}

// lateFeed tells nothing while it is deaf.
type lateFeed struct {
	cluster.Feed[cluster.LobbyChanges]
	deaf *atomic.Bool
}

func (f lateFeed) Next(ctx context.Context) (cluster.LobbyChanges, error) {
	changes, err := f.Feed.Next(ctx)
	for err == nil && f.deaf.Load() {
		select {
		case <-ctx.Done():
			return changes, ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
	return changes, err
}
