package node_test

import (
	"slices"
	"testing"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/games/dots"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/server/node"
)

// chime is dots with an event in every tick.
type chime struct{ match.Game }

func (c chime) Step(t *match.Tick) {
	c.Game.Step(t)
	t.Emit("chime", nil)
}

func chimeKind() match.Kind {
	k := dots.Kind()
	make := k.New
	k.New = func() match.Game { return chime{make()} }
	return k
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
			var heard []uint32
			p := s.join("ann", nodes[0], nodes[1])
			p.onEvent = func(e protocol.Event) {
				if e.Channel == protocol.ChannelMatch && e.Name == "chime" {
					heard = append(heard, e.Tick)
				}
			}
			if _, err := p.Lobby().Create(s.ctx, client.NewLobby{Game: "dots"}); err != nil {
				t.Fatal(err)
			}
			if err := p.Lobby().Start(s.ctx); err != nil {
				t.Fatal(err)
			}
			p.plays(any)
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
				count := 0
				p.note(func() { count = len(heard) })
				s.eventually("events go on", func() (more bool) {
					p.note(func() { more = len(heard) > count+5 })
					return more
				})
			}
			p.note(func() { heard = slices.Clone(heard) })
			for i, tick := range heard[1:] {
				if tick != heard[i]+1 {
					t.Errorf("tick %d after tick %d", tick, heard[i])
				}
			}
		})
	}
}
