package match_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// seated is one player in a match of its own.
func seated(t *testing.T) (*match.Counters, *match.Seat, *view) {
	t.Helper()
	counters := new(match.Counters)
	m, _, _ := start(t, match.Config{Counters: counters})
	seat, view, _ := join(t, m, "ada")
	return counters, seat, view
}

func TestWhoDoesNotAcknowledgeIsSentNoMoreUntilItDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		counters, seat, view := seated(t)
		for range 30 {
			ticks(1)
			view.read()
			if err := view.input(seat, view.head.Tick+2, 0); err != nil {
				t.Fatal(err)
			}
		}
		sent := len(view.heads)
		ticks(300)
		view.read()
		// One tick of round trip and the slack of 250 ms are 16 ticks; the rest is never sent.
		if n := len(view.heads) - sent; n < 14 || n > 18 {
			t.Errorf("%d snapshots were sent into the void", n)
		}
		if counters.Drops[match.DropSnapshotFlight].Load() < 280 {
			t.Error("the skipped snapshots were not counted")
		}
		if err := view.input(seat, view.head.Tick+2, 0); err != nil {
			t.Fatal(err)
		}
		before := view.head.Tick
		ticks(2)
		view.read()
		if view.head.Tick < before+280 {
			t.Errorf("after the acknowledgement it got tick %d, the last before was %d", view.head.Tick, before)
		}
		time.Sleep(protocol.AckTimeout + time.Second)
		synctest.Wait()
		if view.link.closed != protocol.CloseSlow {
			t.Errorf("closed with %d after %v without an acknowledgement", view.link.closed, protocol.AckTimeout)
		}
	})
}

func TestAcknowledgingWhatWasNeverSentChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		counters, seat, view := seated(t)
		for range 120 {
			ticks(1)
			view.read()
			ack := protocol.MustEncode(&protocol.Ack{Kind: protocol.KindAck, Epoch: view.enter.Epoch, Tick: 1 << 30})
			if err := seat.Ack(time.Now(), protocol.NewReader(), ack); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(view.heads); n > 80 {
			t.Errorf("%d snapshots for forged acknowledgements", n)
		}
		if counters.Drops[match.DropAckStale].Load() < 100 {
			t.Error("forged acknowledgements were not counted")
		}
	})
}

func TestInputsAboveTheTickRateAreDroppedThenTheFloodIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		counters, seat, view := seated(t)
		ticks(2)
		view.read()
		taken, limited := 0, 0
		var last error
		for range 400 {
			if last = view.input(seat, view.head.Tick+3, 1); errors.Is(last, protocol.ErrFlooding) {
				break
			}
			if errors.Is(last, protocol.ErrRateLimited) {
				limited++
			} else {
				taken++
			}
		}
		if taken != 15 || limited != 240 || !errors.Is(last, protocol.ErrFlooding) {
			t.Errorf("taken %d, limited %d, then %v", taken, limited, last)
		}
		if n := counters.Drops[match.DropInputRate].Load(); n != 241 {
			t.Errorf("%d drops counted", n)
		}
	})
}

func TestAnHonestJitteryPlayerLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		counters, seat, view := seated(t)
		ticks(2)
		view.read()
		next := view.head.Tick + 14
		for range 60 { // bursts of 12 every 200 ms
			for range 12 {
				if err := view.input(seat, next, 1); err != nil {
					t.Fatal(err)
				}
				next++
			}
			ticks(12)
			view.read()
		}
		if n := counters.Inputs.Load(); n != 720 {
			t.Errorf("%d of 720 inputs were taken", n)
		}
		if x := view.x(seat.ID()); x < 700 {
			t.Errorf("x = %d", x)
		}
	})
}

func TestALateInputIsRepeatedFromThenOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		counters, seat, view := seated(t)
		ticks(10)
		view.read()
		at := view.head.Tick
		if err := view.input(seat, at-4, 1); err != nil {
			t.Fatal(err)
		}
		ticks(10)
		view.read()
		if x := view.x(seat.ID()); x != int32(view.head.Tick-at) {
			t.Errorf("x = %d after %d ticks of a late input", x, view.head.Tick-at)
		}
		if view.head.Slack > -60 || counters.Drops[match.DropInputLate].Load() != 1 {
			t.Errorf("slack %d: the client is not told how late it was", view.head.Slack)
		}
	})
}

func TestInputsThatCannotBeUsedAreCountedByReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		counters, seat, view := seated(t)
		ticks(2)
		view.read()
		at := view.head.Tick
		epoch := view.enter.Epoch
		send := func(epoch, tick uint32, values []int) error {
			return seat.Input(time.Now(), protocol.NewReader(),
				protocol.MustEncode([]any{protocol.KindInput, epoch, tick, 0, values}))
		}
		ok := []int{0, 0, 0, 0}
		for _, err := range []error{
			send(epoch, at+3, ok), send(epoch, at+3, ok), send(epoch, at+100, ok), send(epoch, at+4, []int{2, 0, 0, 0}), send(epoch+1, at+5, ok),
		} {
			if err != nil {
				t.Error(err)
			}
		}
		for _, values := range [][]int{{0}, {0, 0, 0, 0, 0}} {
			if err := send(epoch, at+6, values); !errors.Is(err, protocol.ErrMalformed) {
				t.Errorf("%d values: %v", len(values), err)
			}
		}
		got := map[string]uint64{}
		for _, d := range match.Drops() {
			if n := counters.Drops[d].Load(); n > 0 {
				got[d.String()] = n
			}
		}
		want := map[string]uint64{"input_duplicate": 1, "input_future": 1, "input_range": 1, "input_stale": 1}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestSeatsWithOneBaselineShareOneEncoding(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		counters := new(match.Counters)
		m, _, _ := start(t, match.Config{Counters: counters})
		for range 4 {
			join(t, m, "p")
		}
		for range 3 {
			seat, err := m.Watch(match.Member{User: "w", Out: &outbox{}})
			if err != nil {
				t.Fatal(err)
			}
			seat.Attach(&fakeLink{})
		}
		ticks(10)
		snapshots, encodings := counters.Snapshots.Load(), counters.Encodings.Load()
		if snapshots != 7*encodings || encodings < 9 {
			t.Errorf("%d snapshots of %d encodings", snapshots, encodings)
		}
		if counters.Watchers.Load() != 3 || counters.Players.Load() != 4 {
			t.Error("seats were not counted")
		}
	})
}

func TestEventsReachEveryoneAndTheResultToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, _, over := start(t, match.Config{})
		seat, view, out := join(t, m, "ada")
		watcher := &outbox{}
		if _, err := m.Watch(match.Member{User: "w", Out: watcher}); err != nil {
			t.Fatal(err)
		}
		ticks(2)
		view.read()
		for i, flag := range []int{3, 2} {
			if err := view.input(seat, view.head.Tick+2+uint32(i), 0, flag); err != nil {
				t.Fatal(err)
			}
		}
		if err := <-over; err != nil {
			t.Error(err)
		}
		want := []string{"match.said", "match.exit ended"}
		for _, o := range []*outbox{out, watcher} {
			if diff := cmp.Diff(want, o.take()); diff != "" {
				t.Error(diff)
			}
		}
		var result struct {
			Winner string `msgpack:"winner"`
		}
		if err := protocol.Decode(m.Result().Data, &result); err != nil || result.Winner != "ada" {
			t.Errorf("result %+v, %v", result, err)
		}
	})
}

func TestLeavingFreesTheSeatAndTellsWhy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, game, _ := start(t, match.Config{MaxPlayers: 1})
		seat, _, out := join(t, m, "ada")
		ticks(2)
		seat.Leave(match.ReasonKicked)
		seat.Leave(match.ReasonLeft)
		ticks(2)
		if diff := cmp.Diff([]string{"match.exit kicked"}, out.take()); diff != "" {
			t.Error(diff)
		}
		next, view, _ := join(t, m, "bob")
		ticks(2)
		view.read()
		if next.ID() != 1 || view.world.Tables[0].Len() != 1 {
			t.Errorf("bob has seat %d in a world of %d", next.ID(), view.world.Tables[0].Len())
		}
		if diff := cmp.Diff([]string{"join 1", "leave 1", "join 1"}, game.log); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAResyncBringsAKeyframe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		counters, seat, view := seated(t)
		ticks(5)
		view.read()
		frame := protocol.MustEncode(&protocol.Resync{Kind: protocol.KindResync, Epoch: view.enter.Epoch, Reason: protocol.ResyncHash})
		if err := seat.Resync(time.Now(), protocol.NewReader(), frame); err != nil {
			t.Fatal(err)
		}
		n := len(view.heads)
		ticks(2)
		view.read()
		if h := view.heads[n]; h.Base != 0 || !h.HasHash {
			t.Errorf("after the resync came %+v", h)
		}
		if counters.Desyncs.Load() != 1 {
			t.Error("the desync was not counted")
		}
	})
}

func TestStopEndsTheMatchForEveryone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		counters := new(match.Counters)
		m, _, over := start(t, match.Config{Counters: counters})
		_, _, out := join(t, m, "ada") // not seated yet when Stop comes
		m.Stop(match.ReasonShutdown)
		if err := <-over; err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff([]string{"match.exit shutdown"}, out.take()); diff != "" {
			t.Error(diff)
		}
		if counters.Players.Load() != 0 || counters.Matches.Load() != 0 {
			t.Error("gauges did not come back to zero")
		}
	})
}

func TestAResyncIsAnsweredEvenWhenTooMuchIsUnacknowledged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, seat, view := seated(t)
		ticks(300) // far beyond what may be under way
		view.read()
		n := len(view.heads)
		frame := protocol.MustEncode(&protocol.Resync{Kind: protocol.KindResync, Epoch: view.enter.Epoch, Reason: protocol.ResyncBody})
		if err := seat.Resync(time.Now(), protocol.NewReader(), frame); err != nil {
			t.Fatal(err)
		}
		ticks(2)
		view.read()
		if len(view.heads) == n || view.heads[n].Base != 0 {
			t.Errorf("after the resync came %+v", view.heads[n:])
		}
	})
}

func TestAHeadNamesTheInputThatTheStepHasSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, game, _ := start(t, match.Config{})
		seat, view, _ := join(t, m, "ada")
		ticks(2)
		view.read()
		at := view.head.Tick
		if err := view.input(seat, at+2, 0); err != nil {
			t.Fatal(err)
		}
		game.slow.Store(int64(10 * time.Millisecond))
		ticks(3)
		// In the middle of the step of at+3 comes the input for it: too late for this tick, in force from the next on.
		time.Sleep(5 * time.Millisecond)
		if err := view.input(seat, at+3, 1); err != nil {
			t.Fatal(err)
		}
		time.Sleep(8 * time.Millisecond)
		synctest.Wait()
		view.read()
		if view.head.Tick != at+3 || view.x(seat.ID()) != 0 || view.head.Input != at+2 {
			t.Errorf("head %+v, x = %d: the step of %d had the input of %d", view.head, view.x(seat.ID()), at+3, at+2)
		}
	})
}

func TestInputForASeatThatIsOverIsDroppedAndCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		counters := new(match.Counters)
		m, _, _ := start(t, match.Config{Counters: counters})
		left, view, _ := join(t, m, "ada")
		stays, other, _ := join(t, m, "bob")
		ticks(2)
		view.read()
		other.read()
		left.Leave(match.ReasonLeft)
		ticks(2)
		if err := view.input(left, view.head.Tick+4, 1); err != nil {
			t.Error(err)
		}
		m.Stop(match.ReasonShutdown)
		<-m.Done()
		if err := other.input(stays, view.head.Tick+4, 1); err != nil {
			t.Error(err)
		}
		if taken, stale := counters.Inputs.Load(), counters.Drops[match.DropInputStale].Load(); taken != 0 || stale != 2 {
			t.Errorf("%d taken, %d dropped as stale", taken, stale)
		}
	})
}

func TestAResyncThatIsNotForThisSeatIsDroppedAndCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		counters, seat, view := seated(t)
		ticks(2)
		view.read()
		ask := func(epoch uint32) {
			frame := protocol.MustEncode(&protocol.Resync{Kind: protocol.KindResync, Epoch: epoch, Reason: protocol.ResyncHash})
			if err := seat.Resync(time.Now(), protocol.NewReader(), frame); err != nil {
				t.Fatal(err)
			}
		}
		ask(view.enter.Epoch + 1)
		seat.Leave(match.ReasonLeft)
		ticks(2)
		ask(view.enter.Epoch)
		if n, taken := counters.Drops[match.DropResyncStale].Load(), counters.Resyncs.Load()+counters.Desyncs.Load(); n != 2 || taken != 0 {
			t.Errorf("%d dropped, %d taken", n, taken)
		}
	})
}

func TestAWayThatGetsLongerDoesNotHoldSnapshotsBackForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, seat, view := seated(t)
		clock, read := 0, 0
		due := map[int]uint32{} // acknowledgement that arrives at a time, in ticks
		run := func(n, roundTrip int) {
			for range n {
				ticks(1)
				clock++
				view.read()
				for ; read < len(view.heads); read++ {
					due[clock+roundTrip] = view.heads[read].Tick
				}
				if tick, ok := due[clock]; ok {
					ack := protocol.MustEncode(&protocol.Ack{Kind: protocol.KindAck, Epoch: view.enter.Epoch, Tick: tick})
					if err := seat.Ack(time.Now(), protocol.NewReader(), ack); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
		run(300, 2)
		run(600, 26) // 430 ms more, for good
		before := len(view.heads)
		run(600, 26)
		if n := len(view.heads) - before; n < 590 {
			t.Errorf("%d snapshots in 600 ticks over a way that has been longer for 10 s", n)
		}
	})
}

func TestAQueueDoesNotRaiseItsOwnBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, seat, view := seated(t)
		var queue []uint32
		read, oldest := 0, uint32(0)
		for tick := range 3600 { // a minute of a link that takes every third snapshot
			ticks(1)
			view.read()
			for ; read < len(view.heads); read++ {
				queue = append(queue, view.heads[read].Tick)
			}
			if tick%3 == 0 && len(queue) > 0 {
				ack := protocol.MustEncode(&protocol.Ack{Kind: protocol.KindAck, Epoch: view.enter.Epoch, Tick: queue[0]})
				if err := seat.Ack(time.Now(), protocol.NewReader(), ack); err != nil {
					t.Fatal(err)
				}
				oldest = max(oldest, view.head.Tick-queue[0])
				queue = queue[1:]
			}
		}
		// 250 ms of slack and the second for which nothing is known of the way are 75 ticks.
		if oldest > 80 {
			t.Errorf("state became %d ticks old", oldest)
		}
	})
}
