package memory

import (
	"context"
	"time"

	"github.com/deltatick/deltatick/cluster"
)

// lease is one as the store has it.
type lease struct {
	owner string
	epoch uint32
	ttl   time.Duration
	end   time.Time
}

// expiredAtOnce is how many leases Expired lists.
const expiredAtOnce = 256

// Acquire implements [cluster.Leases].
func (e *Engine) Acquire(ctx context.Context, kind cluster.Kind, id, owner string, ttl time.Duration) (cluster.Lease, error) {
	asked := time.Now()
	l := cluster.Lease{Kind: kind, ID: id, Owner: owner, TTL: ttl, Until: cluster.UsableUntil(asked, ttl)}
	if err := l.Check(kind); err != nil {
		return cluster.Lease{}, err
	}
	if err := ctx.Err(); err != nil {
		return cluster.Lease{}, err
	}
	s := e.store
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	has := s.leases[kind][id]
	switch {
	case has != nil && has.owner == owner:
		l.Epoch = has.epoch
	case has != nil && has.end.After(now):
		return cluster.Lease{}, cluster.ErrHeld
	default:
		l.Epoch = s.nextEpoch(kind, has, now)
	}
	s.enter(l, now)
	return l, nil
}

// nextEpoch is higher than all there were. It needs mu.
func (s *Store) nextEpoch(kind cluster.Kind, has *lease, now time.Time) uint32 {
	last := s.floors[kind]
	if has != nil {
		last = max(last, has.epoch)
	}
	return max(last+1, cluster.EpochAt(now.UnixMilli()))
}

// enter makes a lease the one that counts. It needs mu.
func (s *Store) enter(l cluster.Lease, now time.Time) {
	if s.leases[l.Kind] == nil {
		s.leases[l.Kind] = map[string]*lease{}
	}
	s.leases[l.Kind][l.ID] = &lease{owner: l.Owner, epoch: l.Epoch, ttl: l.TTL, end: now.Add(l.TTL)}
}

// admit says whether what is written with a lease is its owner's to write; a lease that is not known, or with a lower epoch, is entered
// again, and restored says so. It needs mu.
func (s *Store) admit(l cluster.Lease) (restored bool, err error) {
	has := s.leases[l.Kind][l.ID]
	switch {
	case has == nil || has.epoch < l.Epoch:
		s.enter(l, s.now())
		return true, nil
	case has.owner == l.Owner && has.epoch == l.Epoch:
		return false, nil
	}
	return false, cluster.ErrFenced
}

// Renew implements [cluster.Leases].
func (e *Engine) Renew(ctx context.Context, leases ...cluster.Lease) []cluster.Renewal {
	asked := time.Now()
	s := e.store
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	renewals := make([]cluster.Renewal, len(leases))
	for i, l := range leases {
		r := &renewals[i]
		r.Lease = l
		if r.Err = l.Check(l.Kind); r.Err != nil {
			continue
		}
		if r.Err = ctx.Err(); r.Err != nil {
			continue
		}
		if r.Restored, r.Err = s.admit(l); r.Err != nil {
			continue
		}
		has := s.leases[l.Kind][l.ID]
		r.Lapsed = !has.end.After(now)
		has.ttl, has.end = l.TTL, now.Add(l.TTL)
		r.Lease.Until = cluster.UsableUntil(asked, l.TTL)
	}
	return renewals
}

// Transfer implements [cluster.Leases].
func (e *Engine) Transfer(ctx context.Context, l cluster.Lease, owner string) (cluster.Lease, error) {
	if err := l.Check(l.Kind); err != nil {
		return cluster.Lease{}, err
	}
	if err := cluster.CheckName("owner", owner); err != nil {
		return cluster.Lease{}, err
	}
	if err := ctx.Err(); err != nil {
		return cluster.Lease{}, err
	}
	s := e.store
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	next := l
	next.Owner, next.Until = owner, time.Time{}
	if has := s.leases[l.Kind][l.ID]; has != nil && has.owner == owner && has.epoch > l.Epoch {
		next.Epoch = has.epoch // done already
		return next, nil
	}
	if _, err := s.admit(l); err != nil {
		return cluster.Lease{}, err
	}
	next.Epoch = s.nextEpoch(l.Kind, s.leases[l.Kind][l.ID], now)
	s.enter(next, now)
	return next, nil
}

// Release implements [cluster.Leases].
func (e *Engine) Release(ctx context.Context, l cluster.Lease) error {
	if err := l.Check(l.Kind); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	s := e.store
	s.mu.Lock()
	defer s.mu.Unlock()
	has := s.leases[l.Kind][l.ID]
	if has == nil {
		return nil
	}
	if has.owner != l.Owner || has.epoch != l.Epoch {
		return cluster.ErrFenced
	}
	s.remove(l.Kind, l.ID)
	return nil
}

// remove forgets a lease and what was put with it. It needs mu.
func (s *Store) remove(kind cluster.Kind, id string) {
	s.floors[kind] = max(s.floors[kind], s.leases[kind][id].epoch)
	delete(s.leases[kind], id)
	switch kind {
	case cluster.KindNode:
		delete(s.nodes, id)
	case cluster.KindLobby:
		s.removeLobby(id)
	case cluster.KindMatch:
		delete(s.matches, id)
		delete(s.saved, id)
	}
}

// Expired implements [cluster.Leases].
func (e *Engine) Expired(ctx context.Context, kind cluster.Kind) ([]cluster.Lease, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s := e.store
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	var expired []cluster.Lease
	for id, l := range s.leases[kind] {
		switch {
		case l.end.After(now):
		case now.Sub(l.end) >= cluster.Retention:
			s.remove(kind, id)
		case len(expired) < expiredAtOnce:
			expired = append(expired, cluster.Lease{Kind: kind, ID: id, Owner: l.owner, Epoch: l.epoch, TTL: l.ttl})
		}
	}
	return expired, nil
}
