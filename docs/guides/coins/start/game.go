package main

import "github.com/deltatick/deltatick/match"

// player is a row of the table "players": everybody's page has all of them.
type player struct {
	X, Y float64 `sync:"min=0,max=400,step=0.1"`
	Name string
	Seat match.SeatID
}

// keys is what a page sends, once a tick.
type keys struct {
	Right, Down int `sync:"min=-1,max=1"`
}

type game struct {
	players *match.Table[player]
	keys    *match.Inputs[keys]
	bySeat  [match.MaxSeats + 1]match.EntityID
}

func (g *game) Setup(s *match.Setup) error {
	g.players, g.keys = match.AddTable[player](s, "players"), match.AddInputs[keys](s)
	return nil
}

func (g *game) Join(t *match.Tick, p match.Player) {
	g.bySeat[p.Seat] = g.players.Spawn(player{X: 200, Y: 200, Name: p.Name, Seat: p.Seat})
}

func (g *game) Leave(t *match.Tick, p match.Player) { g.players.Despawn(g.bySeat[p.Seat]) }

// speed is in units a second.
const speed = 120

func (g *game) Step(t *match.Tick) {
	for _, p := range g.players.All() {
		pressed, _ := g.keys.Of(p.Seat)
		p.X = min(max(p.X+float64(float64(pressed.Right)*speed*t.Delta()), 0), 400)
		p.Y = min(max(p.Y+float64(float64(pressed.Down)*speed*t.Delta()), 0), 400)
	}
}

// Kind describes the game to a server.
func Kind() match.Kind {
	return match.Kind{Name: "coins", MaxPlayers: 8, New: func() match.Game { return new(game) }}
}
