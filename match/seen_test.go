package match_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// send sends an input of the game lane, with or without what the player saw.
func (v *view) send(seat *match.Seat, tick uint32, values []int, seen ...any) error {
	return seat.Input(time.Now(), protocol.NewReader(), protocol.MustEncode(
		append([]any{protocol.KindInput, v.enter.Epoch, tick, v.head.Tick, values}, seen...)))
}

// TestWhatAPlayerSaysToHaveSeenIsHeldAgainstWhatTheServerKnows plays over a line of a round trip of 50 ms, three ticks.
func TestWhatAPlayerSaysToHaveSeenIsHeldAgainstWhatTheServerKnows(t *testing.T) {
	const usual = 6 // ticks of interpolation: 100 ms
	for name, c := range map[string]struct {
		seen   func(acked uint32) uint32
		behind uint32 // how far the tick that counts lies behind the newest there was when the input arrived
	}{
		"nothing":                   {func(uint32) uint32 { return 0 }, 3 + usual},
		"what it has":               {func(acked uint32) uint32 { return acked }, 3},
		"what it has, interpolated": {func(acked uint32) uint32 { return acked - usual }, 3 + usual},
		"a little less than that":   {func(acked uint32) uint32 { return acked - usual - 3 }, 3 + usual + 3},
		"a little more":             {func(acked uint32) uint32 { return acked - usual - 4 }, 3 + usual + 3},
		"the beginning":             {func(uint32) uint32 { return 1 }, 3 + usual + 3},
		"what it cannot have yet":   {func(acked uint32) uint32 { return acked + 1 }, 3 + usual},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, game, seat, view := laneMatch(t, match.Config{})
				var saw uint32
				game.look = func(now *match.Tick) { saw = now.Number() - 1 - now.Seen(seat.ID()) }
				var waiting [][]byte // on the line
				for range 40 {
					waiting = append(waiting, protocol.MustEncode([]any{protocol.KindInput, view.enter.Epoch, view.head.Tick + 5,
						view.head.Tick, []int{0, 0}, c.seen(view.head.Tick)}))
					ticks(1)
					if len(waiting) == 3 { // they arrive where the tick before is the newest
						must(t, seat.Input(time.Now(), protocol.NewReader(), waiting[0]))
						waiting = waiting[1:]
					}
					view.read()
				}
				if saw != c.behind+1 {
					t.Errorf("%d ticks behind, want %d", saw, c.behind)
				}
			})
		})
	}
}

// TestWhoGetsFewerSnapshotsMayHaveSeenAnOlderWorld says to have seen the oldest world there was, over a way without delay: at first with
// a snapshot in every tick, then, after the way was narrow for a while, with one in 3.
func TestWhoGetsFewerSnapshotsMayHaveSeenAnOlderWorld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		counters, game, seat, view := laneMatch(t, match.Config{MaxDivisor: 3})
		var behind uint32
		game.look = func(now *match.Tick) { behind = now.Number() - 1 - now.Seen(seat.ID()) }
		r := &road{t: t, seat: seat, view: view, every: 1, read: len(view.heads)}
		r.run(60)
		must(t, view.send(seat, view.head.Tick+1, []int{0, 0}, 1))
		r.run(1)
		const usual = 1 + 6 + 3 // ticks: the way, 100 ms, 50 ms
		if behind != usual {
			t.Errorf("%d ticks behind with a snapshot in every tick, want %d", behind, usual)
		}
		r.every = 7
		r.run(700)
		r.every = 1
		r.run(12)
		if paces(counters) != [4]int64{2: 1} {
			t.Fatalf("paces %v", paces(counters))
		}
		must(t, view.send(seat, view.head.Tick+1, []int{0, 0}, 1))
		r.run(1)
		if want := uint32(usual + 2); behind != want {
			t.Errorf("%d ticks behind with a snapshot in 3, want %d", behind, want)
		}
	})
}

func TestBeforeARoundTripIsMeasuredTheInputShowsWhatItsPlayerHad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, game, seat, view := laneMatch(t, match.Config{})
		seen := map[uint32]uint32{}
		game.look = func(now *match.Tick) { seen[now.Number()] = now.Seen(seat.ID()) }
		had := view.head.Tick
		ticks(4)
		must(t, view.send(seat, had+6, []int{0, 0}))
		ticks(3)
		if got := seen[had+6]; got != had-6 { // 100 ms of interpolation
			t.Errorf("seen %d, want 6 ticks before %d", got, had)
		}
	})
}

func TestWhoseInputsAreMissingGoesOnSeeingTheWorldMove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, game, seat, view := laneMatch(t, match.Config{})
		behind := map[uint32]uint32{}
		game.look = func(now *match.Tick) { behind[now.Number()] = now.Number() - now.Seen(seat.ID()) }
		first := view.head.Tick + 1
		must(t, view.send(seat, first, []int{0, 0}, view.head.Tick-2))
		ticks(20)
		for n := first; n < first+15; n++ {
			if behind[n] != 3 {
				t.Errorf("in tick %d what counts as seen is %d ticks behind, want 3 as in the first", n, behind[n])
			}
		}
	})
}
