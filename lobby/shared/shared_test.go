package shared_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/lobby/shared"
	"github.com/deltatick/deltatick/protocol"
)

func TestALobbyIsListedJoinedAndTalkedInFromAnyNode(t *testing.T) {
	inService(t, 3, func(s *service) {
		a, b, c := s.node("a"), s.node("b"), s.node("c")
		eve := c.person("eve")
		c.Watch(eve)
		ada := a.person("ada")
		state := ada.create()
		s.pass(time.Second)
		if list := b.List(); len(list.Lobbies) != 1 || list.Lobbies[0].ID != state.ID || list.Lobbies[0].Players != 1 {
			t.Fatalf("node b lists %+v", list)
		}
		if len(eve.told("lobby/list")) == 0 {
			t.Error("who watches on node c was told nothing")
		}
		bob, cyd := b.person("bob"), c.person("cyd")
		s.must(bob.join(state.ID))
		s.must(cyd.ask("join", map[string]any{"code": state.Code, "spectate": true}))
		s.refused(bob.join(state.ID), protocol.CodeAlready)
		s.refused(c.person("bob").join(state.ID), protocol.CodeAlready)
		s.pass(time.Second)
		s.refused(c.person("bob").ask("create", map[string]string{"game": "toy"}), protocol.CodeAlready)
		s.must(bob.ask("ready", map[string]bool{"ready": true}))
		s.refused(bob.ask("start", map[string]int{}), protocol.CodeForbidden)
		s.refused(bob.ask("no-such", map[string]int{}), protocol.CodeUnknownRequest)
		s.must(bob.say("from b"))
		s.must(ada.say("from a"))
		s.pass(time.Second)
		for _, p := range []*person{ada, bob, cyd} {
			if m := p.newest().Members; len(m) != 3 || !m[1].Ready || m[2].Role != lobby.RoleSpectator {
				t.Errorf("%s sees %+v", p.user, m)
			}
			if heard := p.heard(); !slices.Equal(heard, []string{"from b", "from a"}) {
				t.Errorf("%s heard %v", p.user, heard)
			}
			if p.place() != state.ID {
				t.Errorf("%s is in %q", p.user, p.place())
			}
		}
		s.must(b.SetAway(s.ctx, bob, true))
		s.pass(time.Second)
		if !ada.newest().Members[1].Away {
			t.Error("bob is not away")
		}
		s.must(b.SetAway(s.ctx, bob, false))
		s.must(ada.ask("kick", map[string]string{"user": "bob"}))
		s.pass(time.Second)
		if told := bob.told("lobby/closed"); len(told) != 1 || bob.place() != "" {
			t.Errorf("bob was told %d times that he is out, and is in %q", len(told), bob.place())
		}
		s.refused(bob.join(state.ID), protocol.CodeForbidden)
		s.must(cyd.ask("leave", map[string]int{}))
		if cyd.place() != "" {
			t.Error("cyd is still in")
		}
		cyd.create() // at once
		a.Forget(ada, lobby.Expired)
		s.pass(time.Second)
		if list := b.List(); len(list.Lobbies) != 1 || list.Lobbies[0].ID == state.ID {
			t.Errorf("after the last has left: %+v", list)
		}
		for _, n := range s.nodes {
			if guests := n.counters.Guests.Load(); (guests == 1) != (n.id == "c") {
				t.Errorf("node %s counts %d guests", n.id, guests)
			}
		}
	})
}

// crowd has a lobby on node a with one member of each node.
func crowd(s *service) (lobby.State, []*person) {
	s.t.Helper()
	var all []*person
	var state lobby.State
	for i, n := range s.nodes {
		p := n.person(fmt.Sprint("user-", n.id))
		if i == 0 {
			state = p.create()
		} else {
			s.must(p.ask("join", map[string]string{"code": state.Code}))
		}
		all = append(all, p)
	}
	s.pass(time.Second)
	return state, all
}

func TestALobbyOutlivesTheNodeThatHadIt(t *testing.T) {
	inService(t, 3, func(s *service) {
		state, all := crowd(s)
		s.must(all[0].ask("host", map[string]string{"user": "user-b"}))
		s.must(all[1].ask("start", map[string]int{}))
		s.must(all[2].say("before"))
		s.pass(time.Second)
		id, seat := all[2].seat()
		if seat != 3 {
			t.Fatalf("seat %d of %q", seat, id)
		}
		all[2].forget()
		began := time.Now()
		s.node("a").die()
		for all[2].told("lobby/state") == nil && time.Since(began) < 10*time.Second {
			s.pass(50 * time.Millisecond)
		}
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("members heard of their lobby after %v", took)
		}
		s.pass(2 * time.Second)
		after := all[2].newest()
		if after.ID != state.ID || after.Host != "user-b" || len(after.Members) != 3 || after.Match != id || after.Members[2].Seat != 3 {
			t.Errorf("the lobby is %+v", after)
		}
		if !after.Members[0].Away || after.Members[1].Away || after.Members[2].Away {
			t.Errorf("away are %+v", after.Members)
		}
		if now, n := all[2].seat(); now != id || n != seat || len(all[2].seats) != 1 {
			t.Errorf("seated %d times, now %d of %q", len(all[2].seats), n, now)
		}
		s.must(all[1].say("after"))
		s.pass(time.Second)
		if heard := all[2].heard(); !slices.Equal(heard, []string{"after"}) {
			t.Errorf("heard %v", heard)
		}
		late := s.node("c").person("late")
		s.must(late.ask("join", map[string]string{"code": state.Code}))
		s.pass(time.Minute) // the dead node's member is given up
		if m := late.newest().Members; len(m) != 3 || m[0].User != "user-b" {
			t.Errorf("members are %+v", m)
		}
		if n := s.node("b").counters.TakenOver.Load() + s.node("c").counters.TakenOver.Load(); n != 1 {
			t.Errorf("taken over %d times", n)
		}
	})
}

func TestWhoHadJustJoinedWhenTheNodeDiedIsStillIn(t *testing.T) {
	inService(t, 3, func(s *service) {
		state, all := crowd(s)
		s.node("a").engine.away.Store(true) // nothing more is entered
		late := s.node("b").person("late")
		s.must(late.join(state.ID))
		s.node("a").die()
		s.pass(5 * time.Second)
		if m := late.newest().Members; len(m) != 4 || m[3].User != "late" || late.place() != state.ID {
			t.Errorf("members are %+v", m)
		}
		s.must(late.say("still here"))
		s.pass(time.Second)
		if heard := all[2].heard(); !slices.Equal(heard, []string{"still here"}) {
			t.Errorf("heard %v", heard)
		}
	})
}

func TestADrainingNodeGivesItsLobbiesAwayAndNobodyNotices(t *testing.T) {
	inService(t, 3, func(s *service) {
		state, all := crowd(s)
		s.must(all[0].ask("start", map[string]int{}))
		s.must(all[1].say("before"))
		s.pass(time.Second)
		a := s.node("a")
		a.roster.Drain()
		a.Drain()
		for i := range 20 { // requests while the lobby is on its way
			s.must(all[0].ask("settings", map[string]string{"name": fmt.Sprint("name ", i)}))
			time.Sleep(time.Millisecond)
		}
		s.pass(time.Second)
		if owner := s.owner(state.ID); owner == "a" {
			t.Fatal("the lobby is where it was")
		}
		s.must(all[2].say("after"))
		s.pass(2 * time.Second)
		for _, p := range all {
			if m := p.newest().Members; len(m) != 3 || m[0].Away || m[1].Away || m[2].Away || len(p.told("lobby/closed")) != 0 {
				t.Errorf("%s sees %+v", p.user, m)
			}
			if heard := p.heard(); !slices.Equal(heard, []string{"before", "after"}) {
				t.Errorf("%s heard %v", p.user, heard)
			}
			if id, _ := p.seat(); id == "" || len(p.seats) != 1 || len(p.places) != 1 {
				t.Errorf("%s was seated %d times and moved %d times", p.user, len(p.seats), len(p.places))
			}
		}
		_, err := a.Request(s.ctx, a.person("new"), "create", protocol.MustEncode(map[string]string{"game": "toy"}))
		s.refused(err, protocol.CodeUnavailable)
		a.stop()
		s.pass(time.Second)
		if len(s.node("b").List().Lobbies) != 1 {
			t.Error("the lobby has gone with its first node")
		}
	})
}

func TestALobbyWhoseHeirDidNotHearOfItIsTakenOverByTheHeir(t *testing.T) {
	inService(t, 2, func(s *service) {
		state := s.node("a").person("ada").create()
		s.pass(time.Second)
		unheard := func(method string) {
			s.net.mu.Lock()
			defer s.net.mu.Unlock()
			s.net.stations["b"].unheard = method
		}
		unheard("lobby/take")
		a := s.node("a")
		a.roster.Drain()
		a.Drain()
		s.pass(time.Second)
		unheard("")
		s.pass(5 * time.Second)
		if n := s.node("b").counters.Owned.Load(); n != 1 || s.owner(state.ID) != "b" {
			t.Errorf("the heir has %d lobbies, the store says %q", n, s.owner(state.ID))
		}
	})
}

func TestALobbyThatComesToADrainingNodeGoesOnToAnother(t *testing.T) {
	inService(t, 2, func(s *service) {
		state := s.node("a").person("ada").create()
		s.node("b").Drain() // which a does not know yet
		s.pass(time.Second)
		a := s.node("a")
		a.roster.Drain()
		a.Drain()
		s.pass(time.Second)
		if owner := s.owner(state.ID); owner != "b" {
			t.Fatalf("%s has the lobby", owner)
		}
		s.node("b").roster.Drain()
		s.start("c")
		s.pass(4 * time.Second)
		if owner := s.owner(state.ID); owner != "c" {
			t.Errorf("%s has the lobby", owner)
		}
	})
}

func TestANodeThatWakesIsFenced(t *testing.T) {
	inService(t, 3, func(s *service) {
		state, all := crowd(s)
		a := s.node("a")
		s.net.freeze("a")
		a.engine.away.Store(true)
		s.pass(5 * time.Second)
		if owner := s.owner(state.ID); owner == "a" {
			t.Fatal("nobody took over")
		}
		s.must(all[1].say("meanwhile"))
		s.net.thaw("a")
		// Before it has heard from the store, what it does counts for nobody else, and nobody gets in by it.
		late := a.person("late")
		s.refused(late.join(state.ID), protocol.CodeUnavailable)
		_ = all[0].say("from the past")
		s.pass(100 * time.Millisecond)
		for _, p := range all[1:] {
			if heard := p.heard(); slices.Contains(heard, "from the past") {
				t.Errorf("%s heard %v", p.user, heard)
			}
		}
		a.engine.away.Store(false)
		s.pass(3 * time.Second)
		if n := a.counters.Fenced.Load(); n != 1 || a.counters.Owned.Load() != 0 {
			t.Errorf("fenced %d times, has %d lobbies", n, a.counters.Owned.Load())
		}
		if m := all[0].newest().Members; len(m) != 3 || m[0].Away || len(all[0].told("lobby/closed")) != 0 {
			t.Errorf("the member of the node that woke sees %+v", m)
		}
		s.must(all[0].say("back"))
		s.pass(time.Second)
		if heard := all[2].heard(); !slices.Equal(heard, []string{"meanwhile", "back"}) {
			t.Errorf("heard %v", heard)
		}
	})
}

func TestLobbiesAreThereAgainWhenTheStoreHasBeenAway(t *testing.T) {
	inService(t, 3, func(s *service) {
		state, all := crowd(s)
		for _, n := range s.nodes {
			n.engine.away.Store(true)
		}
		s.pass(2 * time.Second)
		s.refused(all[1].say("lost if another node has the lobby"), protocol.CodeUnavailable)
		s.refused(s.node("b").person("new").join(state.ID), protocol.CodeUnavailable)
		_, err := s.node("b").Request(s.ctx, s.node("b").person("new"), "create", protocol.MustEncode(map[string]string{"game": "toy"}))
		s.refused(err, protocol.CodeUnavailable)
		s.pass(8 * time.Second)
		for _, n := range s.nodes {
			n.engine.away.Store(false)
		}
		s.pass(5 * time.Second)
		if owner := s.owner(state.ID); owner != "a" {
			t.Errorf("the lobby went to %s", owner)
		}
		s.must(all[1].say("on we go"))
		s.must(all[2].ask("ready", map[string]bool{"ready": true}))
		s.must(s.node("c").person("new").join(state.ID))
		s.pass(time.Second)
		if m := all[0].newest().Members; len(m) != 4 || !m[2].Ready || !slices.Equal(all[0].heard(), []string{"on we go"}) {
			t.Errorf("members are %+v", m)
		}
		if len(s.node("b").List().Lobbies) != 1 {
			t.Error("the list is not what it was")
		}
	})
}

func TestWhatWasLostBetweenTwoNodesIsMadeGood(t *testing.T) {
	inService(t, 2, func(s *service) {
		_, all := crowd(s)
		s.net.cut("a", "b", true)
		s.must(all[0].say("unheard"))
		s.refused(all[1].say("unsaid"), protocol.CodeUnavailable)
		s.pass(3 * time.Second)
		if !all[0].newest().Members[1].Away {
			t.Error("who is out of reach is not away")
		}
		s.net.cut("a", "b", false)
		s.pass(3 * time.Second)
		if heard := all[1].heard(); !slices.Equal(heard, []string{"unheard"}) {
			t.Errorf("heard %v", heard)
		}
		if all[0].newest().Members[1].Away || all[1].newest().Members[1].Away {
			t.Error("still away")
		}
	})
}

func TestWhoLeavesWhileTheOwnerIsOutOfReachIsNotKept(t *testing.T) {
	inService(t, 2, func(s *service) {
		_, all := crowd(s)
		s.net.cut("a", "b", true)
		s.node("b").Forget(all[1], lobby.Left)
		s.pass(time.Second)
		s.net.cut("a", "b", false)
		s.pass(5 * time.Second)
		if m := all[0].newest().Members; len(m) != 1 {
			t.Errorf("members are %+v", m)
		}
	})
}

func TestWhatALobbySaysWhileASessionIsOnItsWayCostsNobodyTheirPlace(t *testing.T) {
	inService(t, 3, func(s *service) {
		ada, before, after := s.node("a").person("ada"), s.node("b").person("bob"), s.node("c").person("bob")
		state := ada.create()
		s.must(before.join(state.ID))
		s.pass(time.Second)
		in, said := s.node("b").Detach(before)
		s.must(ada.say("where are you?"))
		s.pass(10 * time.Millisecond)
		if in, err := s.node("c").Rejoin(s.ctx, after, shared.Coming{Lobby: in, Said: said}); err != nil || !in {
			t.Fatalf("brought back: %v, %v", in, err)
		}
		s.pass(10 * time.Millisecond)
		if heard := after.heard(); !slices.Equal(heard, []string{"where are you?"}) {
			t.Errorf("heard %v", heard)
		}
		s.pass(20 * time.Second) // and is not taken for one who went away
		s.must(after.say("here"))
	})
}

func TestAMemberWhoseSessionWentWhereNobodyKnewOfItIsNotKept(t *testing.T) {
	inService(t, 3, func(s *service) {
		state := s.node("a").person("ada").create()
		s.pass(time.Second)
		s.node("a").engine.noLobbies.Store(true) // what changes does not get into the store
		before := s.node("b").person("bob")
		s.must(before.join(state.ID))
		s.node("b").Detach(before)
		after := s.node("c").person("bob")
		if in, err := s.node("c").Rejoin(s.ctx, after, shared.Coming{From: "b"}); err != nil || in {
			t.Fatalf("brought back: %v, %v", in, err)
		}
		s.refused(after.join(state.ID), protocol.CodeAlready)
		s.pass(12 * time.Second)
		s.must(after.join(state.ID))
	})
}

func TestASessionThatComesToAnotherNodeIsBackInItsLobby(t *testing.T) {
	inService(t, 3, func(s *service) {
		state, all := crowd(s)
		s.must(all[0].ask("start", map[string]int{}))
		s.pass(time.Second)
		s.node("b").die()
		s.pass(2 * time.Second)
		again := s.node("c").person("user-b")
		if in, err := s.node("c").Rejoin(s.ctx, again, shared.Coming{}); !in || err != nil {
			t.Fatalf("rejoined: %v, %v", in, err)
		}
		s.pass(time.Second)
		if id, seat := again.seat(); id == "" || seat != 2 || again.place() != state.ID || again.newest().Members[1].Away {
			t.Errorf("has seat %d of %q, is in %q", seat, id, again.place())
		}
		s.must(again.say("here"))
		if in, err := s.node("c").Rejoin(s.ctx, s.node("c").person("nobody"), shared.Coming{}); in || err != nil {
			t.Errorf("a stranger rejoined: %v, %v", in, err)
		}
		s.pass(time.Minute)
		if m := again.newest().Members; len(m) != 3 {
			t.Errorf("members are %+v", m)
		}
	})
}
