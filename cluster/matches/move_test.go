package matches_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/cluster/matches"
	"github.com/deltatick/deltatick/match"
)

func TestADrainingNodeHandsItsMatchesOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, on, other, m, over, ada := trio(t, nil)
		epoch := m.Epoch()
		// What she has sent and been told that it was taken is not lost, nor what is under way for the next ticks.
		play(ada, 10)
		synctest.Wait()
		at, x := ada.last(), ada.x(1)
		began := time.Now()
		must(t, on.host.Drain(t.Context()))
		if took := time.Since(began); took > 100*time.Millisecond {
			t.Errorf("took %v", took)
		}
		moved := (*matches.MovedError)(nil)
		if _, err := on.host.Attach(m.ID(), 1, "ada"); !errors.As(err, &moved) || moved.Node != other.id || moved.Address != "ws://"+other.id || moved.Epoch <= epoch {
			t.Errorf("attached: %v", err)
		}
		if id := <-on.left; id != m.ID() {
			t.Errorf("%s left", id)
		}
		back := s.connect(m.ID(), 1, "ada")
		within(t, time.Second, "she plays again", func() bool { return back.last().Tick > 0 })
		gap := time.Since(began)
		if h := back.heads[0]; h.Epoch <= epoch || h.Tick <= at.Tick || h.Tick > at.Tick+6 || gap > 100*time.Millisecond {
			t.Errorf("%+v after %+v, %v later", h, at, gap)
		}
		if now := back.x(1); now < x {
			t.Errorf("she is at %d, was at %d", now, x)
		}
		seat, _ := s.join(m, "eve")
		if seat.ID() != 3 {
			t.Errorf("seat %d", seat.ID())
		}
		s.connect(m.ID(), 0, "ann")
		if n := on.counters.MovedOut.Load() + other.counters.MovedIn.Load() + other.counters.TakenOver.Load(); n != 2 {
			t.Errorf("%d moves, want one out and one in", n)
		}
		if told := on.events.take(); slices.ContainsFunc(told, func(s string) bool { return strings.Contains(s, " exit ") }) {
			t.Errorf("told %v", told)
		}
		m.Stop("enough")
		must(t, <-over)
	})
}

func TestManyMatchesAreHandedOverAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(t)
		lobby, b := s.add("a", 0, nil), s.add("b", 200, nil)
		s.settle()
		for range 100 {
			lobby.place(spec())
		}
		c, d := s.add("c", 200, nil), s.add("d", 200, nil)
		s.settle()
		must(t, b.host.Drain(t.Context()))
		if c.host.Load()+d.host.Load() != 100 || c.host.Load() < 25 || d.host.Load() < 25 || b.host.Load() != 0 {
			t.Errorf("loads %d, %d, %d", b.host.Load(), c.host.Load(), d.host.Load())
		}
		if _, err := lobby.placer.NewMatch(t.Context(), spec()); err != nil {
			t.Errorf("no new match meanwhile: %v", err)
		}
		time.Sleep(3 * time.Second)
		if n := b.host.Load(); n != 0 {
			t.Errorf("the node that was drained has %d", n)
		}
	})
}

func TestANodeThatDrainsAloneKeepsItsMatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(t)
		n := s.add("a", 4, nil)
		s.settle()
		m, over := n.place(spec())
		_, ada := s.join(m, "ada")
		if err := n.host.Drain(t.Context()); err == nil {
			t.Error("drained to nowhere")
		}
		time.Sleep(time.Second)
		if ada.last().Tick < 50 {
			t.Errorf("the match stands at %d", ada.last().Tick)
		}
		if _, err := n.placer.NewMatch(t.Context(), spec()); err == nil {
			t.Error("a draining node took a match")
		}
		n.host.Stop(match.ReasonShutdown)
		must(t, <-over)
		must(t, n.host.Drain(t.Context()))
	})
}

func TestAMatchGivenToANodeThatDiesIsTakenOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, on, other, m, _, _ := trio(t, nil)
		third := s.add("d", 4, nil)
		s.settle()
		for _, n := range []*node{other, third} {
			s.net.answersAreLost(n.id, "match/take", true)
			n.mesh.calls["match/take"] = func(context.Context, string, []byte) ([]byte, error) { return nil, nil } // it died in the middle
		}
		if err := on.host.Drain(t.Context()); err == nil {
			t.Error("nothing was said of an answer that did not come")
		}
		within(t, 3*time.Second, "somebody has the match", func() bool { return other.host.Load()+third.host.Load() == 1 })
		if s.at(m.ID()) == on {
			t.Error("the match is where it was")
		}
	})
}

func TestAMatchWhoseNewNodeDidNotHearOfItIsTakenOverByThatNode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, on, other, m, _, _ := trio(t, nil)
		s.net.answersAreLost(other.id, "match/take", true)
		take := other.mesh.calls["match/take"]
		other.mesh.calls["match/take"] = func(context.Context, string, []byte) ([]byte, error) { return nil, nil } // it never came
		if err := on.host.Drain(t.Context()); err == nil {
			t.Error("nothing was said of an answer that did not come")
		}
		other.mesh.calls["match/take"] = take
		within(t, 4*time.Second, "the node that owns the match has it", func() bool { return other.host.Load() == 1 })
		if s.at(m.ID()) != other {
			t.Error("the directory says otherwise")
		}
	})
}

func TestANodeThatRefusesIsNotTheLastThatIsAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, on, other, _, _, _ := trio(t, nil)
		third := s.add("d", 4, nil)
		s.settle()
		must(t, other.host.Drain(t.Context())) // and the others have not heard of it yet
		must(t, on.host.Drain(t.Context()))
		if third.host.Load() != 1 || on.host.Load() != 0 {
			t.Errorf("loads %d, %d", third.host.Load(), on.host.Load())
		}
	})
}

func TestADrainThatIsGivenUpLeavesItsMatchesToOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, on, other, m, _, _ := trio(t, nil)
		on.engine.away.Store(true)
		time.Sleep(2 * time.Second) // its matches stand still
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := on.host.Drain(ctx); err == nil {
			t.Error("drained without a store")
		}
		within(t, 3*time.Second, "another node has the match", func() bool { return other.host.Load() == 1 && on.host.Load() == 0 })
		if s.at(m.ID()) != other {
			t.Error("the directory says otherwise")
		}
	})
}
