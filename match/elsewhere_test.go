package match_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// What packs checkpoints is made when the first one is, and may not belong to the virtual time of one test.
func init() {
	sim, err := match.NewSim(laneKind(nil), match.SimConfig{})
	if err != nil {
		panic(err)
	}
	data, err := sim.Checkpoint()
	if err == nil {
		_, err = match.RestoreSim(laneKind(nil), data)
	}
	if err != nil {
		panic(err)
	}
}

// gate is open until it is shut.
type gate struct{ shut atomic.Bool }

func (g *gate) open() bool { return !g.shut.Load() }

func TestNoTickIsMadeAndNothingSentWhileTheGateIsShut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{}
		m, _, _ := start(t, match.Config{Gate: g.open})
		_, view, out := join(t, m, "ada")
		ticks(10)
		view.read()
		at := view.head.Tick
		g.shut.Store(true)
		ticks(60)
		view.read()
		if view.head.Tick != at || len(out.take()) != 0 {
			t.Errorf("with the gate shut tick %d came after tick %d", view.head.Tick, at)
		}
		g.shut.Store(false)
		ticks(3)
		if view.read(); view.head.Tick < at+2 || view.head.Tick > at+3 || view.head.Base == 0 {
			t.Errorf("afterwards %+v came after tick %d, want the ticks that come next", view.head, at)
		}
	})
}

func TestWhatATickEmittedIsToldOnceTheGateIsOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{}
		var game *lane
		m, err := match.New(match.Config{Kind: laneKind(&game), Gate: g.open})
		must(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { _ = m.Run(ctx) }()
		_, _, out := join(t, m, "ada")
		game.look = func(now *match.Tick) {
			if now.Number() == 5 {
				g.shut.Store(true) // while the step runs
				now.Emit("five", nil)
				now.End(nil)
			}
		}
		ticks(60)
		if told := out.take(); len(told) != 0 {
			t.Errorf("told %v with the gate shut", told)
		}
		g.shut.Store(false)
		<-m.Done()
		cancel()
		if diff := cmp.Diff([]string{"match.five", "match.exit ended"}, out.take()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestNobodyIsToldOfAnAbandonedMatchThatItIsOver(t *testing.T) {
	for name, shut := range map[string]bool{"gate open": false, "gate shut": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := &gate{}
				counters := new(match.Counters)
				m, _, over := start(t, match.Config{Gate: g.open, Counters: counters})
				_, view, out := join(t, m, "ada")
				ticks(5)
				if m.Linked() != 1 {
					t.Errorf("%d links, want 1", m.Linked())
				}
				g.shut.Store(shut)
				ticks(5)
				late, err := m.Join(match.Member{Out: out}) // nobody reads this any more
				must(t, err)
				link := &fakeLink{}
				late.Attach(link)
				late.Leave(match.ReasonLeft)
				m.Abandon(protocol.CloseGoingAway)
				if err := <-over; !errors.Is(err, match.ErrElsewhere) {
					t.Errorf("Run returned %v", err)
				}
				if told := out.take(); len(told) != 0 || m.Result().Reason != match.ReasonElsewhere {
					t.Errorf("told %v, result %+v", told, m.Result())
				}
				if view.link.closed != protocol.CloseGoingAway || m.Linked() != 0 {
					t.Errorf("closed with %d, %d links left", view.link.closed, m.Linked())
				}
				if n := counters.Ends[match.EndElsewhere].Load(); n != 1 || counters.Players.Load() != 0 {
					t.Errorf("counted %d ends, %d players left", n, counters.Players.Load())
				}
			})
		})
	}
}

func TestAMatchEndsInSilenceWhenItsGateIsShut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{}
		var game *lane
		m, err := match.New(match.Config{Kind: laneKind(&game), Gate: g.open})
		must(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		over := make(chan error, 1)
		go func() { over <- m.Run(ctx) }()
		_, _, out := join(t, m, "ada")
		ticks(5)
		g.shut.Store(true)
		cancel()
		if err := <-over; !errors.Is(err, match.ErrElsewhere) {
			t.Errorf("Run returned %v", err)
		}
		if told := out.take(); len(told) != 0 {
			t.Errorf("told %v", told)
		}
	})
}

func TestASeatOfAChosenNumberIsFreeOnceItIsBeingLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, game, _ := start(t, match.Config{MaxPlayers: 3})
		at := func(id match.SeatID, user string) (*match.Seat, error) {
			return m.JoinAt(id, match.Member{User: user, Name: user, Out: &outbox{}})
		}
		three, err := at(3, "ada")
		must(t, err)
		if s, err := m.Join(match.Member{User: "bob", Out: &outbox{}}); err != nil || s.ID() != 1 {
			t.Fatalf("%v, %v", s, err)
		}
		for id, want := range map[match.SeatID]error{0: match.ErrNoSeat, 4: match.ErrNoSeat, 3: match.ErrTaken, 1: match.ErrTaken} {
			if _, err := at(id, "eve"); !errors.Is(err, want) {
				t.Errorf("seat %d: %v, want %v", id, err, want)
			}
		}
		ticks(2)
		three.Leave(match.ReasonLeft)
		if m.Seat(3) != nil {
			t.Error("who leaves still sits there")
		}
		next, err := at(3, "eve")
		must(t, err)
		if m.Seat(3) != next || m.Seat(2) != nil || m.Seat(9) != nil {
			t.Error("the seats are not whose they are")
		}
		ticks(2)
		if _, err := at(3, "kim"); !errors.Is(err, match.ErrTaken) {
			t.Errorf("taken from under somebody: %v", err)
		}
		m.Abandon(0)
		<-m.Done()
		if diff := cmp.Diff([]string{"join 3", "join 1", "leave 3", "join 3"}, slices.DeleteFunc(game.log, func(s string) bool { return s[0] == 'a' || s[0] == 'b' })); diff != "" {
			t.Error(diff)
		}
	})
}

// logbook keeps records of ticks, and what came of them.
type logbook struct {
	notebook
	ticks  []match.TickRecord
	hashes []uint32
}

func (b *logbook) Tick(t *match.TickRecord) {
	r := match.TickRecord{Tick: t.Tick, Broken: t.Broken}
	for _, a := range t.Acts {
		a.Quanta = slices.Clone(a.Quanta)
		r.Acts = append(r.Acts, a)
	}
	b.ticks = append(b.ticks, r)
	hash := uint32(0)
	if !t.Broken {
		hash = protocol.Hash(t.Snapshot, b.head.Schema)
	}
	b.hashes = append(b.hashes, hash)
}

// teller keeps what it is told, with ticks.
type teller struct{ told []string }

func (o *teller) Emit(_, name string, _ []byte, tick uint32) {
	o.told = append(o.told, fmt.Sprint(name, " ", tick))
}

func TestTicksAfterACheckpointAreMadeAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var game *lane
		book, first := &logbook{}, &teller{}
		look := func(now *match.Tick) {
			if now.Number()%4 == 0 {
				now.EmitTo(1, "fourth", nil)
				now.Emit("to-all", nil)
			}
		}
		m, err := match.New(match.Config{Kind: laneKind(&game), Seed: 4, Record: book})
		must(t, err)
		game.look = look
		go func() { _ = m.Run(context.Background()) }()
		_, err = m.JoinAt(1, match.Member{User: "ada", Name: "ada", Out: first})
		must(t, err)
		bob, view, _ := join(t, m, "bob")
		run := func(n int) {
			for range n {
				ticks(1)
				view.read()
				must(t, view.send(bob, view.head.Tick+2, []int{1, int(view.head.Tick % 2)}))
			}
		}
		run(20)
		data, err := m.Checkpoint(t.Context())
		must(t, err)
		run(10)
		_, err = m.JoinAt(3, match.Member{User: "eve", Name: "eve", Out: &teller{}})
		must(t, err)
		m.Configure(match.Settings{"wind": 3})
		bob.Detach(view.link)
		ticks(3)
		bob.Leave(match.ReasonLeft)
		ticks(5)
		m.Abandon(0)
		<-m.Done()

		again := &teller{}
		other, _, err := match.Restore(match.Config{Kind: laneKind(&game)}, data, func(id match.SeatID, user string) match.Outbox {
			if user == "ada" {
				return again
			}
			return nil
		})
		must(t, err)
		game.look = look
		from := slices.IndexFunc(book.ticks, func(r match.TickRecord) bool { return r.Tick == checkpointTick(t, data)+1 })
		if err := other.Replay(&book.ticks[from+1]); err == nil {
			t.Error("a tick was left out")
		}
		for i := range book.ticks[from:] {
			must(t, other.Replay(&book.ticks[from+i]))
		}
		if other.Seat(1) == nil || other.Seat(2) != nil || other.Seat(3) == nil || other.Seat(3).User() != "eve" {
			t.Errorf("seats %v, %v, %v", other.Seat(1), other.Seat(2), other.Seat(3))
		}
		if want := first.told[len(first.told)-len(again.told):]; len(again.told) == 0 || !slices.Equal(want, again.told) {
			t.Errorf("told again %v, want the end of %v", again.told, first.told)
		}
		sim, err := match.RestoreSim(laneKind(&game), data)
		must(t, err)
		game.look = look
		for i := range book.ticks[from:] {
			must(t, sim.Replay(&book.ticks[from+i]))
			if sim.Hash() != book.hashes[from+i] {
				t.Fatalf("the world of tick %d is another", sim.Tick())
			}
		}
		// The match goes on with the tick after, from the same world.
		capture := make(chan match.Capture, 1)
		must(t, other.HandOver(capture, 0))
		over := make(chan error, 1)
		go func() { over <- other.Run(context.Background()) }()
		last := <-capture
		if err := <-over; !errors.Is(err, match.ErrElsewhere) {
			t.Errorf("Run returned %v", err)
		}
		if want := book.ticks[len(book.ticks)-1].Tick + 1; last.Tick() != want {
			t.Errorf("handed over after tick %d, want %d", last.Tick(), want)
		}
		data, err = last.Bytes()
		must(t, err)
		if _, seats, err := match.Restore(match.Config{Kind: laneKind(&game)}, data, nil); err != nil || len(seats) != 2 {
			t.Errorf("restored %d seats, %v", len(seats), err)
		}
	})
}

// checkpointTick is the tick that a checkpoint is after.
func checkpointTick(t *testing.T, data []byte) uint32 {
	t.Helper()
	sim, err := match.RestoreSim(laneKind(nil), data)
	must(t, err)
	return sim.Tick()
}

func TestAMatchThatEndedInReplayedTicksIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var game *lane
		m, err := match.New(match.Config{Kind: laneKind(&game)})
		must(t, err)
		go func() { _ = m.Run(context.Background()) }()
		ticks(3)
		data, err := m.Checkpoint(t.Context())
		must(t, err)
		m.Abandon(0)
		<-m.Done()
		for name, want := range map[string]string{"ends": match.ReasonEnded, "breaks": match.ReasonFailed} {
			other, _, err := match.Restore(match.Config{Kind: laneKind(&game)}, data, nil)
			must(t, err)
			game.look = func(now *match.Tick) {
				if name == "breaks" {
					panic("boom")
				}
				now.End(nil)
			}
			record := match.TickRecord{Tick: checkpointTick(t, data) + 1}
			if err := other.Replay(&record); (err != nil) != (name == "breaks") {
				t.Errorf("%s: %v", name, err)
			}
			if record.Tick++; !errors.Is(other.Replay(&record), match.ErrOver) {
				t.Errorf("%s: went on after the end", name)
			}
			if err := other.Run(context.Background()); (err != nil) != (name == "breaks") || other.Result().Reason != want {
				t.Errorf("%s: Run returned %v, result %+v", name, err, other.Result())
			}
		}
	})
}

func TestAGameThatCannotBeKeptIsNotHandedOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, _, _ := start(t, match.Config{})
		_, view, _ := join(t, m, "ada")
		capture := make(chan match.Capture, 1)
		must(t, m.HandOver(capture, 0))
		if _, err := (<-capture).Bytes(); err == nil {
			t.Error("the game was kept")
		}
		ticks(10)
		if view.read(); view.head.Tick < 9 {
			t.Errorf("the match stands at tick %d", view.head.Tick)
		}
	})
}

func TestAHandOverAskedForWhileATickRunsIsOfTheNextTickAlsoIfThatOneIsSaved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var game *lane
		m, err := match.New(match.Config{Kind: laneKind(&game)})
		must(t, err)
		saved, last := make(chan match.Capture, 1), make(chan match.Capture, 1)
		game.look = func(now *match.Tick) {
			switch now.Number() {
			case 4:
				must(t, m.Capture(saved))
			case 5: // the tick after which saved gets the state
				must(t, m.HandOver(last, 0))
			}
		}
		over := make(chan error, 1)
		go func() { over <- m.Run(context.Background()) }()
		_, view, _ := join(t, m, "ada")
		ticks(20)
		select {
		case err := <-over:
			if !errors.Is(err, match.ErrElsewhere) {
				t.Errorf("Run returned %v", err)
			}
		default:
			t.Error("the match goes on here")
			m.Abandon(0)
			<-over
		}
		view.read()
		if got, want := (<-saved).Tick(), uint32(5); got != want {
			t.Errorf("saved after tick %d, want %d", got, want)
		}
		if c := <-last; c.Tick() != 6 || view.head.Tick != c.Tick() {
			t.Errorf("handed over after tick %d, and players have seen tick %d: want 6", c.Tick(), view.head.Tick)
		}
	})
}

func TestAMatchIsNotHandedOverWithWhatItHasNotToldYet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{}
		var game *lane
		m, err := match.New(match.Config{Kind: laneKind(&game), Gate: g.open})
		must(t, err)
		last := make(chan match.Capture, 1)
		game.look = func(now *match.Tick) {
			if now.Number() == 5 {
				g.shut.Store(true) // while the step runs
				now.Emit("five", nil)
			}
		}
		over := make(chan error, 1)
		go func() { over <- m.Run(context.Background()) }()
		_, _, out := join(t, m, "ada")
		ticks(4)
		must(t, m.HandOver(last, 0))
		ticks(20)
		g.shut.Store(false)
		ticks(3)
		m.Abandon(0) // no more than it would be anyway
		if err := <-over; !errors.Is(err, match.ErrElsewhere) {
			t.Errorf("Run returned %v", err)
		}
		if diff := cmp.Diff([]string{"match.five"}, out.take()); diff != "" || (<-last).Tick() != 6 {
			t.Error(diff)
		}
	})
}
