package match

import (
	"errors"
	"os"
	"slices"
	"testing"

	"github.com/deltatick/deltatick/protocol"
)

// driftKind is a game through whose views rows go all the time, and stay for a while when they are beyond the radius.
func driftKind() Kind {
	return Kind{Name: "drift", MaxPlayers: 64, New: func() Game { return &drift{n: 300, radius: 200} }}
}

// alike reports whether all seats of two simulations see the same rows.
func alike(t *testing.T, a, b *Sim, seats int) bool {
	t.Helper()
	for seat := range SeatID(seats + 1) {
		of, err := a.SeenBy(seat)
		other, otherErr := b.SeenBy(seat)
		if err := errors.Join(err, otherErr); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(of.Tables[0].IDs, other.Tables[0].IDs) || protocol.Hash(of, a.Schema()) != protocol.Hash(other, b.Schema()) {
			return false
		}
	}
	return true
}

func TestARestoredSimShowsWhatTheOriginalShows(t *testing.T) {
	const seats = 8
	sim, err := NewSim(driftKind(), SimConfig{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	for range seats {
		if _, err := sim.Join("somebody"); err != nil {
			t.Fatal(err)
		}
	}
	for range 400 {
		if err := sim.Step(); err != nil {
			t.Fatal(err)
		}
		for seat := range SeatID(seats + 1) {
			if _, err := sim.SeenBy(seat); err != nil {
				t.Fatal(err)
			}
		}
	}
	data, err := sim.Checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	restored, err := RestoreSim(driftKind(), data)
	if err != nil {
		t.Fatal(err)
	}
	forgetful, err := RestoreSim(driftKind(), data)
	if err != nil {
		t.Fatal(err)
	}
	forgetful.core.views.list = nil
	if alike(t, sim, forgetful, seats) {
		t.Fatal("nothing is in view because of where it was before: this test cannot fail")
	}
	for range 200 {
		if !alike(t, sim, restored, seats) {
			t.Fatalf("tick %d: a seat sees something else", sim.Tick())
		}
		if err := errors.Join(sim.Step(), restored.Step()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestARestoredMatchSendsTheViewsOfTheOriginal(t *testing.T) {
	const seats = 8
	link := func(int) *nowhere { return &nowhere{codec: protocol.CodecMP} }
	original := driveByHand(t, Config{Kind: driftKind()}, seats, link)
	for range 400 {
		original.run()
	}
	k, err := original.match.core.capture()
	if err != nil {
		t.Fatal(err)
	}
	k.match = original.match.save()
	data, err := k.bytes()
	if err != nil {
		t.Fatal(err)
	}
	m, all, err := Restore(Config{Kind: driftKind()}, data, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range all {
		s.Attach(link(i))
	}
	original.run()
	if !m.step(original.match.core.tick) {
		t.Fatal(m.fault)
	}
	for _, s := range all {
		was, is := original.match.core.views.of(s.id).shot.snap, m.core.views.of(s.id).shot.snap
		if is.Tick != was.Tick || protocol.Hash(was, m.core.schema) != protocol.Hash(is, m.core.schema) {
			t.Errorf("seat %d: %d rows are in view at tick %d, they were %d at tick %d", s.id, is.Tables[0].Len(), is.Tick, was.Tables[0].Len(), was.Tick)
		}
	}
}

// The file is what version 1 wrote of a court that ada joined, after 20 steps.
func TestACheckpointOfVersion1IsRead(t *testing.T) {
	data, err := os.ReadFile("testdata/checkpoint-v1.bin")
	if err != nil {
		t.Fatal(err)
	}
	sim, err := RestoreSim(Kind{Name: "court", MaxPlayers: 3, New: func() Game { return new(court) }}, data)
	if err != nil {
		t.Fatal(err)
	}
	if sim.Tick() != 20 || sim.Hash() != 1503747567 {
		t.Errorf("tick %d, hash %d", sim.Tick(), sim.Hash())
	}
	if err := sim.Step(); err != nil {
		t.Error(err)
	}
	if _, err := sim.SeenBy(1); err != nil {
		t.Error(err)
	}
}

func TestViewsThatCannotBeAreRefused(t *testing.T) {
	view := func(key ViewID, members ...member) savedView {
		return savedView{View: View{Key: key, X: 7}, Asked: 5, In: [][]member{members}}
	}
	load := func(saved ...savedView) error {
		c, err := newCore(coreConfig{kind: Kind{New: driftKind().New, MaxPlayers: 1}, rate: 60})
		if err != nil {
			t.Fatal(err)
		}
		c.tick = 5
		return c.views.load(saved)
	}
	var many []savedView
	for key := range ViewID(2 * protocol.RingTicks) {
		many = append(many, view(key, member{id: 1, since: 1}, member{id: 9, since: 5}))
	}
	if err := load(many...); err != nil {
		t.Fatal(err)
	}
	all, future, narrow := view(1), view(1), view(1)
	all.View.All, future.Asked, narrow.In = true, 6, nil
	for name, saved := range map[string][]savedView{
		"more than there can be": append(many, view(1<<20)),
		"twice the same":         {view(1), view(1)},
		"of all":                 {all},
		"asked for in future":    {future},
		"of too few tables":      {narrow},
		"with row 0":             {view(1, member{id: 0, since: 1})},
		"with a row twice":       {view(1, member{id: 2, since: 1}, member{id: 2, since: 1})},
		"with a row since never": {view(1, member{id: 1, since: 0})},
		"with a row to come":     {view(1, member{id: 1, since: 6})},
	} {
		if err := load(saved...); err == nil {
			t.Errorf("views %s were taken", name)
		}
	}
}
