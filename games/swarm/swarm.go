package swarm

import (
	"strconv"
	"unicode/utf8"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/match/exact"
)

const maxNameBytes = 24

// entity is a row of the table "entities".
type entity struct {
	X     float64 `sync:"min=0,max=2000,step=0.01"`
	Y     float64 `sync:"min=0,max=2000,step=0.01"`
	Angle float64 `sync:"angle,bits=12"`
	HP    uint8
	Name  string `sync:"max=24"`
}

// Input is what a player sends each tick. It is counted; where the setting steered is 1, Turn and Thrust steer the seat's entity. Fire has no effect.
type Input struct {
	Turn   int `sync:"min=-1,max=1"`
	Thrust bool
	Fire   bool
}

// Game is one match of the swarm.
type Game struct {
	entities *match.Table[entity]
	inputs   *match.Inputs[Input]
	paths    []path `state:"-"` // by entity id - 1; Setup makes the same again
	quarter  bool
	leaders  leaders
	counts   [match.MaxSeats + 1]uint64 // inputs, by seat
}

// Setup declares the table and the input and places the entities.
func (g *Game) Setup(s *match.Setup) error {
	g.entities = match.AddTable[entity](s, "entities")
	g.inputs = match.AddInputs[Input](s)
	g.quarter = s.Settings[settingQuarter] == 1
	g.leaders.on = s.Settings[settingSteered] == 1
	if radius := s.Settings[settingView]; radius > 0 {
		g.entities.Interest(match.Grid{Radius: float64(radius)}, func(e *entity) (x, y float64) { return e.X, e.Y })
	}
	g.paths = make([]path, s.Settings[settingEntities])
	for i := range g.paths {
		g.paths[i] = pathOf(s.Seed, i, s.TickRate)
		id := g.entities.Spawn(entity{Name: droneName(i + 1)})
		g.place(g.entities.Get(id), g.paths[i], 0, s.TickRate)
	}
	return nil
}

// View is centred at the seat's entity. Spectators, and seats beyond the number of entities, see everything.
func (g *Game) View(seat match.SeatID) match.View {
	e := g.entities.Get(match.EntityID(seat))
	if seat == 0 || e == nil {
		return match.View{All: true}
	}
	return match.View{Key: match.ViewID(seat), X: e.X, Y: e.Y}
}

// Join gives the player's name to the entity of the seat, if there are that many, and takes a steered one off its path.
func (g *Game) Join(_ *match.Tick, p match.Player) {
	g.counts[p.Seat] = 0
	g.leaders.taken[p.Seat] = true
	if e := g.entities.Get(match.EntityID(p.Seat)); e != nil {
		e.Name = shortName(p.Name)
	}
}

// Leave takes the player's name off the entity. A steered one stands where it is, for the seat's next player: it would have to jump to be on its path again.
func (g *Game) Leave(_ *match.Tick, p match.Player) {
	if e := g.entities.Get(match.EntityID(p.Seat)); e != nil {
		e.Name = droneName(int(p.Seat))
	}
}

// Step moves the entities, along their paths or as they are steered, and counts the inputs that were sent for this tick.
func (g *Game) Step(t *match.Tick) {
	for p := range t.Players() {
		if _, age := g.inputs.Of(p.Seat); age == 0 {
			g.counts[p.Seat]++
		}
	}
	ticks := int(t.Number())
	for id, e := range g.entities.All() {
		p := g.paths[id-1]
		if !g.leaders.lead(id) {
			g.place(e, p, ticks, t.Rate())
			continue
		}
		e.steer(g.wish(match.SeatID(id), t.Rate()), t.Rate())
		own, _ := p.ownTicks(ticks, t.Rate(), g.quarter)
		e.HP = p.hpAt(own, t.Rate())
	}
}

// Inputs is how many inputs a seat's present player has sent that were in force for the very tick they were sent for.
func (g *Game) Inputs(seat match.SeatID) uint64 { return g.counts[seat] }

// place puts an entity where it is after some ticks.
func (g *Game) place(e *entity, p path, ticks, tickRate int) {
	own, moved := p.ownTicks(ticks, tickRate, g.quarter)
	if !moved && ticks > 0 {
		return
	}
	t := float64(own) / float64(tickRate)
	var vx, vy float64
	e.X, vx = p.x.at(t)
	e.Y, vy = p.y.at(t)
	e.Angle = exact.Atan2(vy, vx)
	e.HP = p.hpAt(own, tickRate)
}

func droneName(number int) string { return "drone-" + strconv.Itoa(number) }

// shortName is as many whole runes of a name as fit the field.
func shortName(name string) string {
	for len(name) > maxNameBytes {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	return name
}
