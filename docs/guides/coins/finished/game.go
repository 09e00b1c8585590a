package main

import (
	"math"

	"github.com/deltatick/deltatick/match"
)

// player is a row of the table "players": everybody's page has all of them.
type player struct {
	X, Y  float64 `sync:"min=0,max=400,step=0.1"`
	Name  string
	Seat  match.SeatID
	Coins int `sync:"min=0,max=100"`
}

// coin is a row of the table "coins".
type coin struct {
	X, Y float64 `sync:"min=0,max=400,step=0.1"`
}

// keys is what a page sends, once a tick.
type keys struct {
	Right, Down int `sync:"min=-1,max=1"`
}

// taken is what the event "taken" tells.
type taken struct {
	By    match.SeatID `msgpack:"by"`
	Coins int          `msgpack:"coins"` // that the player has now
}

// result is what a match ends with.
type result struct {
	Winner string `msgpack:"winner"`
}

type game struct {
	players *match.Table[player]
	coins   *match.Table[coin]
	keys    *match.Inputs[keys]
	bySeat  [match.MaxSeats + 1]match.EntityID
	goal    int // coins that win
}

func (g *game) Setup(s *match.Setup) error {
	g.players, g.coins = match.AddTable[player](s, "players"), match.AddTable[coin](s, "coins")
	g.keys = match.AddInputs[keys](s)
	g.goal = s.Settings["goal"]
	return nil
}

func (g *game) Join(t *match.Tick, p match.Player) {
	g.bySeat[p.Seat] = g.players.Spawn(player{X: 200, Y: 200, Name: p.Name, Seat: p.Seat})
}

func (g *game) Leave(t *match.Tick, p match.Player) { g.players.Despawn(g.bySeat[p.Seat]) }

const (
	speed = 120 // units a second
	reach = 12  // units from which a coin is taken
)

func (g *game) Step(t *match.Tick) {
	if g.coins.Len() == 0 {
		g.coins.Spawn(coin{X: 400 * t.Rand().Float64(), Y: 400 * t.Rand().Float64()})
	}
	for _, p := range g.players.All() {
		pressed, _ := g.keys.Of(p.Seat)
		p.X = min(max(p.X+float64(float64(pressed.Right)*speed*t.Delta()), 0), 400)
		p.Y = min(max(p.Y+float64(float64(pressed.Down)*speed*t.Delta()), 0), 400)
		g.take(t, p)
	}
}

// take gives a player the coins in reach, and ends the match when that is enough of them.
func (g *game) take(t *match.Tick, p *player) {
	for id, c := range g.coins.All() {
		if math.Hypot(p.X-c.X, p.Y-c.Y) > reach {
			continue
		}
		g.coins.Despawn(id)
		p.Coins++
		t.Emit("taken", taken{By: p.Seat, Coins: p.Coins})
		if p.Coins >= g.goal {
			t.End(result{Winner: p.Name})
		}
	}
}

// Kind describes the game to a server.
func Kind() match.Kind {
	return match.Kind{
		Name:       "coins",
		MaxPlayers: 8,
		Settings:   []match.Setting{{Name: "goal", Min: 1, Max: 100, Default: 5, Doc: "Coins that win"}},
		New:        func() match.Game { return new(game) },
	}
}
