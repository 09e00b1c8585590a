package invariant_test

import (
	"testing"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/simulator/invariant"
)

func view(tick, base uint32) *client.View {
	return &client.View{Tick: tick, Head: protocol.SnapshotHead{Tick: tick, Base: base}}
}

func TestSnapshotsGoForwardEachFromTheOneBefore(t *testing.T) {
	for _, test := range []struct {
		name  string
		views []*client.View
		holds bool
	}{
		{"each tick", []*client.View{view(1, 0), view(2, 1), view(3, 2)}, true},
		{"ticks left out", []*client.View{view(1, 0), view(7, 1), view(9, 7)}, true},
		{"another keyframe", []*client.View{view(1, 0), view(2, 1), view(3, 0)}, true},
		{"one twice", []*client.View{view(1, 0), view(1, 0)}, false},
		{"back", []*client.View{view(5, 0), view(4, 0)}, false},
		{"from an older one", []*client.View{view(1, 0), view(2, 1), view(3, 1)}, false},
		{"a delta at first", []*client.View{view(3, 2)}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			var l invariant.Ledger
			s := invariant.NewStream(&l, 1)
			s.Enter(&client.Room{Epoch: 1})
			for _, v := range test.views {
				s.Snapshot(v)
			}
			want := uint64(1)
			if test.holds {
				want = 0
			}
			wantOf(t, &l, invariant.Ticks, uint64(len(test.views))+1, want)
		})
	}
}

func TestAnotherSocketBeginsAnewAndNoEpochGoesBack(t *testing.T) {
	var l invariant.Ledger
	s := invariant.NewStream(&l, 1)
	s.Enter(&client.Room{Epoch: 3})
	s.Snapshot(view(50, 0))
	s.Enter(&client.Room{Epoch: 4}) // resumed: a keyframe, of the same tick even
	s.Snapshot(view(50, 0))
	s.Enter(&client.Room{Epoch: 4})
	wantOf(t, &l, invariant.Ticks, 5, 0)
	s.Snapshot(view(51, 50)) // measured from what another socket brought
	wantOf(t, &l, invariant.Ticks, 6, 1, "snapshot 51, measured from 50, after snapshot 0")
	s.Enter(&client.Room{Epoch: 2})
	wantOf(t, &l, invariant.Ticks, 7, 2, "epoch 2 after epoch 4")
	s.Enter(&client.Room{Epoch: 3}) // still behind
	wantOf(t, &l, invariant.Ticks, 8, 3)
}

func TestAHashThatIsThereWasEqual(t *testing.T) {
	var l invariant.Ledger
	s := invariant.NewStream(&l, 1)
	v := view(1, 0)
	v.Head.HasHash = true
	s.Snapshot(v)
	s.Snapshot(view(2, 1))
	if r := found(t, &l, invariant.Hash); r.Checks != 1 || r.Breaks != 0 {
		t.Errorf("%+v", r)
	}
}

func TestWhatClientsHaveCountedIsTheServersFault(t *testing.T) {
	drops := func(reason client.DropReason, n uint64) (s client.Stats) {
		s.Drops[reason] = n
		return s
	}
	resyncs := func(reasons ...uint32) (s client.Stats) {
		for _, r := range reasons {
			s.Resyncs[r]++
		}
		return s
	}
	for _, test := range []struct {
		name   string
		stats  client.Stats
		broken invariant.Name // "" for none
		breaks uint64
	}{
		{"nothing", client.Stats{EventsLost: 4, Resumes: 2}, "", 0}, // said to be lost
		{"hashes", client.Stats{Desyncs: 2}, invariant.Hash, 2},
		{"old snapshots", drops(client.DropStaleTick, 3), invariant.Ticks, 3},
		{"of another epoch", drops(client.DropStaleEpoch, 3), "", 0}, // was on its way when another room began
		{"bodies", resyncs(protocol.ResyncBody), invariant.Ticks, 1},
		{"a baseline", resyncs(protocol.ResyncBaseline, protocol.ResyncBaseline), invariant.Ticks, 2},
		{"a baseline after a hash", resyncs(protocol.ResyncHash, protocol.ResyncBaseline), "", 0},
		{"asked for", resyncs(protocol.ResyncAsked), "", 0},
		{"events missing", client.Stats{EventGaps: 5}, invariant.Events, 5},
		{"events twice", drops(client.DropDuplicateEvent, 2), invariant.Events, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			var l invariant.Ledger
			l.Client(test.stats, 1)
			for _, r := range l.Results() {
				want := uint64(0)
				if r.Name == test.broken {
					want = test.breaks
				}
				if r.Breaks != want || r.Checks < r.Breaks {
					t.Errorf("%s: %d breaks in %d checks, want %d", r.Name, r.Breaks, r.Checks, want)
				}
			}
		})
	}
}
