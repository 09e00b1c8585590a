package matches_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/matches"
	"github.com/deltatick/deltatick/cluster/memory"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// trio is a node with a lobby and two that run matches, with a match in which ada and bob play and which ann watches.
func trio(t *testing.T, change func(*matches.Config)) (s *service, lobby, on, other *node, m *matches.Placed, over <-chan error, ada *player) {
	s = newService(t)
	lobby = s.add("a", 0, nil)
	s.add("b", 200, change)
	s.add("c", 200, change)
	s.settle()
	m, over = lobby.place(spec())
	_, ada = s.join(m, "ada")
	_, bob := s.join(m, "bob")
	_, err := m.Watch(match.Member{User: "ann", Name: "ann"})
	must(t, err)
	s.connect(m.ID(), 0, "ann")
	on = s.at(m.ID())
	other = s.nodes["b"]
	if on == other {
		other = s.nodes["c"]
	}
	for range 90 {
		play(ada, 1)
		bob.step(-1)
	}
	return s, lobby, on, other, m, over, ada
}

func TestAMatchOutlivesItsNode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, lobby, dead, heir, m, over, ada := trio(t, nil)
		at, x, epoch := ada.last().Tick, ada.x(1), m.Epoch()
		before := dead.events.take()
		dead.die()
		gap := within(t, 2*time.Second, "another node has the match", func() bool { return heir.host.Load() == 1 })
		t.Logf("taken over after %v", gap)
		back := s.connect(m.ID(), 1, "ada")
		within(t, time.Second, "she plays again", func() bool { return back.last().Tick > 0 })
		if h := back.heads[0]; h.Epoch <= epoch || h.Base != 0 || h.Tick+12 < at || back.enter.Seat != 1 {
			t.Errorf("%+v after tick %d of epoch %d, in seat %d", h, at, epoch, back.enter.Seat)
		}
		if now := back.x(1); now < x-12 || now > x {
			t.Errorf("she is at %d, was at %d", now, x)
		}
		// Events of the ticks that were made again come again as they were, so that who had them knows them.
		again := heir.events.take()
		if len(again) == 0 || !slices.Contains(before, again[0]) && !strings.HasPrefix(again[0], "ada@1 half-second") {
			t.Errorf("told again %v, before %v", again, before)
		}
		// The lobby has its match as ever.
		within(t, time.Second, "the lobby knows", func() bool { return m.Epoch() > epoch })
		seat, _ := s.join(m, "eve")
		if seat.ID() != 3 {
			t.Errorf("seat %d, want 3", seat.ID())
		}
		s.connect(m.ID(), 0, "ann")
		s.connect(m.ID(), 2, "bob")
		m.Stop("enough")
		must(t, <-over)
		if n := heir.counters.TakenOver.Load(); n != 1 || m.Result().Reason != "enough" || lobby.counters.Lost.Load() != 0 {
			t.Errorf("%d taken over, result %+v", n, m.Result())
		}
		if heir.counters.Replayed.Load() == 0 {
			t.Error("no tick was made again")
		}
	})
}

func TestManyMatchesAreTakenOverEachOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(t)
		lobby := s.add("a", 0, nil)
		var hosts []*node
		for _, id := range []string{"b", "c", "d"} {
			hosts = append(hosts, s.add(id, 100, nil))
		}
		s.settle()
		var all []*matches.Placed
		for range 30 {
			m, _ := lobby.place(spec())
			all = append(all, m)
			time.Sleep(20 * time.Millisecond)
		}
		time.Sleep(time.Second)
		victim := hosts[0]
		had := victim.host.Load()
		victim.die()
		time.Sleep(2 * time.Second)
		if n := hosts[1].counters.TakenOver.Load() + hosts[2].counters.TakenOver.Load(); int(n) != had || had == 0 {
			t.Errorf("%d taken over of %d", n, had)
		}
		if n := hosts[1].host.Load() + hosts[2].host.Load(); n != 30 {
			t.Errorf("%d run, want 30", n)
		}
		if hosts[1].counters.TakenOver.Load() == 0 || hosts[2].counters.TakenOver.Load() == 0 {
			t.Error("one node took all")
		}
		for _, m := range all {
			if n := s.at(m.ID()); n == nil || n == victim {
				t.Errorf("match %s is at %v", m.ID(), n)
			}
		}
	})
}

func TestANodeThatCameBackDoesNotActForWhatItLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, paused, heir, m, _, ada := trio(t, func(cfg *matches.Config) { cfg.Close = protocol.CloseGoingAway })
		paused.engine.away.Store(true) // as one that is cut off from the store, and from the others
		s.net.cut(paused.id)
		within(t, 2*time.Second, "another node has the match", func() bool { return heir.host.Load() == 1 })
		froze := ada.last().Tick
		if paused.host.Load() != 1 {
			t.Error("it gave the match up before it knew")
		}
		time.Sleep(time.Second)
		if now := ada.last().Tick; now != froze {
			t.Errorf("it went on to tick %d after tick %d, while another had the match", now, froze)
		}
		paused.events.take()
		paused.engine.away.Store(false)
		s.net.mend(paused.id)
		within(t, time.Second, "it knows", func() bool { return paused.host.Load() == 0 })
		if told := paused.events.take(); len(told) != 0 {
			t.Errorf("told %v", told)
		}
		if ada.last().Tick != froze || ada.closed != protocol.CloseGoingAway || paused.counters.Fenced.Load() != 1 {
			t.Errorf("at tick %d, closed with %d, fenced %d", ada.last().Tick, ada.closed, paused.counters.Fenced.Load())
		}
		if id := <-paused.left; id != m.ID() {
			t.Errorf("%s left", id)
		}
		if _, err := paused.host.Attach(m.ID(), 1, "ada"); !errors.Is(err, matches.ErrUnknown) {
			t.Errorf("attached: %v", err)
		}
		if s.at(m.ID()) != heir {
			t.Error("the match is not where it was taken to")
		}
	})
}

func TestWhileTheStoreIsAwayMatchesPauseAndKeepTheirOwners(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, on, other, m, _, ada := trio(t, nil)
		epoch := m.Epoch()
		for _, n := range s.nodes {
			n.engine.away.Store(true)
		}
		time.Sleep(3 * time.Second)
		at := ada.last().Tick
		time.Sleep(time.Second)
		if ada.last().Tick != at {
			t.Error("a match ran on that might have been another's")
		}
		for _, n := range s.nodes {
			n.engine.away.Store(false)
		}
		time.Sleep(time.Second)
		if now := ada.last(); now.Tick < at+30 || now.Epoch != epoch || on.host.Load() != 1 || other.host.Load() != 0 {
			t.Errorf("at %+v after tick %d, load %d and %d", now, at, on.host.Load(), other.host.Load())
		}
	})
}

func TestAStoreThatComesBackEmptyIsFilledAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, on, other, m, _, ada := trio(t, nil)
		epoch, at := m.Epoch(), ada.last().Tick
		s.store.Store(memory.NewStore(memory.Config{}))
		time.Sleep(3 * time.Second)
		store := s.store.Load().Open()
		entry, err := store.Match(t.Context(), m.ID())
		if err != nil || entry.Node != on.id || entry.Epoch != epoch || entry.Lobby != "l-1" {
			t.Errorf("entry %+v, %v", entry, err)
		}
		if _, err := store.Saved(t.Context(), m.ID()); err != nil {
			t.Errorf("checkpoint: %v", err)
		}
		if ada.last().Tick < at+170 {
			t.Errorf("at tick %d after tick %d", ada.last().Tick, at)
		}
		s.settle()
		on.die()
		within(t, 2*time.Second, "another node has the match", func() bool { return other.host.Load() == 1 })
	})
}

func TestAMatchThatEndedAsItsNodeDiedEndsAlikeOnAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, lobby, dead, _, m, over, ada := trio(t, nil)
		m.Configure(match.Settings{"goal": int(ada.x(1)) + 5})
		synctest.Wait()
		s.net.answersAreLost("a", "match/over", true)
		s.net.cut("a") // the lobby cannot hear it
		play(ada, 30)
		if _, err := dead.host.Attach(m.ID(), 1, "ada"); !errors.Is(err, match.ErrOver) {
			t.Fatalf("the match is not over: %v", err)
		}
		time.Sleep(200 * time.Millisecond) // the last inputs are saved
		dead.die()
		s.net.answersAreLost("a", "match/over", false)
		s.net.mend("a")
		must(t, <-over)
		var result struct {
			Winner string `msgpack:"winner"`
		}
		if r := m.Result(); r.Reason != match.ReasonEnded || protocol.Decode(r.Data, &result) != nil || result.Winner != "ada" {
			t.Errorf("result %+v, %+v", r, result)
		}
		_ = lobby
	})
}

func TestALobbyThatAsksLateStillGetsTheResult(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, lobby, on, _, m, over, _ := trio(t, nil)
		m.Stop("enough")
		synctest.Wait()
		s.net.cut("a")
		time.Sleep(30 * time.Second)
		if on.host.Load() != 0 {
			t.Error("it runs on")
		}
		s.net.mend("a")
		must(t, <-over)
		if m.Result().Reason != "enough" {
			t.Errorf("result %+v", m.Result())
		}
		time.Sleep(2 * time.Second)
		if _, err := lobby.engine.Match(t.Context(), m.ID()); !errors.Is(err, cluster.ErrNotFound) {
			t.Errorf("it is still in the directory: %v", err)
		}
		if _, err := lobby.placer.Adopt(t.Context(), m.ID()); !errors.Is(err, matches.ErrLost) {
			t.Errorf("adopted what is long over: %v", err)
		}
	})
}

func TestALobbyThatMovedAdoptsItsMatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, lobby, on, heir, m, over, _ := trio(t, nil)
		next := s.add("e", 0, nil)
		time.Sleep(time.Second)
		adopted, err := next.placer.Adopt(t.Context(), m.ID())
		must(t, err)
		adoptedOver := next.follow(adopted)
		var seats []string
		for _, seat := range adopted.Seats() {
			seats = append(seats, fmt.Sprint(seat.User(), seat.ID()))
		}
		if fmt.Sprint(seats) != "[ada1 bob2 ann0]" {
			t.Errorf("seats %v", seats)
		}
		// The lobby that had it has it no more.
		m.Stop("says the old lobby")
		if _, err := m.Join(match.Member{User: "old"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if on.host.Load() != 1 || on.counters.Drops[matches.DropStale].Load() != 2 {
			t.Errorf("load %d, %d dropped", on.host.Load(), on.counters.Drops[matches.DropStale].Load())
		}
		if err := <-over; !errors.Is(err, matches.ErrAdopted) {
			t.Errorf("the old lobby's match: %v", err)
		}
		lobby.die()
		for _, seat := range adopted.Seats() {
			if seat.User() == "bob" {
				seat.Leave(match.ReasonLeft)
			}
		}
		seat, eve := s.join(adopted, "eve")
		if seat.ID() != 2 {
			t.Errorf("seat %d", seat.ID())
		}
		time.Sleep(time.Second)
		if eve.last().Tick == 0 {
			t.Error("nothing came")
		}
		on.die() // whoever takes the match over knows whom to tell
		within(t, 2*time.Second, "the lobby knows where its match is", func() bool {
			return adopted.Epoch() > m.Epoch() && heir.host.Load() == 1
		})
		adopted.Stop("enough")
		must(t, <-adoptedOver)
		if adopted.Result().Reason != "enough" {
			t.Errorf("result %+v", adopted.Result())
		}
	})
}

func TestAMatchOfWhichNothingWasKeptIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(t)
		lobby := s.add("a", 0, nil)
		s.add("b", 4, nil)
		s.add("c", 4, nil)
		s.settle()
		want := spec()
		want.Kind, want.MaxPlayers = "map", 1
		m, over := lobby.place(want)
		on := s.at(m.ID())
		if err := on.host.Drain(t.Context()); err == nil || on.host.Load() != 1 {
			t.Errorf("moved at once what cannot be kept: %v, load %d", err, on.host.Load())
		}
		time.Sleep(2 * time.Second)
		if on.counters.Unkept.Load() != 1 {
			t.Errorf("%d unkept", on.counters.Unkept.Load())
		}
		if err := on.host.Drain(t.Context()); err == nil || on.host.Load() != 1 {
			t.Errorf("moved what cannot be kept: %v, load %d", err, on.host.Load())
		}
		on.die()
		if err := <-over; !errors.Is(err, matches.ErrLost) || m.Result().Reason != match.ReasonFailed {
			t.Errorf("Run returned %v, result %+v", err, m.Result())
		}
		if _, givenUp := s.tried(); givenUp != 1 {
			t.Errorf("given up %d times, want once: no other node needs to try", givenUp)
		}
	})
}
