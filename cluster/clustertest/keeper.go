package clustertest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/deltatick/deltatick/cluster"
)

var keeperTests = []Test{
	{"KeeperKeepsLeases", keeperKeepsLeases},
	{"KeeperTellsAnOwnerWhatItLost", keeperTellsAnOwnerWhatItLost},
	{"KeeperTakesOverFromANodeThatDied", keeperTakesOverFromANodeThatDied},
}

// ttl is that of keepers here: long enough for a busy machine to renew in time.
const ttl = 2 * time.Second

// Keep runs a keeper until the test ends, or until stop is called, and waits for it.
func Keep(t *testing.T, cfg cluster.KeeperConfig) (k *cluster.Keeper, stop func()) {
	t.Helper()
	k, err := cluster.NewKeeper(cfg)
	must(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = k.Run(ctx) })
	stop = func() {
		cancel()
		running.Wait()
	}
	t.Cleanup(stop)
	return k, stop
}

func keep(t *testing.T, k *cluster.Keeper, kind cluster.Kind, id, owner string) *cluster.Held {
	t.Helper()
	held, err := k.Acquire(ctx(t), kind, id, owner)
	must(t, err)
	return held
}

func keeperKeepsLeases(t *testing.T, s Service) {
	a, b := s.Open(), s.Open()
	k, _ := Keep(t, cluster.KeeperConfig{Engine: a, TTL: ttl})
	held := keep(t, k, cluster.KindMatch, "m", "A")
	first := held.Lease()
	eventually(t, "the lease was renewed for longer than it lasts", func() bool { return held.Lease().Until.Sub(first.Until) > ttl })
	if !held.Valid() || held.Lease().Epoch != first.Epoch {
		t.Fatalf("valid: %v, epoch %d, was %d", held.Valid(), held.Lease().Epoch, first.Epoch)
	}
	_, err := b.Acquire(ctx(t), cluster.KindMatch, "m", "B", ttl)
	want(t, err, cluster.ErrHeld)
	must(t, k.Release(ctx(t), held))
	acquire(t, b, cluster.KindMatch, "m", "B", ttl)
}

func keeperTellsAnOwnerWhatItLost(t *testing.T, s Service) {
	a, b := s.Open(), s.Open()
	k, _ := Keep(t, cluster.KeeperConfig{Engine: a, TTL: ttl})
	kept, lost := keep(t, k, cluster.KindMatch, "kept", "A"), keep(t, k, cluster.KindMatch, "lost", "A")
	_, err := b.Transfer(ctx(t), lost.Lease(), "B") // as if it had ended and been taken
	must(t, err)
	select {
	case <-lost.Lost():
	case <-ctx(t).Done():
		t.Fatal("the owner was not told")
	}
	if lost.Valid() || !kept.Valid() {
		t.Fatalf("valid: %v what was lost, %v what was kept", lost.Valid(), kept.Valid())
	}
}

func keeperTakesOverFromANodeThatDied(t *testing.T, s Service) {
	a, b := s.Open(), s.Open()
	ka, die := Keep(t, cluster.KeeperConfig{Engine: a, TTL: ttl})
	kb, _ := Keep(t, cluster.KeeperConfig{Engine: b, TTL: ttl})
	_, err := kb.Expired(ctx(t), cluster.KindMatch)
	want(t, err, cluster.ErrUnsteady) // it has only just come
	keep(t, kb, cluster.KindNode, "b", "B")
	old := keep(t, ka, cluster.KindMatch, "m", "A")
	die()
	var next *cluster.Held
	eventually(t, "b takes over", func() bool {
		expired, err := kb.Expired(ctx(t), cluster.KindMatch)
		if err != nil && !errors.Is(err, cluster.ErrUnsteady) {
			t.Fatal(err)
		}
		if len(expired) == 0 {
			return false
		}
		next, err = kb.TakeOver(ctx(t), expired[0], "B")
		return err == nil
	})
	if old.Valid() || !next.Valid() || next.Lease().Epoch <= old.Lease().Epoch {
		t.Fatalf("old %+v, valid: %v; next %+v, valid: %v", old.Lease(), old.Valid(), next.Lease(), next.Valid())
	}
}
