package cluster_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/clustertest"
	"github.com/deltatick/deltatick/cluster/memory"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// slow is an engine whose answers come late, or not at all.
type slow struct {
	cluster.Engine
	renew, read atomic.Int64 // time.Duration
	away        atomic.Bool
}

func (s *slow) Renew(ctx context.Context, leases ...cluster.Lease) []cluster.Renewal {
	if s.away.Load() {
		var all []cluster.Renewal
		for _, l := range leases {
			all = append(all, cluster.Renewal{Lease: l, Err: cluster.ErrUnavailable})
		}
		return all
	}
	time.Sleep(time.Duration(s.renew.Load()))
	return s.Engine.Renew(ctx, leases...)
}

func (s *slow) Expired(ctx context.Context, kind cluster.Kind) ([]cluster.Lease, error) {
	time.Sleep(time.Duration(s.read.Load()))
	return s.Engine.Expired(ctx, kind)
}

const ttl = time.Second

// pair is a keeper with a lease of its own, and a match of another node that has ended.
func pair(t *testing.T) (*slow, *cluster.Keeper, *cluster.Held) {
	t.Helper()
	s := &slow{Engine: memory.New(memory.Config{})}
	k, _ := clustertest.Keep(t, cluster.KeeperConfig{Engine: s, TTL: ttl})
	held, err := k.Acquire(t.Context(), cluster.KindNode, "a", "A")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Acquire(t.Context(), cluster.KindMatch, "m", "B", ttl); err != nil {
		t.Fatal(err)
	}
	time.Sleep(3*ttl + ttl/8) // of the bubble, to between two renewals
	return s, k, held
}

func sees(t *testing.T, k *cluster.Keeper, wanted int, wantedErr error) {
	t.Helper()
	expired, err := k.Expired(t.Context(), cluster.KindMatch)
	if len(expired) != wanted || !errors.Is(err, wantedErr) {
		t.Fatalf("sees %v, %v, want %d, %v", expired, err, wanted, wantedErr)
	}
}

func TestReadThatTookLongShowsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, k, _ := pair(t)
		sees(t, k, 1, nil)
		s.read.Store(int64(ttl/10 + time.Millisecond))
		sees(t, k, 0, cluster.ErrUnsteady)
		s.read.Store(int64(ttl / 10))
		sees(t, k, 1, nil)
	})
}

func TestNodeStandsDownForTwoTTLsAfterARenewalThatFailed(t *testing.T) {
	for name, hinder := range map[string]func(s *slow, broken bool){
		"failed": func(s *slow, broken bool) { s.away.Store(broken) },
		"was slow": func(s *slow, broken bool) {
			s.renew.Store(map[bool]int64{true: int64(ttl/4 + time.Millisecond)}[broken])
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, k, _ := pair(t)
				sees(t, k, 1, nil)
				hinder(s, true)
				time.Sleep(ttl)
				hinder(s, false)
				sees(t, k, 0, cluster.ErrUnsteady)
				if _, err := k.TakeOver(t.Context(), cluster.Lease{Kind: cluster.KindMatch, ID: "m"}, "A"); !errors.Is(err, cluster.ErrUnsteady) {
					t.Fatalf("takes over: %v", err)
				}
				time.Sleep(2*ttl - ttl/4)
				sees(t, k, 0, cluster.ErrUnsteady)
				time.Sleep(ttl)
				sees(t, k, 1, nil)
			})
		})
	}
}

func TestOwnerStopsBeforeItsLeaseEndsAndGoesOnWithTheNextRenewal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, held := pair(t)
		s.away.Store(true)
		time.Sleep(time.Until(held.Lease().Until))
		if held.Valid() {
			t.Fatal("it acts although nine tenths of its TTL have gone by since the last renewal")
		}
		if _, err := s.Acquire(t.Context(), cluster.KindNode, "a", "B", ttl); !errors.Is(err, cluster.ErrHeld) {
			t.Fatalf("another could have it: %v", err)
		}
		time.Sleep(ttl) // the lease has ended, and nobody took it
		s.away.Store(false)
		time.Sleep(ttl / 2)
		if !held.Valid() {
			t.Fatal("it does not go on")
		}
	})
}

// late is an engine whose calls are done, and answered when nobody waits any more.
type late struct {
	cluster.Engine
	is atomic.Bool
}

func (l *late) Renew(ctx context.Context, leases ...cluster.Lease) []cluster.Renewal {
	renewals := l.Engine.Renew(ctx, leases...)
	for i := range renewals {
		if l.is.Load() {
			renewals[i] = cluster.Renewal{Lease: leases[i], Err: cluster.ErrUnavailable}
		}
	}
	return renewals
}

func (l *late) Expired(ctx context.Context, kind cluster.Kind) ([]cluster.Lease, error) {
	expired, err := l.Engine.Expired(ctx, kind)
	if l.is.Load() {
		return nil, cluster.ErrUnavailable
	}
	return expired, err
}

func TestNodeThatHearsNoAnswersLeavesItsLeasesToOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &late{Engine: memory.New(memory.Config{})}
		k, _ := clustertest.Keep(t, cluster.KeeperConfig{Engine: l, TTL: ttl})
		taken, err := k.Acquire(t.Context(), cluster.KindMatch, "taken", "A")
		if err != nil {
			t.Fatal(err)
		}
		kept, err := k.Acquire(t.Context(), cluster.KindMatch, "kept", "A")
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * ttl)
		l.is.Store(true)
		time.Sleep(4 * ttl)
		if _, err := l.Acquire(t.Context(), cluster.KindMatch, "taken", "B", time.Minute); err != nil {
			t.Fatalf("another cannot have what its owner cannot use: %v", err)
		}
		l.is.Store(false)
		time.Sleep(ttl / 2)
		if taken.Valid() || !kept.Valid() {
			t.Errorf("valid: %v what another took, %v what nobody did", taken.Valid(), kept.Valid())
		}
	})
}

func TestKeeperThatRenewsTooSeldomIsRefused(t *testing.T) {
	e := memory.New(memory.Config{})
	for _, cfg := range []cluster.KeeperConfig{{}, {Engine: e, Every: time.Second}, {Engine: e, TTL: time.Millisecond}, {Engine: e, Every: -1}} {
		if _, err := cluster.NewKeeper(cfg); !errors.Is(err, cluster.ErrInvalid) {
			t.Errorf("%+v: %v, want %v", cfg, err, cluster.ErrInvalid)
		}
	}
}
