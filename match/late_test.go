package match_test

import (
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/deltatick/deltatick/match"
)

// laneMatch is a running match of one player who has had a few snapshots.
func laneMatch(t *testing.T, cfg match.Config) (*match.Counters, *lane, *match.Seat, *view) {
	t.Helper()
	var game *lane
	cfg.Kind, cfg.Counters = laneKind(&game), new(match.Counters)
	m, err := match.New(cfg)
	must(t, err)
	over := make(chan error, 1)
	go func() { over <- m.Run(t.Context()) }()
	t.Cleanup(func() { <-over })
	seat, view, _ := join(t, m, "ada")
	ticks(10)
	view.read()
	return cfg.Counters, game, seat, view
}

// press sends an input of the game lane with its button, or without.
func (v *view) press(seat *match.Seat, tick uint32, button int) error {
	return v.send(seat, tick, []int{0, button})
}

func TestAPressThatComesLateCountsOnceInTheNextTick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		counters, game, seat, view := laneMatch(t, match.Config{})
		now := view.head.Tick
		must(t, view.press(seat, now+1, 0))
		ticks(3)
		// Three inputs at once, all too late, after a stall: a short press between two others.
		must(t, view.press(seat, now+2, 0))
		must(t, view.press(seat, now+3, 1))
		late := counters.Drops[match.DropInputLate].Load()
		ticks(5)
		must(t, view.press(seat, now+8, 0))
		ticks(1)
		if late != 2 {
			t.Fatalf("%d late inputs, want 2", late)
		}
		if diff := cmp.Diff([]uint32{now + 4, now + 5, now + 6, now + 7}, game.runners.Get(2).jumps); diff != "" {
			t.Errorf("held by the newest input, the button is down until another comes: %s", diff)
		}

		ticks(2)
		view.read()
		now = view.head.Tick
		game.runners.Get(2).jumps = nil
		must(t, view.press(seat, now-1, 1))
		must(t, view.press(seat, now, 0))
		ticks(5)
		if diff := cmp.Diff([]uint32{now + 1}, game.runners.Get(2).jumps); diff != "" {
			t.Errorf("a press that is over when it arrives: %s", diff)
		}
	})
}

func TestAPressThatComesLateDoesNotUndoTheInputOfTheNextTick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, game, seat, view := laneMatch(t, match.Config{})
		now := view.head.Tick
		x := game.runners.Get(2).exact
		must(t, view.send(seat, now-1, []int{-1, 1}))
		must(t, view.send(seat, now+1, []int{1, 0}))
		ticks(2)
		view.read()
		r := game.runners.Get(2)
		if diff := cmp.Diff([]uint32{now + 1}, r.jumps); diff != "" || r.exact != x+float64(view.head.Tick-now) {
			t.Errorf("moved from %v to %v: %s", x, r.exact, diff)
		}
	})
}

func TestAButtonThatIsDownIsNotPressedAgainByALateInput(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, game, seat, view := laneMatch(t, match.Config{})
		now := view.head.Tick
		must(t, view.press(seat, now+1, 1))
		ticks(3)
		view.read()
		next := view.head.Tick + 1
		must(t, view.press(seat, now, 1)) // late, and older than the input in force
		must(t, view.press(seat, next, 0))
		ticks(3)
		jumps := game.runners.Get(2).jumps
		if len(jumps) == 0 || jumps[len(jumps)-1] != next-1 {
			t.Errorf("down in ticks %v, want until %d", jumps, next-1)
		}
	})
}

func TestHoweverInputsArriveThereIsOneMoveATick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, game, seat, view := laneMatch(t, match.Config{})
		now := view.head.Tick
		x := game.runners.Get(2).exact
		for _, tick := range []uint32{now - 2, now - 1, now, now + 1, now + 2, now + 2, now + 3} {
			must(t, view.send(seat, tick, []int{1, 1}))
		}
		for range 6 {
			ticks(1)
			view.read()
			if moved := game.runners.Get(2).exact - x; moved != float64(view.head.Tick-now) {
				t.Fatalf("moved by %v in %d ticks", moved, view.head.Tick-now)
			}
		}
	})
}
