package clustertest

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deltatick/deltatick/cluster"
)

var matchTests = []Test{
	{"MatchIsFoundFromAnyNode", matchIsFoundFromAnyNode},
	{"SavedIsTheCheckpointAndTheInputsAfterIt", savedIsTheCheckpointAndTheInputsAfterIt},
	{"OldEpochsCheckpointIsRefused", oldEpochsCheckpointIsRefused},
	{"NewOwnerWritesHistoryAnew", newOwnerWritesHistoryAnew},
	{"EpochsGrowOverTakeovers", epochsGrowOverTakeovers},
	{"LogOfInputsIsBounded", logOfInputsIsBounded},
	{"ManyMatchesAreSavedAtOnce", manyMatchesAreSavedAtOnce},
	{"EntryAndCheckpointAreSavedTogether", entryAndCheckpointAreSavedTogether},
	{"FencedSaveWritesNothing", fencedSaveWritesNothing},
	{"EntryIsKeptThoughTheLogIsFull", entryIsKeptThoughTheLogIsFull},
}

func matchIsFoundFromAnyNode(t *testing.T, s Service) {
	a, b := s.Open(), s.Open()
	lease := acquire(t, a, cluster.KindMatch, "m", "A", long)
	m := cluster.Match{Node: "a", Address: "wss://a.example", Lobby: "l", Data: []byte{0, 255}}
	must(t, a.PutMatch(ctx(t), lease, m))
	m.ID, m.Owner, m.Epoch = "m", "A", lease.Epoch
	got, err := b.Match(ctx(t), "m")
	must(t, err)
	all, err := b.Matches(ctx(t))
	must(t, err)
	if diff := cmp.Diff([]cluster.Match{m, m}, append(all, got)); diff != "" {
		t.Fatal(diff)
	}
	must(t, a.Release(ctx(t), lease))
	_, err = b.Match(ctx(t), "m")
	want(t, err, cluster.ErrNotFound)
	_, err = b.Saved(ctx(t), "m")
	want(t, err, cluster.ErrNotFound)
}

func chunk(from, to uint32) cluster.Inputs {
	return cluster.Inputs{From: from, To: to, Data: fmt.Appendf(nil, "\x00%d-%d", from, to)}
}

func save(t *testing.T, e cluster.Engine, lease cluster.Lease, cp *cluster.Checkpoint, inputs ...cluster.Inputs) {
	t.Helper()
	must(t, e.Save(ctx(t), cluster.Save{Lease: lease, Checkpoint: cp, Inputs: inputs})[0])
}

func wantSaved(t *testing.T, e cluster.Engine, match string, wanted cluster.Saved) {
	t.Helper()
	got, err := e.Saved(ctx(t), match)
	must(t, err)
	if diff := cmp.Diff(wanted, got); diff != "" {
		t.Fatalf("saved, -want +got:\n%s", diff)
	}
}

func savedIsTheCheckpointAndTheInputsAfterIt(t *testing.T, s Service) {
	a, b := s.Open(), s.Open()
	lease := acquire(t, a, cluster.KindMatch, "m", "A", long)
	save(t, a, lease, nil, chunk(1, 6))
	_, err := b.Saved(ctx(t), "m")
	want(t, err, cluster.ErrNotFound) // inputs to no state are of no use
	cp := cluster.Checkpoint{Tick: 10, Data: bytes.Repeat([]byte{0, 1, 255}, 5000)}
	save(t, a, lease, &cp, chunk(7, 9), chunk(10, 12))
	save(t, a, lease, nil, chunk(13, 18), chunk(20, 24))
	wantSaved(t, b, "m", cluster.Saved{Epoch: lease.Epoch, Checkpoint: cp, Inputs: []cluster.Inputs{chunk(10, 12), chunk(13, 18), chunk(20, 24)}})
	late := cluster.Checkpoint{Tick: 5, Data: []byte("late")}
	save(t, a, lease, &late) // came after a newer one
	next := cluster.Checkpoint{Tick: 18, Data: []byte("next")}
	save(t, a, lease, &next)
	wantSaved(t, b, "m", cluster.Saved{Epoch: lease.Epoch, Checkpoint: next, Inputs: []cluster.Inputs{chunk(20, 24)}})
}

func oldEpochsCheckpointIsRefused(t *testing.T, s Service) {
	a, b := s.Open(), s.Open()
	old := acquire(t, a, cluster.KindMatch, "m", "A", short)
	cp := cluster.Checkpoint{Tick: 10, Data: []byte("ten")}
	save(t, a, old, &cp, chunk(11, 12))
	next := takeOver(t, b, cluster.KindMatch, "m", "B", long)
	// The old owner wakes up and is further than the new one.
	errs := a.Save(ctx(t),
		cluster.Save{Lease: old, Checkpoint: &cluster.Checkpoint{Tick: 90}},
		cluster.Save{Lease: old, Inputs: []cluster.Inputs{chunk(13, 14)}})
	want(t, errs[0], cluster.ErrFenced)
	want(t, errs[1], cluster.ErrFenced)
	wantSaved(t, b, "m", cluster.Saved{Epoch: old.Epoch, Checkpoint: cp, Inputs: []cluster.Inputs{chunk(11, 12)}})
	// Nor does it help to claim to be the new one.
	forged := old
	forged.Epoch = next.Epoch
	want(t, a.Save(ctx(t), cluster.Save{Lease: forged, Checkpoint: &cluster.Checkpoint{Tick: 91}})[0], cluster.ErrFenced)
}

func newOwnerWritesHistoryAnew(t *testing.T, s Service) {
	a, b := s.Open(), s.Open()
	old := acquire(t, a, cluster.KindMatch, "m", "A", short)
	cp := cluster.Checkpoint{Tick: 100, Data: []byte("hundred")}
	save(t, a, old, &cp, chunk(101, 110), chunk(111, 120), chunk(121, 130))
	next := takeOver(t, b, cluster.KindMatch, "m", "B", long)
	save(t, b, next, nil, chunk(115, 118)) // it went on from 114
	wantSaved(t, b, "m", cluster.Saved{Epoch: old.Epoch, Checkpoint: cp, Inputs: []cluster.Inputs{chunk(101, 110), chunk(115, 118)}})
	back := cluster.Checkpoint{Tick: 60, Data: []byte("sixty")} // or even from an earlier state
	save(t, b, next, &back, chunk(61, 62))
	wantSaved(t, b, "m", cluster.Saved{Epoch: next.Epoch, Checkpoint: back, Inputs: []cluster.Inputs{chunk(61, 62)}})
}

func epochsGrowOverTakeovers(t *testing.T, s Service) {
	last := cluster.Lease{}
	for i := range 5 {
		e := s.Open()
		lease := takeOver(t, e, cluster.KindMatch, "m", fmt.Sprint("owner ", i), short)
		if lease.Epoch <= last.Epoch {
			t.Fatalf("epoch %d after %d", lease.Epoch, last.Epoch)
		}
		if i > 0 {
			want(t, e.Save(ctx(t), cluster.Save{Lease: last, Checkpoint: &cluster.Checkpoint{Tick: 1}})[0], cluster.ErrFenced)
		}
		save(t, e, lease, &cluster.Checkpoint{Tick: uint32(i)})
		last = lease
	}
}

func logOfInputsIsBounded(t *testing.T, s Service) {
	e := s.Open()
	lease := acquire(t, e, cluster.KindMatch, "m", "A", long)
	cp := cluster.Checkpoint{Tick: 0, Data: []byte("start")}
	save(t, e, lease, &cp)
	large := make([]byte, cluster.MaxInputs)
	tick := uint32(0)
	for range cluster.MaxInputLog / cluster.MaxInputs {
		tick++
		save(t, e, lease, nil, cluster.Inputs{From: tick, To: tick, Data: large})
	}
	errs := e.Save(ctx(t), cluster.Save{Lease: lease, Inputs: []cluster.Inputs{chunk(tick+1, tick+1)}})
	want(t, errs[0], cluster.ErrFull)
	saved, err := e.Saved(ctx(t), "m")
	must(t, err)
	if n := len(saved.Inputs); n != int(tick) {
		t.Fatalf("%d chunks, want %d", n, tick)
	}
	cp.Tick = tick + 1
	save(t, e, lease, &cp, chunk(tick+1, tick+1)) // a checkpoint makes room, and covers them
	save(t, e, lease, nil, chunk(tick+2, tick+2))
	wantSaved(t, e, "m", cluster.Saved{Epoch: lease.Epoch, Checkpoint: cp, Inputs: []cluster.Inputs{chunk(tick+2, tick+2)}})
	errs = e.Save(ctx(t), cluster.Save{Lease: lease, Checkpoint: &cluster.Checkpoint{Data: make([]byte, cluster.MaxCheckpoint+1)}},
		cluster.Save{Lease: lease, Inputs: []cluster.Inputs{{From: 2, To: 1}}},
		cluster.Save{Lease: lease, Inputs: []cluster.Inputs{{From: 1, To: 1, Data: make([]byte, cluster.MaxInputs+1)}}})
	for _, err := range errs {
		want(t, err, cluster.ErrInvalid)
	}
}

func manyMatchesAreSavedAtOnce(t *testing.T, s Service) {
	a, b := s.Open(), s.Open()
	var saves []cluster.Save
	var leases []cluster.Lease
	for i := range 100 {
		lease := acquire(t, a, cluster.KindMatch, fmt.Sprint("match ", i), "A", long)
		leases = append(leases, lease)
		if i == 50 {
			lease.Epoch-- // was lost
		}
		saves = append(saves, cluster.Save{Lease: lease, Checkpoint: &cluster.Checkpoint{Tick: uint32(i), Data: []byte("x")}})
	}
	for i, err := range a.Save(ctx(t), saves...) {
		if i == 50 {
			want(t, err, cluster.ErrFenced)
			continue
		}
		must(t, err)
		wantSaved(t, b, fmt.Sprint("match ", i), cluster.Saved{Epoch: leases[i].Epoch, Checkpoint: *saves[i].Checkpoint})
	}
	for _, r := range a.Renew(ctx(t), leases...) {
		must(t, r.Err)
	}
}

func entryAndCheckpointAreSavedTogether(t *testing.T, s Service) {
	a, b := s.Open(), s.Open()
	lease := acquire(t, a, cluster.KindMatch, "m", "A", long)
	first := cluster.Match{Node: "a", Address: "wss://a.example", Lobby: "l", Data: []byte{0, 255}}
	cp := cluster.Checkpoint{Tick: 10, Data: []byte("ten")}
	must(t, a.Save(ctx(t), cluster.Save{Lease: lease, Entry: &first, Checkpoint: &cp, Inputs: []cluster.Inputs{chunk(11, 12)}})[0])
	wantMatch(t, b, lease, first)
	wantSaved(t, b, "m", cluster.Saved{Epoch: lease.Epoch, Checkpoint: cp, Inputs: []cluster.Inputs{chunk(11, 12)}})
	save(t, a, lease, nil, chunk(13, 14)) // without an entry: it stays
	wantMatch(t, b, lease, first)
	second := first
	second.Data, second.Failed, second.FailedSince = []byte("other"), []uint64{1, 1<<64 - 1}, 1_800_000_000_000
	must(t, a.Save(ctx(t), cluster.Save{Lease: lease, Entry: &second})[0]) // or nothing else
	wantMatch(t, b, lease, second)
	wantSaved(t, b, "m", cluster.Saved{Epoch: lease.Epoch, Checkpoint: cp, Inputs: []cluster.Inputs{chunk(11, 12), chunk(13, 14)}})
	large := second
	large.Failed = make([]uint64, cluster.MaxFailed+1)
	want(t, a.PutMatch(ctx(t), lease, large), cluster.ErrInvalid)
	large.Failed, large.Data = nil, make([]byte, cluster.MaxRecord+1)
	want(t, a.Save(ctx(t), cluster.Save{Lease: lease, Entry: &large, Checkpoint: &cluster.Checkpoint{Tick: 20}})[0], cluster.ErrInvalid)
	wantMatch(t, b, lease, second)
	wantSaved(t, b, "m", cluster.Saved{Epoch: lease.Epoch, Checkpoint: cp, Inputs: []cluster.Inputs{chunk(11, 12), chunk(13, 14)}})
	must(t, a.Release(ctx(t), lease))
	_, err := b.Match(ctx(t), "m")
	want(t, err, cluster.ErrNotFound)
}

func wantMatch(t *testing.T, e cluster.Engine, lease cluster.Lease, wanted cluster.Match) {
	t.Helper()
	got, err := e.Match(ctx(t), lease.ID)
	must(t, err)
	wanted.ID, wanted.Owner, wanted.Epoch = lease.ID, lease.Owner, lease.Epoch
	if diff := cmp.Diff(wanted, got); diff != "" {
		t.Fatalf("entry, -want +got:\n%s", diff)
	}
}

func fencedSaveWritesNothing(t *testing.T, s Service) {
	a, b := s.Open(), s.Open()
	old := acquire(t, a, cluster.KindMatch, "m", "A", short)
	cp := cluster.Checkpoint{Tick: 10, Data: []byte("ten")}
	must(t, a.Save(ctx(t), cluster.Save{Lease: old, Entry: &cluster.Match{Node: "a"}, Checkpoint: &cp})[0])
	next := takeOver(t, b, cluster.KindMatch, "m", "B", long)
	late := cluster.Save{Lease: old, Entry: &cluster.Match{Node: "a", Data: []byte("late")}, Checkpoint: &cluster.Checkpoint{Tick: 90}, Inputs: []cluster.Inputs{chunk(91, 92)}}
	want(t, a.Save(ctx(t), late)[0], cluster.ErrFenced)
	wantMatch(t, b, old, cluster.Match{Node: "a"}) // as it was before
	wantSaved(t, b, "m", cluster.Saved{Epoch: old.Epoch, Checkpoint: cp})
	must(t, b.Save(ctx(t), cluster.Save{Lease: next, Entry: &cluster.Match{Node: "b"}})[0])
	want(t, a.Save(ctx(t), late)[0], cluster.ErrFenced)
	wantMatch(t, b, next, cluster.Match{Node: "b"})
	wantSaved(t, b, "m", cluster.Saved{Epoch: old.Epoch, Checkpoint: cp})
}

func entryIsKeptThoughTheLogIsFull(t *testing.T, s Service) {
	e := s.Open()
	lease := acquire(t, e, cluster.KindMatch, "m", "A", long)
	inputs := func(tick uint32) cluster.Inputs {
		return cluster.Inputs{From: tick, To: tick, Data: make([]byte, cluster.MaxInputs)}
	}
	for tick := range uint32(cluster.MaxInputLog / cluster.MaxInputs) {
		save(t, e, lease, nil, inputs(tick+1))
	}
	cp := cluster.Checkpoint{Tick: 0, Data: []byte("start")}
	full := cluster.Save{Lease: lease, Entry: &cluster.Match{Node: "a"}, Checkpoint: &cp, Inputs: []cluster.Inputs{inputs(90)}}
	want(t, e.Save(ctx(t), full)[0], cluster.ErrFull)
	wantMatch(t, e, lease, cluster.Match{Node: "a"})
	saved, err := e.Saved(ctx(t), "m")
	must(t, err)
	if saved.Checkpoint.Tick != 0 || saved.Epoch != lease.Epoch {
		t.Errorf("checkpoint of tick %d, epoch %d", saved.Checkpoint.Tick, saved.Epoch)
	}
}
