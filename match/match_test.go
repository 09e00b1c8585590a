package match_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/deltatick/deltatick/match"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func join(t *testing.T, m *match.Match, name string) (*match.Seat, *view, *outbox) {
	t.Helper()
	out := &outbox{}
	seat, err := m.Join(match.Member{User: name, Name: name, Out: out})
	if err != nil {
		t.Fatal(err)
	}
	link := &fakeLink{}
	seat.Attach(link)
	return seat, newView(t, link), out
}

// ticks lets n ticks pass.
func ticks(n int) {
	handOver()
	time.Sleep(time.Duration(n) * time.Second / 60)
	synctest.Wait()
}

// turn is held by a test's game during its step. synctest.Wait orders what a match has written before what the test reads after it;
// this orders what the test has read or written before the match's next step.
var turn sync.Mutex

// handOver ends the test's turn to look into a game.
func handOver() {
	turn.Lock()
	defer turn.Unlock()
}

func TestASeatGetsAKeyframeThenADeltaEachTick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, _, _ := start(t, match.Config{})
		seat, view, _ := join(t, m, "ada")
		for i := range 120 {
			ticks(1)
			view.read()
			if err := view.input(seat, view.head.Tick+3, 1); err != nil {
				t.Fatal(i, err)
			}
		}
		if view.heads[0].Base != 0 || !view.heads[0].HasHash {
			t.Errorf("first head is %+v, want a keyframe with a hash", view.heads[0])
		}
		for i, h := range view.heads[1:] {
			if h.Base != view.heads[i].Tick || h.Tick != h.Base+1 {
				t.Fatalf("head %d is %+v", i+1, h)
			}
		}
		if n := len(view.heads); n < 118 || n > 121 {
			t.Errorf("%d snapshots in 120 ticks", n)
		}
		if x := view.x(seat.ID()); x < 110 {
			t.Errorf("x = %d after 120 ticks of going right", x)
		}
		if view.head.Input != view.head.Tick || view.head.Slack < 20 {
			t.Errorf("head %+v: want the input of this tick, and slack", view.head)
		}
	})
}

func TestAStuckSocketIsSkippedAndGetsTheNewestStateLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, _, _ := start(t, match.Config{})
		stuck, slow, _ := join(t, m, "slow")
		seat, fast, _ := join(t, m, "fast")
		run := func(n int) {
			for range n {
				ticks(1)
				fast.read()
				if err := fast.input(seat, fast.head.Tick+2, 1); err != nil {
					t.Fatal(err)
				}
			}
		}
		run(10)
		slow.read()
		slow.link.setStuck(true)
		run(60)
		slow.link.setStuck(false)
		run(2)
		slow.read()
		if err := slow.input(stuck, slow.head.Tick+2, 0); err != nil {
			t.Fatal(err)
		}
		if slow.head.Tick < fast.head.Tick-1 || slow.x(seat.ID()) < 60 {
			t.Errorf("slow is at %+v, fast at %+v", slow.head, fast.head)
		}
		if base := slow.heads[len(slow.heads)-2].Base; base == 0 {
			t.Error("60 missed ticks cost a keyframe; a delta from the last sent would do")
		}
		for i, h := range fast.heads[1:] {
			if h.Tick != fast.heads[i].Tick+1 {
				t.Fatalf("the other seat missed a tick at %d", h.Tick)
			}
		}
	})
}

func TestAPanicEndsTheMatchWithAReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, _, over := start(t, match.Config{})
		seat, view, out := join(t, m, "ada")
		ticks(2)
		view.read()
		if err := view.input(seat, view.head.Tick+2, 0, 1); err != nil {
			t.Fatal(err)
		}
		ticks(4)
		<-m.Done()
		if r := m.Result(); r.Reason != match.ReasonFailed {
			t.Errorf("result %+v", r)
		}
		if err := <-over; err == nil {
			t.Error("Run returned nil")
		}
		if diff := cmp.Diff([]string{"match.exit failed"}, out.take()); diff != "" {
			t.Error(diff)
		}
		if _, err := m.Join(match.Member{Out: out}); err != match.ErrOver {
			t.Errorf("join after the end: %v", err)
		}
	})
}

func TestASeatIsKeptForTheGraceAndFreeAfterIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, game, _ := start(t, match.Config{Grace: 10 * time.Second, MaxPlayers: 1})
		seat, view, out := join(t, m, "ada")
		ticks(2)
		seat.Detach(view.link)
		ticks(2)
		if _, err := m.Join(match.Member{Out: out}); err != match.ErrFull {
			t.Errorf("the seat of a player who is away was given out: %v", err)
		}
		again := newView(t, &fakeLink{})
		seat.Attach(again.link)
		ticks(2)
		again.read()
		if again.enter.Seat != uint16(seat.ID()) || again.heads[0].Base != 0 {
			t.Errorf("back with enter %+v and head %+v", again.enter, again.heads[0])
		}
		seat.Detach(view.link) // the old connection ends late
		ticks(2)
		again.read()
		if n := len(again.heads); n < 3 {
			t.Errorf("the old connection's end cut the new one off after %d snapshots", n)
		}
		seat.Detach(again.link)
		time.Sleep(11 * time.Second)
		synctest.Wait()
		if diff := cmp.Diff([]string{"match.exit expired"}, out.take()); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"join 1", "away 1", "back 1", "away 1", "leave 1"}, game.log); diff != "" {
			t.Error(diff)
		}
		if _, err := m.Join(match.Member{Out: out}); err != nil {
			t.Errorf("the seat is not free: %v", err)
		}
	})
}
