package clustertest

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/deltatick/deltatick/cluster"
)

var leaseTests = []Test{
	{"LeaseIsOneOwnersWhileItLasts", leaseIsOneOwnersWhileItLasts},
	{"AcquiringAgainGivesTheSameEpoch", acquiringAgainGivesTheSameEpoch},
	{"EpochGrowsWithEveryOwner", epochGrowsWithEveryOwner},
	{"OfManyWhoAcquireOneHasIt", ofManyWhoAcquireOneHasIt},
	{"LostLeaseIsFenced", lostLeaseIsFenced},
	{"LapsedLeaseIsRenewedIfNobodyTookIt", lapsedLeaseIsRenewedIfNobodyTookIt},
	{"UnknownLeaseIsEnteredAgain", unknownLeaseIsEnteredAgain},
	{"TransferFencesTheOldOwner", transferFencesTheOldOwner},
	{"ExpiredListsWhatEnded", expiredListsWhatEnded},
	{"LeaseCanBeUsedForLessThanItLasts", leaseCanBeUsedForLessThanItLasts},
	{"BadArgumentsAreRefused", badArgumentsAreRefused},
}

func leaseIsOneOwnersWhileItLasts(t *testing.T, s Service) {
	a, b := s.Open(), s.Open()
	lease := acquire(t, a, cluster.KindMatch, "m", "A", long)
	_, err := b.Acquire(ctx(t), cluster.KindMatch, "m", "B", long)
	want(t, err, cluster.ErrHeld)
	acquire(t, b, cluster.KindLobby, "m", "B", long) // another kind is another thing
	must(t, a.Release(ctx(t), lease))
	must(t, a.Release(ctx(t), lease)) // done already
	acquire(t, b, cluster.KindMatch, "m", "B", long)
	want(t, a.Release(ctx(t), lease), cluster.ErrFenced)
}

func acquiringAgainGivesTheSameEpoch(t *testing.T, s Service) {
	e := s.Open()
	first := acquire(t, e, cluster.KindTask, "x", "A", long)
	if again := acquire(t, e, cluster.KindTask, "x", "A", long); again.Epoch != first.Epoch {
		t.Fatalf("epoch %d, then %d", first.Epoch, again.Epoch)
	}
}

func epochGrowsWithEveryOwner(t *testing.T, s Service) {
	e := s.Open()
	last := uint32(0)
	for _, owner := range strings.Fields("A B C D E F G H") {
		lease := acquire(t, e, cluster.KindMatch, "m", owner, long)
		if lease.Epoch <= last {
			t.Fatalf("epoch %d after %d", lease.Epoch, last)
		}
		last = lease.Epoch
		must(t, e.Release(ctx(t), lease)) // forgets the lease, not the epoch
	}
	if least := cluster.EpochAt(time.Now().Add(-time.Minute).UnixMilli()); last < least {
		t.Fatalf("epoch %d, want %d at least: the store's time", last, least)
	}
}

func ofManyWhoAcquireOneHasIt(t *testing.T, s Service) {
	engines := []cluster.Engine{s.Open(), s.Open(), s.Open()}
	var had atomic.Int32
	var all sync.WaitGroup
	for i := range 60 {
		all.Go(func() {
			owner := "owner " + string(rune('A'+i))
			if _, err := engines[i%3].Acquire(ctx(t), cluster.KindMatch, "m", owner, long); err == nil {
				had.Add(1)
			}
		})
	}
	all.Wait()
	if had.Load() != 1 {
		t.Fatalf("%d owners", had.Load())
	}
}

func lostLeaseIsFenced(t *testing.T, s Service) {
	a, b := s.Open(), s.Open()
	old := acquire(t, a, cluster.KindMatch, "m", "A", short)
	next := takeOver(t, b, cluster.KindMatch, "m", "B", long)
	if next.Epoch <= old.Epoch {
		t.Fatalf("epoch %d after %d", next.Epoch, old.Epoch)
	}
	renewals := a.Renew(ctx(t), old)
	want(t, renewals[0].Err, cluster.ErrFenced)
	want(t, a.PutMatch(ctx(t), old, cluster.Match{}), cluster.ErrFenced)
	want(t, a.Release(ctx(t), old), cluster.ErrFenced)
	_, err := a.Transfer(ctx(t), old, "C")
	want(t, err, cluster.ErrFenced)
	must(t, b.Renew(ctx(t), next)[0].Err)
}

func lapsedLeaseIsRenewedIfNobodyTookIt(t *testing.T, s Service) {
	e := s.Open()
	lease := acquire(t, e, cluster.KindMatch, "m", "A", short)
	eventually(t, "the lease ends", func() bool {
		expired, err := e.Expired(ctx(t), cluster.KindMatch)
		must(t, err)
		return len(expired) == 1
	})
	lease.TTL = long
	r := e.Renew(ctx(t), lease)[0]
	if r.Err != nil || !r.Lapsed || r.Lease.Epoch != lease.Epoch {
		t.Fatalf("got %+v, want the same lease, lapsed", r)
	}
	if r = e.Renew(ctx(t), lease)[0]; r.Err != nil || r.Lapsed {
		t.Fatalf("got %+v, want it renewed", r)
	}
}

func unknownLeaseIsEnteredAgain(t *testing.T, s Service) {
	a, b := s.Open(), s.Open()
	// As if the store had been restarted: it knows neither of two leases, of which one was taken over.
	newer := cluster.Lease{Kind: cluster.KindMatch, ID: "m", Owner: "B", Epoch: cluster.EpochAt(time.Now().UnixMilli()) + 5, TTL: long}
	older := newer
	older.Owner, older.Epoch = "A", newer.Epoch-1
	if r := a.Renew(ctx(t), older)[0]; r.Err != nil || !r.Restored {
		t.Fatalf("got %+v, want it restored", r)
	}
	if r := b.Renew(ctx(t), newer)[0]; r.Err != nil || !r.Restored {
		t.Fatalf("got %+v, want the higher epoch restored", r)
	}
	want(t, a.Renew(ctx(t), older)[0].Err, cluster.ErrFenced)
	_, err := a.Acquire(ctx(t), cluster.KindMatch, "m", "A", long)
	want(t, err, cluster.ErrHeld)
	// Someone who writes does so, too.
	lost := cluster.Lease{Kind: cluster.KindMatch, ID: "n", Owner: "A", Epoch: 7, TTL: long}
	must(t, a.PutMatch(ctx(t), lost, cluster.Match{Address: "here"}))
	_, err = b.Acquire(ctx(t), cluster.KindMatch, "n", "B", long)
	want(t, err, cluster.ErrHeld)
}

func transferFencesTheOldOwner(t *testing.T, s Service) {
	a, b := s.Open(), s.Open()
	old := acquire(t, a, cluster.KindMatch, "m", "A", long)
	must(t, a.PutMatch(ctx(t), old, cluster.Match{Address: "a"}))
	given, err := a.Transfer(ctx(t), old, "B")
	must(t, err)
	again, err := a.Transfer(ctx(t), old, "B")
	must(t, err)
	taken := acquire(t, b, cluster.KindMatch, "m", "B", long)
	if given.Epoch <= old.Epoch || taken.Epoch != given.Epoch || again.Epoch != given.Epoch {
		t.Fatalf("epochs: %d, given %d and %d, taken %d", old.Epoch, given.Epoch, again.Epoch, taken.Epoch)
	}
	want(t, a.Renew(ctx(t), old)[0].Err, cluster.ErrFenced)
	if m, err := b.Match(ctx(t), "m"); err != nil || m.Address != "a" {
		t.Fatalf("got %+v, %v: what was put stays", m, err)
	}
}

func expiredListsWhatEnded(t *testing.T, s Service) {
	a, b := s.Open(), s.Open()
	acquire(t, a, cluster.KindMatch, "lasts", "A", long)
	for _, id := range []string{"one", "two", "three"} {
		acquire(t, a, cluster.KindMatch, id, "A", short)
	}
	eventually(t, "three leases end", func() bool {
		expired, err := b.Expired(ctx(t), cluster.KindMatch)
		must(t, err)
		for _, l := range expired {
			if l.ID == "lasts" || l.Owner != "A" || l.Epoch == 0 || l.TTL != short || l.Kind != cluster.KindMatch {
				t.Fatalf("listed: %+v", l)
			}
		}
		return len(expired) == 3
	})
	takeOver(t, b, cluster.KindMatch, "one", "B", long)
	expired, err := b.Expired(ctx(t), cluster.KindMatch)
	must(t, err)
	if len(expired) != 2 {
		t.Fatalf("listed: %+v", expired)
	}
}

func leaseCanBeUsedForLessThanItLasts(t *testing.T, s Service) {
	before := time.Now()
	lease := acquire(t, s.Open(), cluster.KindMatch, "m", "A", long)
	if latest := time.Now().Add(long * 9 / 10); lease.Until.After(latest) || lease.Until.Before(before.Add(long/2)) {
		t.Fatalf("until %v, asked at %v for %v", lease.Until, before, long)
	}
}

func badArgumentsAreRefused(t *testing.T, s Service) {
	e := s.Open()
	lease := acquire(t, e, cluster.KindLobby, "l", "A", long)
	large := strings.Repeat("x", cluster.MaxID+1)
	for what, do := range map[string]func() error{
		"no id":        func() error { _, err := e.Acquire(ctx(t), cluster.KindMatch, "", "A", long); return err },
		"a large id":   func() error { _, err := e.Acquire(ctx(t), cluster.KindMatch, large, "A", long); return err },
		"no owner":     func() error { _, err := e.Acquire(ctx(t), cluster.KindMatch, "m", "", long); return err },
		"no TTL":       func() error { _, err := e.Acquire(ctx(t), cluster.KindMatch, "m", "A", 0); return err },
		"no kind":      func() error { _, err := e.Acquire(ctx(t), "", "m", "A", long); return err },
		"another kind": func() error { return e.PutMatch(ctx(t), lease, cluster.Match{}) },
		"a large topic": func() error {
			_, err := e.Subscribe(ctx(t), large)
			return err
		},
		"a large message": func() error { return e.Publish(ctx(t), "t", make([]byte, cluster.MaxMessage+1)) },
		"large lobby data": func() error {
			return e.PutLobby(ctx(t), lease, cluster.Lobby{Data: make([]byte, cluster.MaxRecord+1)}, nil)
		},
		"negative sessions": func() error { return e.SetPresence(ctx(t), "A", "ada", cluster.Sessions{"online": -1}) },
		"no hold":           func() error { _, err := e.Join(ctx(t), "l", "ada", 0); return err },
	} {
		t.Log(what)
		want(t, do(), cluster.ErrInvalid)
	}
}
