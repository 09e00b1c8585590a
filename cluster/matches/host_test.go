package matches_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/matches"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

func spec() matches.Spec {
	return matches.Spec{Lobby: "l-1", Kind: "race", MaxPlayers: 3, MaxSpectators: 2}
}

// place has a match made, and looks after it until the test ends.
func (n *node) place(spec matches.Spec) (m *matches.Placed, over <-chan error) {
	n.t.Helper()
	m, err := n.placer.NewMatch(n.t.Context(), spec)
	must(n.t, err)
	return m, n.follow(m)
}

func (n *node) follow(m *matches.Placed) <-chan error {
	ctx, cancel := context.WithCancel(context.Background())
	over, ended := make(chan error, 1), make(chan struct{})
	go func() {
		over <- m.Run(ctx)
		close(ended)
	}()
	n.t.Cleanup(func() {
		cancel()
		<-ended
	})
	return over
}

// join seats a user and connects it on the node that has the match.
func (s *service) join(m *matches.Placed, user string) (*matches.PlacedSeat, *player) {
	s.t.Helper()
	seat, err := m.Join(match.Member{User: user, Name: user})
	must(s.t, err)
	return seat, s.connect(m.ID(), seat.ID(), user)
}

// connect finds the node that has a match, as a player's node does, and attaches there.
func (s *service) connect(id string, seat match.SeatID, user string) *player {
	s.t.Helper()
	var p *player
	within(s.t, 5*time.Second, "attached", func() bool {
		for _, n := range s.nodes {
			if n.host == nil || n.mesh.down {
				continue
			}
			if at, err := n.host.Attach(id, seat, user); err == nil {
				p = attach(s.t, at)
				return true
			}
		}
		return false
	})
	return p
}

// at is the node that has a match.
func (s *service) at(id string) *node {
	s.t.Helper()
	m, err := s.store.Load().Open().Match(s.t.Context(), id)
	must(s.t, err)
	return s.nodes[m.Node]
}

// play has a player step forward n times.
func play(p *player, n int) {
	for range n {
		time.Sleep(time.Second / 60)
		p.step(1)
	}
}

func TestAMatchIsPlayedOnAnotherNodeAndItsLobbyHearsHowItEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(t)
		lobby, host := s.add("a", 0, nil), s.add("b", 4, nil)
		s.settle()
		want := spec()
		want.Settings = match.Settings{"goal": 20}
		m, over := lobby.place(want)
		seat, ada := s.join(m, "ada")
		if seat.ID() != 1 || seat.MatchID() != m.ID() || seat.User() != "ada" || host.host.Load() != 1 {
			t.Errorf("seat %d of %s in %s, load %d", seat.ID(), seat.User(), seat.MatchID(), host.host.Load())
		}
		play(ada, 30)
		if err := <-over; err != nil {
			t.Errorf("Run returned %v", err)
		}
		var result struct {
			Winner string `msgpack:"winner"`
		}
		if r := m.Result(); r.Reason != match.ReasonEnded || protocol.Decode(r.Data, &result) != nil || result.Winner != "ada" {
			t.Errorf("result %+v, %+v", r, result)
		}
		within(t, time.Second, "the match is forgotten", func() bool {
			_, err := lobby.engine.Match(t.Context(), m.ID())
			return errors.Is(err, cluster.ErrNotFound)
		})
		if ada.enter.Epoch != m.Epoch() || ada.enter.Match != m.ID() {
			t.Errorf("entered %+v, want epoch %d", ada.enter, m.Epoch())
		}
		if told := host.events.take(); len(told) == 0 || !strings.HasPrefix(told[len(told)-1], "ada@1 exit") {
			t.Errorf("told %v", told)
		}
		if _, err := m.Join(match.Member{User: "bob"}); !errors.Is(err, match.ErrOver) {
			t.Errorf("joined what is over: %v", err)
		}
		if _, err := host.host.Attach(m.ID(), 1, "ada"); !errors.Is(err, matches.ErrUnknown) {
			t.Errorf("attached to what is over: %v", err)
		}
	})
}

func TestSeatsAreTheLobbysToGive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(t)
		lobby, host := s.add("a", 0, nil), s.add("b", 4, nil)
		s.settle()
		m, over := lobby.place(spec())
		one, _ := s.join(m, "ada")
		two, _ := s.join(m, "bob")
		three, _ := s.join(m, "eve")
		if one.ID() != 1 || two.ID() != 2 || three.ID() != 3 {
			t.Errorf("seats %d, %d, %d", one.ID(), two.ID(), three.ID())
		}
		if _, err := m.Join(match.Member{User: "kim"}); !errors.Is(err, match.ErrFull) {
			t.Errorf("joined a full match: %v", err)
		}
		two.Leave(match.ReasonKicked)
		two.Leave(match.ReasonKicked)
		next, kim := s.join(m, "kim")
		if next.ID() != 2 {
			t.Errorf("seat %d, want 2", next.ID())
		}
		if _, err := host.host.Attach(m.ID(), 2, "bob"); !errors.Is(err, match.ErrNoSeat) {
			t.Errorf("who left attached: %v", err)
		}
		watch, err := m.Watch(match.Member{User: "ann"})
		must(t, err)
		again, err := m.Watch(match.Member{User: "ann"})
		must(t, err)
		if watch.ID() != 0 || again != watch {
			t.Errorf("watches at %d, twice %v", watch.ID(), again != watch)
		}
		ann := s.connect(m.ID(), 0, "ann")
		time.Sleep(time.Second)
		if kim.last().Tick == 0 || ann.last().Tick == 0 || host.matches.Watchers.Load() != 1 || host.matches.Players.Load() != 3 {
			t.Errorf("ticks %d and %d, %d watch, %d play", kim.last().Tick, ann.last().Tick, host.matches.Watchers.Load(), host.matches.Players.Load())
		}
		watch.Leave(match.ReasonLeft)
		m.Stop("enough")
		m.Stop("more than enough")
		must(t, <-over)
		if m.Result().Reason != "enough" {
			t.Errorf("result %+v", m.Result())
		}
		if n := host.counters.Drops[matches.DropSeat].Load() + host.counters.Drops[matches.DropStale].Load(); n != 0 {
			t.Errorf("%d dropped", n)
		}
	})
}

func TestEpochsOfALobbysMatchesGrow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(t)
		lobby := s.add("a", 0, nil)
		s.add("b", 9, nil)
		s.settle()
		after := uint32(0)
		for range 5 {
			want := spec()
			want.After = after + 3 // of a clock that is ahead
			m, _ := lobby.place(want)
			if m.Epoch() <= want.After {
				t.Errorf("epoch %d after %d", m.Epoch(), want.After)
			}
			after = m.Epoch()
			m.Stop("next")
			<-m.Done()
		}
	})
}

func TestOneNodeAloneDoesBothHalves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(t)
		n := s.add("a", 1, nil)
		s.settle()
		m, over := n.place(spec())
		_, ada := s.join(m, "ada")
		time.Sleep(time.Second)
		if ada.last().Tick < 50 {
			t.Errorf("at tick %d", ada.last().Tick)
		}
		if _, err := n.placer.NewMatch(t.Context(), spec()); !errors.Is(err, matches.ErrNoNode) {
			t.Errorf("made a second match where there is room for one: %v", err)
		}
		m.Stop("enough")
		must(t, <-over)
	})
}

func TestAnAnswerThatIsLostMakesNoSecondMatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(t)
		lobby, b, c := s.add("a", 0, nil), s.add("b", 4, nil), s.add("c", 4, nil)
		s.settle()
		for _, n := range []string{"b", "c"} {
			s.net.answersAreLost(n, "match/create", true)
		}
		m, _ := lobby.place(spec())
		if n := b.counters.Created.Load() + c.counters.Created.Load(); n != 1 {
			t.Errorf("%d matches made", n)
		}
		_, ada := s.join(m, "ada")
		time.Sleep(time.Second)
		if ada.last().Tick == 0 {
			t.Error("nothing came")
		}
	})
}

func TestAMatchThatNobodyWantsIsEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(t)
		lobby, host := s.add("a", 0, nil), s.add("b", 4, func(cfg *matches.Config) { cfg.Match.Grace = 10 * time.Second })
		s.settle()
		m, _ := lobby.place(spec())
		_, ada := s.join(m, "ada")
		time.Sleep(5 * time.Minute)
		if host.host.Load() != 1 {
			t.Error("a match with a player was ended")
		}
		ada.seat.Detach(ada)
		time.Sleep(5 * time.Minute)
		if host.host.Load() != 1 {
			t.Error("a match of which a lobby knows was ended")
		}
		lobby.die()
		time.Sleep(60 * time.Second)
		if host.host.Load() != 1 {
			t.Error("a match was ended early")
		}
		time.Sleep(30 * time.Second)
		if host.host.Load() != 0 || host.counters.Orphans.Load() != 1 {
			t.Errorf("load %d, %d orphans", host.host.Load(), host.counters.Orphans.Load())
		}
	})
}
