// Package dots is the smallest whole game: everyone is a dot in a field and moves it with the arrow keys. `go run ./cmd/dots`
// serves it with a page of its own.
package dots

import "github.com/deltatick/deltatick/match"

type dot struct {
	X, Y float64 `sync:"min=0,max=400,step=0.1"` // travels as a whole number of tenths
	Name string
}

type keys struct {
	Right, Down int `sync:"min=-1,max=1"`
}

type game struct {
	dots   *match.Table[dot]
	keys   *match.Inputs[keys]
	bySeat [match.MaxSeats + 1]match.EntityID
}

func (g *game) Setup(s *match.Setup) error {
	g.dots, g.keys = match.AddTable[dot](s, "dots"), match.AddInputs[keys](s)
	return nil
}

func (g *game) Join(t *match.Tick, p match.Player) {
	g.bySeat[p.Seat] = g.dots.Spawn(dot{X: 200, Y: 200, Name: p.Name})
}

func (g *game) Leave(t *match.Tick, p match.Player) { g.dots.Despawn(g.bySeat[p.Seat]) }

func (g *game) Step(t *match.Tick) {
	for p := range t.Players() {
		pressed, _ := g.keys.Of(p.Seat)
		d := g.dots.Get(g.bySeat[p.Seat])
		d.X = min(max(d.X+float64(pressed.Right)*120*t.Delta(), 0), 400) // 120 units a second
		d.Y = min(max(d.Y+float64(pressed.Down)*120*t.Delta(), 0), 400)
	}
}

// Kind describes the game to a server.
func Kind() match.Kind {
	return match.Kind{Name: "dots", MaxPlayers: 8, New: func() match.Game { return new(game) }}
}
