package node_test

import (
	"testing"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/cluster/memory"
	"github.com/deltatick/deltatick/games/dots"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/server"
	"github.com/deltatick/deltatick/server/node"
)

// party is two players on two nodes, in one lobby and a match on a third.
func party(t *testing.T) (s *service, ann, bob *player) {
	t.Parallel()
	s = newService(t)
	one, two := s.start("lobby-1", 0), s.start("lobby-2", 0)
	s.start("match-1", 10)
	ann, bob = s.join("ann", one, two), s.join("bob", two, one)
	s.meet(ann, bob)
	if err := ann.Lobby().Start(s.ctx); err != nil {
		t.Fatal(err)
	}
	a, b := ann.plays(any), bob.plays(any)
	if a.Match != b.Match || a.Seat == b.Seat {
		t.Fatalf("in %s and %s, seats %d and %d", a.Match, b.Match, a.Seat, b.Seat)
	}
	return s, ann, bob
}

func TestPlayersOfTwoNodesMeetInALobbyAndInAMatchOnAThird(t *testing.T) {
	s, ann, bob := party(t)
	if _, err := bob.Chat().Say(s.ctx, "hello"); err != nil {
		t.Fatal(err)
	}
	ann.hears("bob: hello")
	bob.hears("bob: hello")
	s.eventually("ann sees that bob is in a match", func() bool {
		all, err := ann.Presences().Watch(s.ctx, bob.session().User)
		if err != nil {
			t.Fatal(err)
		}
		return len(all) == 1 && all[0].State == "match"
	})
}

func TestABroadcastReachesThoseOnAllNodes(t *testing.T) {
	t.Parallel()
	s := newService(t)
	one, two := s.start("lobby-1", 0), s.start("lobby-2", 0)
	got := make(chan string, 8)
	for name, at := range map[string]*running{"ann": one, "bob": two} {
		c, err := client.New(client.Config{URL: "ws://" + at.addr + "/ws", Name: name, Handlers: client.Handlers{Event: onEvent("shop", "sale", name, got)}})
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = c.Run(s.ctx)
		}()
		defer func() { <-done }()
		defer func() { _ = c.Bye(s.ctx) }()
	}
	s.eventually("both are in the shop", func() bool { return one.shop.Len() == 1 && two.shop.Len() == 1 })
	s.eventually("each node knows of the other, and both hear", func() bool {
		if _, err := one.shop.All().Emit("sale", nil); err != nil {
			t.Fatal(err)
		}
		heard := map[string]bool{}
		for len(got) > 0 {
			heard[<-got] = true
		}
		return heard["bob"]
	})
}

func TestAMatchGoesOnElsewhereWhenItsNodeIsStopped(t *testing.T) {
	s, ann, bob := party(t)
	before := ann.plays(any)
	s.start("match-2", 10)
	s.nodes["match-1"].end()
	for _, p := range []*player{ann, bob} {
		after := p.plays(func(r *client.Room) bool { return r.Epoch > before.Epoch })
		if after.Match != before.Match {
			t.Errorf("in %s, before in %s", after.Match, before.Match)
		}
	}
	if again := ann.plays(any); again.Seat != before.Seat {
		t.Errorf("seat %d, before %d", again.Seat, before.Seat)
	}
}

func TestPlayersGoOnAtAnotherNodeWhenTheirsIsStopped(t *testing.T) {
	s, ann, bob := party(t)
	session, room := ann.session(), ann.plays(any)
	s.nodes["lobby-1"].end() // which has the lobby, too
	s.eventually("ann is back", func() (back bool) {
		ann.note(func() { back = len(ann.sessions) > 1 })
		return back
	})
	again := ann.session()
	if !again.Resumed || again.ID != session.ID || again.User != session.User || again.Lost != 0 {
		t.Errorf("session %+v, before %+v", again, session)
	}
	after := ann.plays(func(r *client.Room) bool { return r != room })
	if after.Match != room.Match || after.Seat != room.Seat {
		t.Errorf("seat %d in %s, before %d in %s", after.Seat, after.Match, room.Seat, room.Match)
	}
	s.eventually("the lobby has a new owner", func() bool {
		_, err := ann.Chat().Say(s.ctx, "still here")
		return err == nil
	})
	bob.hears("ann: still here")
	if state := ann.Lobby().State(); state == nil || state.Host != ann.session().User || len(state.Members) != 2 {
		t.Errorf("lobby: %+v", state)
	}
}

func TestASettingThatCannotWorkIsRefused(t *testing.T) {
	engine := memory.New(memory.Config{})
	defer engine.Close()
	good := node.Config{
		Engine: engine, Secret: []byte("the secret of the service"), URL: "ws://127.0.0.1:8080",
		Server: server.Config{Kinds: []match.Kind{dots.Kind()}, Guests: true},
	}
	if _, err := node.New(good); err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func(*node.Config){
		"no engine":                   func(c *node.Config) { c.Engine = nil },
		"short secret":                func(c *node.Config) { c.Secret = []byte("short") },
		"no address":                  func(c *node.Config) { c.URL = "" },
		"an address with a path":      func(c *node.Config) { c.URL = "ws://host/ws" },
		"an address of another kind":  func(c *node.Config) { c.Internal = "http://host" },
		"neither lobbies nor matches": func(c *node.Config) { c.NoLobbies = true },
		"no games":                    func(c *node.Config) { c.Server.Kinds = nil },
		"nobody could connect":        func(c *node.Config) { c.Server.Guests = false },
	} {
		cfg := good
		change(&cfg)
		if _, err := node.New(cfg); err == nil {
			t.Errorf("%s is taken", what)
		}
	}
}
