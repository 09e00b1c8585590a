package cluster

import "time"

// bridge is a time for which leases hold that nobody can renew, since the store is away, and nobody can take over either.
type bridge struct{ from, until time.Time }

// carries says whether a lease that held until a moment still does: it did when the bridge began.
func (b *bridge) carries(until, now time.Time) bool {
	return b != nil && until.After(b.from) && now.Before(b.until)
}

// OutOfTouch says that it would be two TTLs at least before this node could take anything over from anybody: it has not renewed its own leases in time
// lately, and [Keeper.Steady] has to begin anew.
func (k *Keeper) OutOfTouch() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.last.IsZero() || time.Since(k.last) > k.ttl/2
}

// Bridge has the leases of this node hold for a time from now, at most a TTL, though they cannot be renewed. The caller knows that no other node can take them over
// meanwhile: each of them was out of touch, too, a moment ago. Only leases hold on that have not ended yet, so a node that was paused, or cut off
// for longer than a TTL before it was asked, brings nothing back to life.
func (k *Keeper) Bridge(d time.Duration) {
	now := time.Now()
	next := &bridge{now, now.Add(min(d, k.ttl))}
	if b := k.bridge.Load(); b != nil && now.Before(b.until) {
		next.from = b.from // it goes on
	}
	k.bridge.Store(next)
}

// TTL is that of the leases that the keeper acquires.
func (k *Keeper) TTL() time.Duration { return k.ttl }
