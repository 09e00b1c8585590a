package node_test

import (
	"testing"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/server/node"
)

// chime is a game that says so in every tick, and knows nothing else. It can be kept.
type chime struct {
	marks *match.Table[mark]
}

type mark struct {
	N int `sync:"min=0,max=1"`
}

func (c *chime) Setup(s *match.Setup) error {
	c.marks = match.AddTable[mark](s, "marks")
	return nil
}

func (c *chime) Join(*match.Tick, match.Player)  {}
func (c *chime) Leave(*match.Tick, match.Player) {}
func (c *chime) Step(t *match.Tick)              { t.Emit("chime", nil) }

func chimeKind() match.Kind {
	return match.Kind{Name: "dots", MaxPlayers: 8, New: func() match.Game { return new(chime) }}
}

// chimes are the ticks of which a player has heard.
type chimes struct {
	*player
	ticks []uint32
}

func (p *player) chimes() *chimes {
	c := &chimes{player: p}
	p.note(func() {
		p.onEvent = func(e protocol.Event) {
			if e.Channel == protocol.ChannelMatch && e.Name == "chime" {
				c.ticks = append(c.ticks, e.Tick)
			}
		}
	})
	return c
}

// goOn waits for some more.
func (c *chimes) goOn() {
	c.s.Helper()
	count := 0
	c.note(func() { count = len(c.ticks) })
	c.s.eventually("events go on", func() (more bool) {
		c.note(func() { more = len(c.ticks) > count+5 })
		return more
	})
}

// inOrder holds them to one in every tick.
func (c *chimes) inOrder() {
	c.s.Helper()
	c.note(func() {
		for i, tick := range c.ticks[1:] {
			if tick != c.ticks[i]+1 {
				c.s.Errorf("tick %d after tick %d", tick, c.ticks[i])
			}
		}
	})
}

// opens makes a lobby and plays in its match.
func (p *player) opens() *client.Room {
	p.s.Helper()
	if _, err := p.Lobby().Create(p.s.ctx, client.NewLobby{Game: "dots"}); err != nil {
		p.s.Fatal(err)
	}
	if err := p.Lobby().Start(p.s.ctx); err != nil {
		p.s.Fatal(err)
	}
	return p.plays(any)
}

// moves is how often a session goes from one node to the other.
const moves = 8

func TestEveryEventOfAMatchComesOnceToAPlayerWhoGoesFromNodeToNode(t *testing.T) {
	for name, matches := range map[string][3]int{ // on the two nodes that the player goes between, and on a third
		"the match is on a third node":           {0, 0, 10},
		"the match is on the first, or the last": {10, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newService(t)
			var nodes []*running
			for i, id := range []string{"one", "two", "three"} {
				nodes = append(nodes, s.start(id, matches[i], func(c *node.Config) {
					c.NoLobbies = i == 2
					c.Server.Kinds = []match.Kind{chimeKind()}
				}))
				if matches[2] == 0 && i == 1 {
					break // there is no third
				}
			}
			p := s.join("ann", nodes[0], nodes[1])
			heard := p.chimes()
			p.opens()
			for i := range moves {
				from, sessions := nodes[i%2], 0
				p.note(func() { sessions = len(p.sessions) })
				from.server.SendAway(true)
				s.eventually("the session is at the other node", func() (there bool) {
					p.note(func() { there = len(p.sessions) > sessions })
					return there
				})
				if at := p.session(); !at.Resumed || at.Lost != 0 {
					t.Fatalf("move %d: %+v", i, at)
				}
				from.server.SendAway(false)
				heard.goOn()
			}
			heard.inOrder()
		})
	}
}

// A lobby whose node is cut off from the store goes to another node, and the player is on no connection meanwhile: when the old node hears of it, the player is no member there any
// more, and comes to the new one only then.
func TestEveryEventOfAMatchComesOnceToAPlayerWhoseLobbyHasGoneAhead(t *testing.T) {
	t.Parallel()
	s := newService(t)
	var way *cut
	with := func(edit func(*node.Config)) func(*node.Config) {
		return func(c *node.Config) {
			c.Server.Kinds = []match.Kind{chimeKind()}
			edit(c)
		}
	}
	one := s.start("one", 0, with(func(c *node.Config) {
		way = &cut{Engine: c.Engine}
		c.Engine = way
	}))
	s.start("three", 10, with(func(*node.Config) {}))
	ann := s.join("ann", one)
	heard, lobby := ann.chimes(), ""
	ann.opens()
	heard.goOn()
	lobby = ann.Lobby().State().ID
	two := s.start("two", 0, with(func(*node.Config) {}))
	bob := s.join("bob", two)
	s.eventually("both nodes know each other", func() bool {
		all, err := bob.Presences().Watch(s.ctx, ann.session().User)
		return err == nil && len(all) == 1 && all[0].State == "match"
	})
	ann.note(func() { ann.dials = []*running{{addr: "127.0.0.1:1"}} })
	way.off.Store(true)
	engine := s.store.Open()
	defer engine.Close()
	s.eventually("the lobby is on the other node", func() bool {
		at, err := engine.Lobby(s.ctx, lobby)
		return err == nil && at.Node == "two"
	})
	way.off.Store(false)
	s.eventually("the old node has let the lobby go", func() bool { return one.server.Load().Lobbies == 0 })
	ann.note(func() { ann.dials = []*running{two} })
	s.eventually("ann is at the other node", func() (there bool) {
		ann.note(func() { there = len(ann.sessions) > 1 })
		return there
	})
	heard.goOn()
	heard.inOrder()
}

// What the player was told goes along with the session: the match makes its last ticks again, and tells them again.
func TestEveryEventOfAMatchComesOnceToAPlayerWhoGoesToAnotherNodeWhileTheMatchIsTakenOver(t *testing.T) {
	t.Parallel()
	s := newService(t)
	chiming := func(c *node.Config) { c.Server.Kinds = []match.Kind{chimeKind()} }
	one, two := s.start("one", 0, chiming), s.start("two", 0, chiming)
	three := s.start("three", 10, chiming)
	ann := s.join("ann", one, two)
	heard := ann.chimes()
	before := ann.opens()
	engine := s.store.Open()
	defer engine.Close()
	s.eventually("the match can be taken over", func() bool {
		saved, err := engine.Saved(s.ctx, before.Match)
		return err == nil && saved.Checkpoint.Data != nil
	})
	heard.goOn()
	s.start("four", 10, chiming)
	three.kill()
	one.server.SendAway(true)
	ann.plays(func(r *client.Room) bool { return r.Epoch > before.Epoch })
	if at := ann.session(); !at.Resumed || at.Lost != 0 || one.server.Load().Sessions != 0 {
		t.Errorf("session %+v", at)
	}
	heard.goOn()
	heard.inOrder()
}
