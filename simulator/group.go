package simulator

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/protocol"
)

// Group is a part of the population whose bots are alike: they play one game in lobbies of their own, in the same manner, and are
// measured together. The zero value of a field is the default it names.
type Group struct {
	Name string // default is that of the game; no two groups share one

	Bots     int            // default 8
	Game     string         // default "arena"
	RoomSize int            // bots in a lobby, default 8; the rest is spread evenly, and no lobby gets more
	Settings map[string]int // of the lobbies, such as bots or entities

	// Behaviour is a name of [Behaviours], or "" for what suits the game. NewBot overrides it: it makes bot i of the run, whose own
	// randomness is rng.
	Behaviour string
	NewBot    func(i int, rng *rand.Rand) Bot

	Chaos   bool    // cut sockets at random while measuring
	MinRate float64 // snapshots a second, while seated, below which a bot was failed; default 50, negative for none
}

func (g Group) withDefaults() (Group, error) {
	g.Game = cmp.Or(g.Game, "arena")
	g.Name = cmp.Or(g.Name, g.Game)
	g.Bots = cmp.Or(g.Bots, 8)
	g.RoomSize = cmp.Or(g.RoomSize, 8)
	g.MinRate = cmp.Or(g.MinRate, 50)
	switch {
	case g.Bots < 1 || g.Bots > maxBots:
		return g, fmt.Errorf("bots: %d is outside 1..%d", g.Bots, maxBots)
	case g.RoomSize < 1 || g.RoomSize > 1000:
		return g, fmt.Errorf("room size: %d is outside 1..1000", g.RoomSize)
	}
	if g.NewBot == nil {
		behaviour := cmp.Or(g.Behaviour, suits(g.Game))
		if !slices.Contains(Behaviours(), behaviour) {
			return g, fmt.Errorf("behaviour: %q is none of %v", behaviour, Behaviours())
		}
		g.NewBot = func(_ int, rng *rand.Rand) Bot { return behaviours[behaviour](rng) }
	}
	return g, nil
}

// crowd is a Group while it lives.
type crowd struct {
	Group
	gauges  *gauges
	players []*player
	lobbies int
}

// newCrowd makes the players of a group; the first of them is bot number first of the run, from 0.
func newCrowd(g Group, game client.Game, first int, r *run) (*crowd, error) {
	c := &crowd{Group: g, gauges: newGauges()}
	for _, size := range parties(g.Bots, g.RoomSize) {
		c.lobbies++
		y := &party{
			minPlayers: game.MinPlayers, open: make(chan struct{}),
			lobby: client.NewLobby{
				Game: game.Name, Name: fmt.Sprintf("simulator %s %d", g.Name, c.lobbies), MaxPlayers: max(size, game.MinPlayers),
				Start: client.StartHost, Settings: g.Settings,
			},
		}
		for seat := range size {
			p, err := newPlayer(first+len(c.players), r, c, y, seat == 0)
			if err != nil {
				return nil, err
			}
			c.players = append(c.players, p)
		}
	}
	return c, nil
}

// traffic is what a crowd's clients have received and sent so far.
type traffic struct{ in, out, snapshots uint64 }

func (c *crowd) traffic() (t traffic) {
	for _, p := range c.players {
		t.add(p.client.Stats())
	}
	return t
}

func (t *traffic) add(s client.Stats) {
	t.in += client.Total(s.In).Bytes
	t.out += client.Total(s.Out).Bytes
	t.snapshots += s.In[protocol.KindSnapshot].Frames
}
