package match_test

import (
	"fmt"

	"github.com/deltatick/deltatick/match"
)

// poker is a game of hidden hands on a table where one sees only the near.
type poker struct {
	cards  *match.Table[pokerCard]
	chairs *match.Table[chair]
}

type pokerCard struct {
	Seat match.SeatID
	Face int `sync:"private,min=0,max=52"` // 0: not known
}

type chair struct {
	X, Y float64 `sync:"step=0.1"`
	Seat match.SeatID
}

func (g *poker) Setup(s *match.Setup) error {
	g.cards = match.AddTable[pokerCard](s, "cards")
	g.cards.Owner(func(c *pokerCard) match.SeatID { return c.Seat })

	g.chairs = match.AddTable[chair](s, "chairs")
	g.chairs.Interest(match.Grid{Radius: 10}, func(c *chair) (x, y float64) { return c.X, c.Y })
	g.chairs.Spawn(chair{X: 3, Seat: 1})
	g.chairs.Spawn(chair{X: 8, Seat: 2})
	g.chairs.Spawn(chair{X: 50})
	return nil
}

// View puts everyone on the own chair.
func (g *poker) View(seat match.SeatID) match.View {
	v := match.View{Key: match.ViewID(seat)}
	for _, c := range g.chairs.All() {
		if seat != 0 && c.Seat == seat {
			v.X, v.Y = c.X, c.Y
		}
	}
	return v
}

func (g *poker) Join(t *match.Tick, p match.Player) {
	g.cards.Spawn(pokerCard{Seat: p.Seat, Face: 10 * int(p.Seat)})
}

func (g *poker) Step(*match.Tick)                {}
func (g *poker) Leave(*match.Tick, match.Player) {}

func ExampleViewer() {
	sim, err := match.NewSim(match.Kind{Name: "poker", New: func() match.Game { return new(poker) }}, match.SimConfig{})
	if err != nil {
		panic(err)
	}
	for _, name := range []string{"ada", "bob"} {
		if _, err := sim.Join(name); err != nil {
			panic(err)
		}
	}
	if err := sim.Step(); err != nil {
		panic(err)
	}
	for seat := range match.SeatID(3) {
		seen, err := sim.SeenBy(seat)
		if err != nil {
			panic(err)
		}
		const face = 1
		fmt.Println("seat", seat, "faces", seen.Tables[0].Column(face), "chairs", seen.Tables[1].IDs)
	}
	// Output:
	// seat 0 faces [0 0] chairs [1 2]
	// seat 1 faces [10 0] chairs [1 2]
	// seat 2 faces [0 20] chairs [1 2]
}
