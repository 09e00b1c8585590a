package match_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/deltatick/deltatick/match"
)

// runLane plays some ticks by their numbers alone.
func runLane(t *testing.T, sim *match.Sim, n int) (hashes []uint32) {
	t.Helper()
	for range n {
		tick := sim.Tick() + 1
		if tick%3 != 0 {
			must(t, sim.InputSeen(1, stride{Dx: int8(tick/5%3) - 1, Jump: tick%7 == 0}, max(5, tick)-4))
		}
		must(t, sim.Step())
		hashes = append(hashes, sim.Hash())
	}
	return hashes
}

// playedLane is a match with everything in it that a checkpoint must hold.
func playedLane(t *testing.T) *match.Sim {
	t.Helper()
	sim, _ := newLane(t, match.SimConfig{Seed: 5, TickRate: 30, MaxPlayers: 3, Settings: match.Settings{"wind": 2}})
	for _, name := range []string{"ada", "bob"} {
		_, err := sim.Join(name)
		must(t, err)
	}
	must(t, sim.SetAway(2, true))
	runLane(t, sim, 100)
	must(t, sim.Configure(match.Settings{"wind": 5}))
	runLane(t, sim, 77)
	return sim
}

func checkpointOf(t *testing.T, sim *match.Sim) []byte {
	t.Helper()
	data, err := sim.Checkpoint()
	must(t, err)
	return data
}

func TestARestoredSimGoesOnAsTheOriginal(t *testing.T) {
	sim := playedLane(t)
	data := checkpointOf(t, sim)
	other, err := match.RestoreSim(laneKind(nil), data)
	must(t, err)
	if sim.Tick() != other.Tick() || sim.Hash() != other.Hash() {
		t.Fatalf("tick %d and %d, hash %x and %x", sim.Tick(), other.Tick(), sim.Hash(), other.Hash())
	}
	if again := checkpointOf(t, other); !bytes.Equal(data, again) {
		t.Errorf("the checkpoint of what was restored differs from that it was restored from")
	}
	looks := func(sim *match.Sim) (past []float64) {
		game := sim.Game().(*lane)
		game.look = func(now *match.Tick) {
			past = append(past, float64(now.Seen(1)))
			for tick := now.Oldest(); tick < now.Number(); tick++ {
				for id, r := range game.runners.AllAt(now, tick) {
					past = append(past, float64(id), r.X)
				}
			}
		}
		runLane(t, sim, 20)
		return past
	}
	if diff := cmp.Diff(looks(sim), looks(other)); diff != "" {
		t.Errorf("looking back differs: %s", diff)
	}
	if diff := cmp.Diff(runLane(t, sim, 300), runLane(t, other, 300)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(sim.Game().(*lane).runners.Get(2).jumps, other.Game().(*lane).runners.Get(2).jumps); diff != "" {
		t.Errorf("what stays on the server differs: %s", diff)
	}
}

func TestACheckpointBeforeTheFirstTickAndAfterTheEnd(t *testing.T) {
	sim, _ := newLane(t, match.SimConfig{Seed: 5})
	other, err := match.RestoreSim(laneKind(nil), checkpointOf(t, sim))
	must(t, err)
	_, err = sim.Join("ada")
	must(t, err)
	if _, err := sim.Checkpoint(); err == nil {
		t.Error("a checkpoint was made in the middle of a tick")
	}
	_, err = other.Join("ada")
	must(t, err)
	if diff := cmp.Diff(runLane(t, sim, 50), runLane(t, other, 50)); diff != "" {
		t.Error(diff)
	}
	sim.Game().(*lane).look = func(now *match.Tick) { now.End(map[string]any{"winner": "ada"}) }
	must(t, sim.Step())
	data := checkpointOf(t, sim)
	other, err = match.RestoreSim(laneKind(nil), data)
	must(t, err)
	want, _ := sim.Ended()
	if got, ended := other.Ended(); !ended || !bytes.Equal(got, want) {
		t.Errorf("restored end %q %v, want %q", got, ended, want)
	}
	if _, _, err := match.Restore(match.Config{Kind: laneKind(nil)}, data, nil); !errors.Is(err, match.ErrOver) {
		t.Errorf("a match that was over was restored: %v", err)
	}
}

// narrow is lane with another input.
type narrow struct{ lane }

func (g *narrow) Setup(s *match.Setup) error {
	g.runners = match.AddTable[runner](s, "runners")
	match.AddInputs[struct{ Jump bool }](s)
	return nil
}

// wide is lane with another row.
type wide struct{ lane }

func (g *wide) Setup(s *match.Setup) error {
	match.AddTable[struct {
		X    float64 `sync:"min=0,max=1000,step=0.25"`
		Name string
		Seat match.SeatID

		exact float32
		jumps []uint32
	}](s, "runners")
	g.inputs = match.AddInputs[stride](s)
	return nil
}

// renamed is lane with another table.
type renamed struct{ lane }

func (g *renamed) Setup(s *match.Setup) error {
	g.runners = match.AddTable[runner](s, "walkers")
	g.inputs = match.AddInputs[stride](s)
	return nil
}

func TestACheckpointOfAnotherGameIsRefusedAndSaysWhy(t *testing.T) {
	data := checkpointOf(t, playedLane(t))
	with := func(change func(*match.Kind)) match.Kind {
		kind := laneKind(nil)
		change(&kind)
		return kind
	}
	for want, kind := range map[string]match.Kind{
		`of "lane", not of "road"`: with(func(k *match.Kind) { k.Name = "road" }),
		"table runners":            with(func(k *match.Kind) { k.New = func() match.Game { return new(wide) } }),
		"lacks table walkers":      with(func(k *match.Kind) { k.New = func() match.Game { return new(renamed) } }),
		"inputs":                   with(func(k *match.Kind) { k.New = func() match.Game { return new(narrow) } }),
		"setting wind":             with(func(k *match.Kind) { k.Settings = nil }),
		"1 settings, there are 2":  with(func(k *match.Kind) { k.Settings = append(k.Settings, match.Setting{Name: "rain"}) }),
	} {
		_, err := match.RestoreSim(kind, data)
		if !errors.Is(err, match.ErrOtherGame) || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want ErrOtherGame with %q", err, want)
		}
	}
}

func TestAGameThatCannotBeKeptIsNamedAndGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, _, _ := start(t, match.Config{})
		_, view, _ := join(t, m, "ada")
		ticks(3)
		_, err := m.Checkpoint(t.Context())
		if err == nil || !strings.Contains(err.Error(), "walk.bySeat: map") {
			t.Errorf("error %v, want it to name walk.bySeat", err)
		}
		ticks(3)
		if view.read(); view.head.Tick < 5 {
			t.Errorf("the match stands at tick %d", view.head.Tick)
		}
	})
}

// byHand is a game that keeps its own state, in a map.
type byHand struct {
	bySeat map[match.SeatID]int
	breaks bool
}

func (g *byHand) Setup(s *match.Setup) error {
	g.bySeat = map[match.SeatID]int{}
	match.AddTable[struct{ X int }](s, "nothing")
	return nil
}
func (g *byHand) Join(_ *match.Tick, p match.Player)  { g.bySeat[p.Seat] = len(p.Name) }
func (g *byHand) Leave(_ *match.Tick, p match.Player) { delete(g.bySeat, p.Seat) }
func (g *byHand) Step(*match.Tick)                    {}

func (g *byHand) Checkpoint() ([]byte, error) {
	if g.breaks {
		panic("boom")
	}
	return []byte{byte(g.bySeat[1])}, nil
}

func (g *byHand) Restore(data []byte) error {
	if len(data) != 1 {
		return errors.New("not one byte")
	}
	g.bySeat[1] = int(data[0])
	return nil
}

func TestAGameCanKeepItsStateByHand(t *testing.T) {
	kind := match.Kind{Name: "hand", New: func() match.Game { return new(byHand) }}
	sim, err := match.NewSim(kind, match.SimConfig{})
	must(t, err)
	_, err = sim.Join("ada")
	must(t, err)
	must(t, sim.Step())
	other, err := match.RestoreSim(kind, checkpointOf(t, sim))
	must(t, err)
	if n := other.Game().(*byHand).bySeat[1]; n != 3 {
		t.Errorf("%d, want 3", n)
	}
	sim.Game().(*byHand).breaks = true
	var panicked *match.PanicError
	if _, err := sim.Checkpoint(); !errors.As(err, &panicked) {
		t.Errorf("a panic became %v", err)
	}
}

func TestDamagedCheckpointsAreRefused(t *testing.T) {
	data := checkpointOf(t, playedLane(t))
	for i := range data {
		damaged := bytes.Clone(data)
		damaged[i] ^= 0x10
		if _, err := match.RestoreSim(laneKind(nil), damaged); !errors.Is(err, match.ErrCheckpoint) {
			t.Fatalf("byte %d changed: %v", i, err)
		}
		if _, err := match.RestoreSim(laneKind(nil), data[:i]); !errors.Is(err, match.ErrCheckpoint) {
			t.Fatalf("cut off after %d bytes: %v", i, err)
		}
	}
}

func TestAMatchGoesOnElsewhereUnderAHigherEpoch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var game *lane
		run := func(m *match.Match) (stop func()) {
			ctx, cancel := context.WithCancel(t.Context())
			go func() { _ = m.Run(ctx) }()
			return func() {
				cancel()
				<-m.Done()
			}
		}
		m, err := match.New(match.Config{Kind: laneKind(&game), ID: "m-1", Epoch: 7, Seed: 3, TickRate: 60})
		must(t, err)
		kill := run(m)
		ada, gone, _ := join(t, m, "ada")
		seat, view, _ := join(t, m, "bob")
		for range 50 {
			ticks(1)
			view.read()
			must(t, view.send(seat, view.head.Tick+6, []int{1, 0}))
		}
		ada.Detach(gone.link)
		waits := view.head.Tick + 7
		must(t, view.send(seat, waits, []int{1, 1}))
		data, err := m.Checkpoint(t.Context())
		must(t, err)
		ticks(1)
		view.read()
		at := view.head.Tick
		kill()
		if _, err := m.Checkpoint(t.Context()); !errors.Is(err, match.ErrOver) {
			t.Errorf("checkpoint of a match that is over: %v", err)
		}

		if _, _, err := match.Restore(match.Config{Kind: laneKind(&game), Epoch: 7}, data, nil); err == nil {
			t.Error("restored under the epoch it had")
		}
		out := &outbox{}
		counters := new(match.Counters)
		m, seats, err := match.Restore(match.Config{Kind: laneKind(&game), Counters: counters}, data,
			func(id match.SeatID, user string) match.Outbox {
				if user == "bob" && id == 2 {
					return out
				}
				return nil
			})
		must(t, err)
		if m.ID() != "m-1" || len(seats) != 2 || seats[1].ID() != 2 || seats[1].User() != "bob" {
			t.Fatalf("match %s with %d seats", m.ID(), len(seats))
		}
		kill = run(m)
		ticks(2)
		seats[1].Attach(view.link)
		view.link.take()
		for range 30 {
			ticks(1)
			view.read()
			must(t, view.send(seats[1], view.head.Tick+3, []int{1, 0}))
		}
		kill()
		if view.enter.Epoch != 8 || view.enter.Seat != 2 || view.enter.Match != "m-1" {
			t.Errorf("enter %+v", view.enter)
		}
		heads := view.heads[50:]
		for len(heads) > 0 && heads[0].Epoch == 7 {
			heads = heads[1:]
		}
		if len(heads) < 28 || heads[0].Base != 0 || heads[0].Tick < at || heads[0].Tick > at+4 {
			t.Fatalf("%d snapshots under the new epoch after tick %d, the first %+v", len(heads), at, heads[0])
		}
		for i, h := range heads[1:] {
			if h.Epoch != 8 || h.Base != heads[i].Tick {
				t.Errorf("head %+v after %+v", h, heads[i])
			}
		}
		// 100 at first, then one for every tick with an input: those of before, those that waited in the checkpoint, those of now.
		if x := game.runners.Get(3).exact; x < 100+50+20 {
			t.Errorf("bob is at %v", x)
		}
		if jumps := game.runners.Get(3).jumps; len(jumps) == 0 || jumps[0] != waits {
			t.Errorf("bob jumped in ticks %v, first wanted in %d", jumps, waits)
		}
		if diff := cmp.Diff([]string{"away ada", "away bob", "back bob"}, game.told); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"match.exit shutdown"}, out.take()); diff != "" {
			t.Error(diff)
		}
		if n := counters.Players.Load() + counters.Away.Load() + counters.Matches.Load(); n != 0 {
			t.Errorf("gauges did not come back to zero: %d", n)
		}
	})
}

func TestWhoWantsACheckpointDoesNotWaitForEver(t *testing.T) {
	m, err := match.New(match.Config{Kind: laneKind(nil)})
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.Checkpoint(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if err := m.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("run: %v", err)
	}
}
