package simulator

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/simulator/hostile"
	"github.com/deltatick/deltatick/simulator/invariant"
	"github.com/deltatick/deltatick/simulator/link"
)

// Group is a part of the population whose bots are alike: they play one game in lobbies of their own, in the same manner, and are
// measured together. The zero value of a field is the default it names.
type Group struct {
	Name string // default is that of the game; no two groups share one

	// Attack makes the group's bots attackers: a name of [hostile.Attacks]. They need a game that one player can start, and have nothing else
	// of a Group but Bots.
	Attack string

	Role     Role           // default Player
	Bots     int            // default 8
	Game     string         // default "arena"
	RoomSize int            // bots in a lobby, default 8; the rest is spread evenly, and no lobby gets more
	Settings map[string]int // of the lobbies, such as bots or entities

	// Behaviour is a name of [Behaviours], or "" for what suits the game. NewBot overrides it: it makes bot i of the run, whose own
	// randomness is rng.
	Behaviour string
	NewBot    func(i int, rng *rand.Rand) Bot

	// Predict has the bots run each tick for their own row at once, as a page with prediction does, by what Config.Predictions has of the game; how far
	// off that was is among the figures.
	Predict bool

	Talk time.Duration // each bot says something in its lobby's chat about that often, at least 1 s; 0: it is silent

	Sends Sends // events of the bots' own on a channel of the game's; default none

	// Presence has each bot follow everyone in its lobby, and say about that often that it is away, or back; at least 2 s. 0: none of it.
	Presence time.Duration

	// Stay and Away make the group churn: each bot says bye after about Stay, 1 s or more, and comes as somebody new after about Away.
	// Stay 0: it stays.
	Stay, Away time.Duration

	// Rejoin is about how often a Rejoiner leaves and comes back; 1 s or more, default 4 s. Auth gives the credentials of bot i of the run, as client.Config.Auth
	// does; default: bots are guests, each session another user.
	Rejoin time.Duration
	Auth   func(i int) func(ctx context.Context) ([]string, error)

	// Sight is how far seats see, where the game hides what is farther away: whoever is shown more has found a broken invariant. The default is
	// everything, but for the game "swarm" what its setting "view" says.
	Sight invariant.Sight

	// Codecs are those that the bots can read, the best first, as in client.Config; default is all.
	Codecs []string

	// Network is what each bot's connections run over; the zero value is the machine's own, as it is. See docs/networks.md.
	Network link.Profile

	Chaos   bool    // cut sockets at random while measuring
	MinRate float64 // snapshots a second, while seated, below which a bot was failed; default 50, negative for none

	Expect []Criterion // what the group's figures must show
}

func (g Group) withDefaults() (Group, error) {
	if g.Attack != "" {
		return g.asAttackers()
	}
	g.Game = cmp.Or(g.Game, "arena")
	g.Name = cmp.Or(g.Name, g.Game)
	g.Role = cmp.Or(g.Role, Player)
	g.Bots = cmp.Or(g.Bots, 8)
	g.RoomSize = cmp.Or(g.RoomSize, 8)
	g.MinRate = cmp.Or(g.MinRate, 50)
	if g.Role == Rejoiner {
		g.Rejoin = cmp.Or(g.Rejoin, 4*time.Second)
	}
	switch {
	case g.Role == Rejoiner && (g.Chaos || g.Stay != 0):
		return g, fmt.Errorf("role: rejoiners come and go by themselves, without chaos or stay")
	case g.Role == Rejoiner && g.Rejoin < time.Second || g.Role != Rejoiner && g.Rejoin != 0:
		return g, fmt.Errorf("rejoin: %v; it is of rejoiners, and at least 1s", g.Rejoin)
	case !slices.Contains(Roles(), g.Role):
		return g, fmt.Errorf("role: %q is none of %v", g.Role, Roles())
	case g.Talk != 0 && g.Talk < time.Second:
		return g, fmt.Errorf("talk: %v is less than 1s", g.Talk)
	case g.Presence != 0 && g.Presence < minPresence:
		return g, fmt.Errorf("presence: %v is less than %v", g.Presence, minPresence)
	case g.Stay != 0 && g.Stay < time.Second || g.Away < 0:
		return g, fmt.Errorf("stay: it is at least 1s, and away not negative")
	case g.Bots < 1 || g.Bots > maxBots:
		return g, fmt.Errorf("bots: %d is outside 1..%d", g.Bots, maxBots)
	case g.RoomSize < 1 || g.RoomSize > 1000:
		return g, fmt.Errorf("room size: %d is outside 1..1000", g.RoomSize)
	}
	for _, codec := range g.Codecs {
		if codec != protocol.CodecPacked && codec != protocol.CodecMP {
			return g, fmt.Errorf("codecs: %q is neither %s nor %s", codec, protocol.CodecPacked, protocol.CodecMP)
		}
	}
	if err := g.Network.Validate(); err != nil {
		return g, err
	}
	if g.Sends != (Sends{}) {
		var err error
		if g.Sends, err = g.Sends.withDefaults(); err != nil {
			return g, err
		}
		if g.Role == Hopper {
			return g, fmt.Errorf("sends: hoppers stay in no lobby for long enough")
		}
	}
	if g.NewBot == nil {
		behaviour := cmp.Or(g.Behaviour, suits(g.Game, g.Settings))
		if !slices.Contains(Behaviours(), behaviour) {
			return g, fmt.Errorf("behaviour: %q is none of %v", behaviour, Behaviours())
		}
		g.NewBot = func(_ int, rng *rand.Rand) Bot { return behaviours[behaviour](rng) }
	}
	return g, nil
}

// sight is how far the group's seats see.
func (g Group) sight() invariant.Sight {
	if view := g.Settings["view"]; g.Sight == (invariant.Sight{}) && g.Game == "swarm" && view > 0 {
		// Radii of at most 900 units at 0.6 radians a second (games/swarm), along two axes, for two entities; who steers is slower.
		return invariant.Sight{Table: "entities", X: "x", Y: "y", Radius: float64(view), Speed: 2 * math.Sqrt2 * 900 * 0.6}
	}
	return g.Sight
}

// asAttackers is withDefaults for those.
func (g Group) asAttackers() (Group, error) {
	g.Bots = cmp.Or(g.Bots, 1)
	g.Name = cmp.Or(g.Name, g.Attack)
	g.Game = cmp.Or(g.Game, "arena")
	_, known := hostile.Named(g.Attack)
	switch {
	case !known:
		var names []string
		for _, a := range hostile.Attacks() {
			names = append(names, a.Name)
		}
		return g, fmt.Errorf("attack: %q is none of %v", g.Attack, names)
	case g.Bots < 1 || g.Bots > maxAttackers:
		return g, fmt.Errorf("bots: %d attackers are outside 1..%d", g.Bots, maxAttackers)
	case g.Role != "" || g.RoomSize != 0 || len(g.Settings) > 0 || g.Behaviour != "" || g.NewBot != nil || g.Predict || g.Talk != 0 || g.Presence != 0 || g.Stay != 0 || g.Rejoin != 0 || g.Sends != (Sends{}) || g.Auth != nil ||
		g.Away != 0 || g.Chaos || len(g.Codecs) > 0 || g.Sight != (invariant.Sight{}) || g.Network != (link.Profile{}) || g.MinRate != 0 || len(g.Expect) > 0:
		return g, fmt.Errorf("attack: attackers have a name, a game and a number of bots, and nothing else")
	}
	return g, nil
}

// maxAttackers is for each group of them.
const maxAttackers = 1000

// crowd is a Group while it lives.
type crowd struct {
	Group
	gauges  *gauges
	players []*player
	lobbies int
	laps    []Lap // of the goroutine that watches the run
}

// newCrowd makes the players of a group, which has a number of the run's, from 0, as has the first of them.
func newCrowd(g Group, game client.Game, index, first int, r *run) (*crowd, error) {
	c := &crowd{Group: g, gauges: newGauges()}
	for number, size := range parties(g.Bots, g.RoomSize) {
		at := first
		if first += size; !r.cfg.takes(number) {
			continue
		}
		c.lobbies++
		name := r.cfg.lobbyName(index, number+1, g.Name)
		if g.Role == Hopper {
			name = r.cfg.lobbyName(index, 0, g.Name) // they go to any of them
		}
		places := max(size, game.MinPlayers)
		if g.Role == Rejoiner { // one's old place is kept for a while
			places = min(max(2*size, places), game.MaxPlayers)
		}
		y := &party{
			minPlayers: game.MinPlayers, plays: g.Role.plays(), spare: places >= 2*size,
			lobby: client.NewLobby{
				Game: game.Name, Name: name, MaxPlayers: places,
				Start: client.StartHost, Settings: g.Settings,
			},
		}
		for i := range size {
			p, err := newPlayer(at+i, r, c, y)
			if err != nil {
				return nil, err
			}
			c.players = append(c.players, p)
		}
	}
	return c, nil
}

// traffic is how many bytes a crowd's clients have received and sent so far.
type traffic struct{ in, out uint64 }

func (c *crowd) traffic() (t traffic) {
	for _, p := range c.players {
		s := p.stats()
		t.in += client.Total(s.In).Bytes
		t.out += client.Total(s.Out).Bytes
	}
	return t
}
