package match_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/deltatick/deltatick/match"
)

// theatre is a game with secrets. Actors wander about a stage: who is near sees them, unless they hide. Everyone has cards, whose
// backs all see and whose faces only their holder.
type theatre struct {
	teams  bool // seats 1 and 2 share a view
	still  bool // nobody moves
	breaks string

	actors  *match.Table[actor]
	cards   *match.Table[card]
	inputs  *match.Inputs[steer]
	history []act // by tick
	script  func(t *match.Tick, g *theatre)
}

// act is where everyone was at a tick.
type act struct {
	actors map[uint32]actor
	cards  map[uint32]card
	eyes   [7][2]float64 // by seat: from where it looks
}

type actor struct {
	X, Y   float64 `sync:"min=-2000,max=2000,step=0.25"`
	Hidden bool
	Seat   match.SeatID
	Name   string `sync:"max=40"`
	Mask   int    `sync:"private,min=5,max=900000"`
	Tick   uint32
}

type card struct {
	Seat match.SeatID
	Face string `sync:"max=40,private"`
	Suit int    `sync:"private,min=-900000,max=900000"`
	Note float32
}

const (
	sees  = 100.0
	loses = 115.0
	holds = 60 // ticks
	// crew is how many actors are nobody's.
	crew = 60
)

func (g *theatre) Setup(s *match.Setup) error {
	g.actors = match.AddTable[actor](s, "actors")
	g.cards = match.AddTable[card](s, "cards")
	g.inputs = match.AddInputs[steer](s)
	for range crew {
		g.enter(0, s.Rand().Float64()*600-300, s.Rand().Float64()*600-300)
	}
	g.actors.Interest(match.Grid{Radius: sees}, func(a *actor) (x, y float64) { return a.X, a.Y })
	g.actors.Visible(func(_ match.ViewID, _ match.EntityID, a *actor) bool {
		if g.breaks == "visible" && len(g.history) > 3 {
			panic("boom")
		}
		return !a.Hidden
	})
	g.actors.Owner(func(a *actor) match.SeatID { return a.Seat })
	g.cards.Owner(func(c *card) match.SeatID { return c.Seat })
	return nil
}

func (g *theatre) enter(seat match.SeatID, x, y float64) match.EntityID {
	id := g.actors.Spawn(actor{X: math.Round(x*4) / 4, Y: math.Round(y*4) / 4, Seat: seat})
	a := g.actors.Get(id)
	a.Name, a.Mask = actorName(uint32(id)), 100_000+int(id)
	return id
}

func actorName(id uint32) string { return fmt.Sprintf("ACTOR-%04d-MARK", id) }

func cardFace(id uint32) string { return fmt.Sprintf("FACE-%04d-MARK", id) }

func (g *theatre) View(seat match.SeatID) match.View {
	v := match.View{Key: match.ViewID(seat)}
	if g.teams && seat == 2 {
		v.Key = 1
	}
	for _, a := range g.actors.All() {
		if a.Seat == seat && seat != 0 {
			v.X, v.Y = a.X, a.Y
		}
	}
	return v
}

func (g *theatre) Join(t *match.Tick, p match.Player) {
	g.enter(p.Seat, t.Rand().Float64()*200-100, t.Rand().Float64()*200-100)
	for range 3 {
		id := g.cards.Spawn(card{Seat: p.Seat})
		c := g.cards.Get(id)
		c.Face, c.Suit = cardFace(uint32(id)), 500_000+int(id)
	}
}

func (g *theatre) Leave(t *match.Tick, p match.Player) {
	for id, a := range g.actors.All() {
		if a.Seat == p.Seat {
			g.actors.Despawn(id)
		}
	}
}

func (g *theatre) Step(t *match.Tick) {
	turn.Lock()
	defer turn.Unlock()
	for _, a := range g.actors.All() {
		if g.still {
			break
		}
		a.X += t.Rand().Float64()*20 - 10
		a.Y += t.Rand().Float64()*20 - 10
		a.X, a.Y = math.Round(a.X*4)/4, math.Round(a.Y*4)/4
		if t.Rand().IntN(50) == 0 {
			a.Hidden = !a.Hidden
		}
		a.Tick = t.Number()
	}
	if !g.still && t.Number()%7 == 0 {
		for id, a := range g.actors.All() {
			if a.Seat == 0 {
				g.actors.Despawn(id)
				g.enter(0, t.Rand().Float64()*600-300, t.Rand().Float64()*600-300)
				break
			}
		}
	}
	if g.script != nil {
		g.script(t, g)
	}
	now := act{actors: map[uint32]actor{}, cards: map[uint32]card{}}
	for id, a := range g.actors.All() {
		now.actors[uint32(id)] = *a
		if a.Seat != 0 {
			now.eyes[a.Seat] = [2]float64{a.X, a.Y}
		}
	}
	for id, c := range g.cards.All() {
		now.cards[uint32(id)] = *c
	}
	g.history = append(g.history, now)
}

// at is where everyone was at a tick.
func (g *theatre) at(tick uint32) act { return g.history[tick-1] }

// eyes is the seat from whose place a seat looks.
func (g *theatre) eyes(seat match.SeatID) match.SeatID {
	if g.teams && seat == 2 {
		return 1
	}
	return seat
}

// far is how far an actor is from a seat's own.
func (a act) far(seat match.SeatID, id uint32) float64 {
	return math.Hypot(a.actors[id].X-a.eyes[seat][0], a.actors[id].Y-a.eyes[seat][1])
}

// open runs a match of the theatre until the test ends.
func (g *theatre) open(t *testing.T, cfg match.Config) (*match.Match, <-chan error) {
	t.Helper()
	return openGame(t, g, cfg)
}

func openGame(t *testing.T, g match.Game, cfg match.Config) (*match.Match, <-chan error) {
	t.Helper()
	cfg.Kind = match.Kind{Name: "theatre", MaxPlayers: 6, New: func() match.Game { return g }}
	return runMatch(t, cfg)
}

// column is a field of a table by its name.
func column(v *view, table int, name string) int {
	for f, field := range v.enter.Tables[table].Fields {
		if field.Name == name {
			return f
		}
	}
	panic(name)
}

// actorsOf is what a client's world says about actors.
func actorsOf(v *view) map[uint32]actor {
	rows := &v.world.Tables[0]
	all := map[uint32]actor{}
	value := func(name string, i int) float64 {
		f := column(v, 0, name)
		return v.enter.Tables[0].Fields[f].Value(rows.Column(f)[i])
	}
	for i, id := range rows.IDs {
		all[id] = actor{
			X: value("x", i), Y: value("y", i), Hidden: value("hidden", i) == 1, Seat: match.SeatID(value("seat", i)),
			Name: rows.Strings[column(v, 0, "name")][i], Mask: int(value("mask", i)), Tick: uint32(value("tick", i)),
		}
	}
	return all
}

// cardsOf is what a client's world says about cards.
func cardsOf(v *view) map[uint32]card {
	rows := &v.world.Tables[1]
	all := map[uint32]card{}
	for i, id := range rows.IDs {
		all[id] = card{
			Seat: match.SeatID(rows.Column(column(v, 1, "seat"))[i]), Face: rows.Strings[column(v, 1, "face")][i],
			Suit: int(rows.Column(column(v, 1, "suit"))[i]),
		}
	}
	return all
}
