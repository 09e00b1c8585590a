package match_test

import (
	"fmt"

	"github.com/deltatick/deltatick/match"
)

type dot struct {
	X, Y float64 `sync:"min=0,max=400,step=0.1"`
	Name string
}

type keys struct {
	Right, Down int `sync:"min=-1,max=1"`
}

type dots struct {
	dots   *match.Table[dot]
	keys   *match.Inputs[keys]
	bySeat map[match.SeatID]match.EntityID
}

func (g *dots) Setup(s *match.Setup) error {
	g.dots, g.keys = match.AddTable[dot](s, "dots"), match.AddInputs[keys](s)
	g.bySeat = map[match.SeatID]match.EntityID{}
	return nil
}

func (g *dots) Join(t *match.Tick, p match.Player) {
	g.bySeat[p.Seat] = g.dots.Spawn(dot{X: 200, Y: 200, Name: p.Name})
}

func (g *dots) Leave(t *match.Tick, p match.Player) { g.dots.Despawn(g.bySeat[p.Seat]) }

func (g *dots) Step(t *match.Tick) {
	for p := range t.Players() {
		keys, _ := g.keys.Of(p.Seat)
		d := g.dots.Get(g.bySeat[p.Seat])
		d.X = min(max(d.X+float64(keys.Right)*100*t.Delta(), 0), 400) // 100 units a second
		d.Y = min(max(d.Y+float64(keys.Down)*100*t.Delta(), 0), 400)
	}
}

// Dots is a whole game: everyone is a dot in a field and moves it with the arrow keys. A server runs it when it is given the
// Kind; here, as in a test, a Sim does.
func Example() {
	kind := match.Kind{Name: "dots", MaxPlayers: 8, New: func() match.Game { return new(dots) }}

	sim, _ := match.NewSim(kind, match.SimConfig{})
	ann, _ := sim.Join("Ann")
	sim.Input(ann, keys{Right: 1})
	for range 60 { // a second
		sim.Step()
	}
	for _, d := range sim.Game().(*dots).dots.All() {
		fmt.Printf("%s is at %.0f, %.0f\n", d.Name, d.X, d.Y)
	}
	// Output: Ann is at 300, 200
}
