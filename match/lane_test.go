package match_test

import (
	"testing"

	"github.com/deltatick/deltatick/match"
)

// lane is a game whose players run along a line. It keeps more of a runner than it shows, spawns and despawns by chance, and lets a test
// look around in each step.
type lane struct {
	runners *match.Table[runner]
	inputs  *match.Inputs[stride]
	bySeat  [match.MaxSeats + 1]match.EntityID
	told    []string
	wind    int
	first   *runner             `state:"-"` // spawned by Setup
	look    func(t *match.Tick) `state:"-"`
}

type runner struct {
	X    float64 `sync:"min=0,max=1000,step=0.25"`
	Name string
	Seat match.SeatID

	exact float64
	jumps []uint32 // ticks
}

type stride struct {
	Dx   int8 `sync:"min=-1,max=1"`
	Jump bool
}

func (g *lane) Setup(s *match.Setup) error {
	g.runners = match.AddTable[runner](s, "runners")
	g.inputs = match.AddInputs[stride](s)
	g.wind = s.Settings["wind"]
	g.first = g.runners.Get(g.runners.Spawn(runner{Name: "pace", exact: 1}))
	return nil
}

func (g *lane) Configure(_ *match.Tick, s match.Settings) { g.wind = s["wind"] }

func (g *lane) Join(t *match.Tick, p match.Player) {
	g.bySeat[p.Seat] = g.runners.Spawn(runner{Name: p.Name, Seat: p.Seat, exact: 100})
}

func (g *lane) Leave(_ *match.Tick, p match.Player) { g.runners.Despawn(g.bySeat[p.Seat]) }

func (g *lane) Away(_ *match.Tick, p match.Player) { g.told = append(g.told, "away "+p.Name) }
func (g *lane) Back(_ *match.Tick, p match.Player) { g.told = append(g.told, "back "+p.Name) }

func (g *lane) Step(t *match.Tick) {
	turn.Lock()
	defer turn.Unlock()
	if g.look != nil {
		g.look(t)
	}
	g.first.exact += float64(t.Rand().Float64() * 0.1)
	for p := range t.Players() {
		r := g.runners.Get(g.bySeat[p.Seat])
		in, age := g.inputs.Of(p.Seat)
		if age < 0 {
			continue
		}
		r.exact += float64(in.Dx) + float64(float64(g.wind)*0.01)
		if in.Jump {
			r.jumps = append(r.jumps, t.Number())
		}
	}
	if t.Rand().IntN(10) == 0 {
		g.runners.Spawn(runner{Name: "passer-by", exact: float64(t.Rand().IntN(1000))})
	}
	for id, r := range g.runners.All() {
		r.X = r.exact
		if r.Name == "passer-by" && t.Rand().IntN(40) == 0 {
			g.runners.Despawn(id)
		}
	}
}

// laneKind makes a kind whose newest game is put where the test finds it.
func laneKind(newest **lane) match.Kind {
	return match.Kind{
		Name: "lane", MaxPlayers: 4, Settings: []match.Setting{{Name: "wind", Max: 9}},
		New: func() match.Game {
			g := new(lane)
			if newest != nil {
				*newest = g
			}
			return g
		},
	}
}

func newLane(t *testing.T, cfg match.SimConfig) (*match.Sim, *lane) {
	t.Helper()
	sim, err := match.NewSim(laneKind(nil), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return sim, sim.Game().(*lane)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
