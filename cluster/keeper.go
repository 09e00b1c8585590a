package cluster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// KeeperConfig is what a [Keeper] is made from. Zero values are the stated defaults.
type KeeperConfig struct {
	Engine Engine
	TTL    time.Duration // of leases; default 1 s
	Every  time.Duration // between renewals; default a quarter of TTL, and at most that
	// Restored, if set, is told of leases that the store had lost: what was put with them is to be put again. It is called by the goroutine in Run and
	// must not wait for the store.
	Restored func(Lease)
}

// Keeper renews the leases of a node. Make it with [NewKeeper], let one goroutine [Keeper.Run] it; everything else may be called by any goroutine.
//
// It also decides when the node may take over from others. A store that stalls lets the leases of all end at the same moment, and whoever
// reads first when it goes on finds everybody dead. So a node that has not been able to renew its own leases in time, or whose
// read took long, has seen nothing: it takes over again after its own renewals have been good for two TTLs.
//
// And it lets go of what it cannot use: renewals that arrive, but whose answers come too late, would keep leases from others that their owner may
// not act on. So after two TTLs without an answer it renews nothing until the store has answered a question.
type Keeper struct {
	engine   Engine
	ttl      time.Duration
	every    time.Duration
	restored func(Lease)

	mu    sync.Mutex
	held  map[kindID]*Held
	since time.Time // renewals have been good
	last  time.Time // of the good ones: when it was asked for; zero: none
	heard time.Time // when the store last answered; zero: never
}

type kindID struct {
	kind Kind
	id   string
}

const defaultTTL = time.Second

// NewKeeper makes a keeper without leases and starts nothing.
func NewKeeper(cfg KeeperConfig) (*Keeper, error) {
	ttl := cmp.Or(cfg.TTL, defaultTTL)
	every := cmp.Or(cfg.Every, ttl/4)
	if cfg.Engine == nil || every <= 0 || every > ttl/4 {
		return nil, fmt.Errorf("%w: keeper with an engine: %v, renewing every %v, want a quarter of %v at most", ErrInvalid, cfg.Engine != nil, every, ttl)
	}
	if err := CheckTTL(ttl); err != nil {
		return nil, err
	}
	return &Keeper{engine: cfg.Engine, ttl: ttl, every: every, restored: cfg.Restored, held: map[kindID]*Held{}}, nil
}

// Run renews until ctx ends, and returns ctx's error. Leases are left to end by themselves.
func (k *Keeper) Run(ctx context.Context) error {
	ticker := time.NewTicker(k.every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
			k.renew(ctx)
		}
	}
}

// Acquire is [Leases.Acquire] with the keeper's TTL, and keeps the lease.
func (k *Keeper) Acquire(ctx context.Context, kind Kind, id, owner string) (*Held, error) {
	lease, err := k.engine.Acquire(ctx, kind, id, owner, k.ttl)
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.heard = time.Now()
	key := kindID{kind, id}
	if h := k.held[key]; h != nil {
		if h.Lease().Epoch == lease.Epoch {
			h.lease.Store(&lease)
			return h, nil
		}
		h.lose()
	}
	h := &Held{lost: make(chan struct{})}
	h.lease.Store(&lease)
	k.held[key] = h
	return h, nil
}

// Release stops keeping a lease, and then is [Leases.Release]. Its owner has stopped acting.
func (k *Keeper) Release(ctx context.Context, h *Held) error {
	k.drop(h)
	return k.engine.Release(ctx, h.Lease())
}

// Drop stops keeping a lease and leaves it to end by itself, so that another node takes it over with what was put with it. Its owner has stopped acting.
func (k *Keeper) Drop(h *Held) { k.drop(h) }

// Transfer stops keeping a lease, and then is [Leases.Transfer]. Its owner has stopped acting.
func (k *Keeper) Transfer(ctx context.Context, h *Held, owner string) (Lease, error) {
	k.drop(h)
	return k.engine.Transfer(ctx, h.Lease(), owner)
}

// Expired lists what can be taken over, or says [ErrUnsteady] when this node's view of the store is not to be trusted.
func (k *Keeper) Expired(ctx context.Context, kind Kind) ([]Lease, error) {
	if !k.Steady() {
		return nil, ErrUnsteady
	}
	asked := time.Now()
	expired, err := k.engine.Expired(ctx, kind)
	if err != nil {
		return nil, err
	}
	if time.Since(asked) > k.ttl/10 || !k.Steady() {
		return nil, ErrUnsteady
	}
	return expired, nil
}

// TakeOver acquires a lease that has ended and that [Keeper.Expired] has listed. [ErrUnsteady], and as Acquire: [ErrHeld] if its owner has renewed it after
// all, or another node was faster.
func (k *Keeper) TakeOver(ctx context.Context, expired Lease, owner string) (*Held, error) {
	if !k.Steady() {
		return nil, ErrUnsteady
	}
	return k.Acquire(ctx, expired.Kind, expired.ID, owner)
}

// Steady says whether this node has renewed its leases in time for two TTLs without a break. One without a lease is not steady: the first
// a node acquires is its own.
func (k *Keeper) Steady() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := time.Now()
	return !k.last.IsZero() && now.Sub(k.last) <= k.ttl/2 && now.Sub(k.since) >= 2*k.ttl
}

// renew is one round of renewals.
func (k *Keeper) renew(ctx context.Context) {
	k.mu.Lock()
	all := make([]*Held, 0, len(k.held))
	leases := make([]Lease, 0, len(k.held))
	for _, h := range k.held {
		all, leases = append(all, h), append(leases, h.Lease())
	}
	k.mu.Unlock()
	if len(all) == 0 {
		return
	}
	if !k.reaches(ctx) {
		return
	}
	asked := time.Now()
	renewals := k.engine.Renew(ctx, leases...)
	k.judge(asked, renewals)
	for i, r := range renewals {
		switch {
		case r.Err == nil:
			k.keep(all[i], r.Lease)
			if r.Restored && k.restored != nil {
				k.restored(r.Lease)
			}
		case errors.Is(r.Err, ErrFenced):
			k.drop(all[i])
			all[i].lose()
		}
	}
}

// reaches says whether the store answers: it has lately, or does when asked.
func (k *Keeper) reaches(ctx context.Context) bool {
	k.mu.Lock()
	lately := time.Since(k.heard) <= 2*k.ttl
	k.mu.Unlock()
	if lately {
		return true
	}
	_, err := k.engine.Expired(ctx, KindNode)
	return err == nil
}

// keep takes a renewed lease in, unless it was dropped meanwhile.
func (k *Keeper) keep(h *Held, lease Lease) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.held[kindID{lease.Kind, lease.ID}] == h {
		h.lease.Store(&lease)
	}
}

// drop stops keeping a lease.
func (k *Keeper) drop(h *Held) {
	lease := h.Lease()
	k.mu.Lock()
	defer k.mu.Unlock()
	if key := (kindID{lease.Kind, lease.ID}); k.held[key] == h {
		delete(k.held, key)
	}
}

// judge says whether a round of renewals was a good one. A stall of the store ends a lease that is renewed every quarter of a TTL only if
// it takes three quarters; a renewal of this node's own is then under way for half a TTL at least, or is late by as much.
func (k *Keeper) judge(asked time.Time, renewals []Renewal) {
	good, answered := time.Since(asked) <= k.ttl/4, false
	for _, r := range renewals {
		answered = answered || r.Err == nil || errors.Is(r.Err, ErrFenced)
		if r.Lapsed || r.Restored || r.Err != nil && !errors.Is(r.Err, ErrFenced) {
			good = false
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if answered {
		k.heard = time.Now()
	}
	if !good {
		k.last = time.Time{}
		return
	}
	if k.last.IsZero() || asked.Sub(k.last) > k.ttl/2 {
		k.since = asked
	}
	k.last = asked
}

// Held is a lease that a [Keeper] keeps.
type Held struct {
	lease atomic.Pointer[Lease]
	once  sync.Once
	lost  chan struct{}
}

// Lease is the lease as it was last renewed.
func (h *Held) Lease() Lease { return *h.lease.Load() }

// Valid says whether the owner may act now. Between two renewals that could not be made in time it may not, and may again after
// the next good one; a match asks in every tick and before it sends. It takes no lock and allocates nothing.
func (h *Held) Valid() bool {
	select {
	case <-h.lost:
		return false
	default:
		return time.Now().Before(h.lease.Load().Until)
	}
}

// Lost is closed when somebody else owns it: the owner is to give up what it has.
func (h *Held) Lost() <-chan struct{} { return h.lost }

func (h *Held) lose() { h.once.Do(func() { close(h.lost) }) }
