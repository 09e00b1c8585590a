package match_test

import (
	"testing"

	"github.com/deltatick/deltatick/match"
)

// drifter moves by what its fields cannot hold exactly.
type drifter struct {
	X       float64 `sync:"min=0,max=100,step=0.1"`
	Heading float64 `sync:"angle,bits=8"`
	Shields float64 `sync:"-"`
	Name    string  `sync:"max=4"`
	fuel    float64
}

// drift has one drifter, which it rounds when told to.
type drift struct {
	drifters *match.Table[drifter]
	id       match.EntityID
	rounds   bool
}

func (g *drift) Setup(s *match.Setup) error {
	g.drifters = match.AddTable[drifter](s, "drifters")
	g.id = g.drifters.Spawn(drifter{X: 10, Name: "longer", Shields: 1.0 / 3, fuel: 1.0 / 3})
	return nil
}

func (g *drift) Join(*match.Tick, match.Player)  {}
func (g *drift) Leave(*match.Tick, match.Player) {}

func (g *drift) Step(t *match.Tick) {
	d := g.drifters.Get(g.id)
	d.X += 100 * t.Delta()
	d.Heading -= 0.1
	if g.rounds {
		g.drifters.Round(g.id)
	}
}

func TestARoundedRowIsWhatClientsHaveOfIt(t *testing.T) {
	for _, rounds := range []bool{false, true} {
		g := &drift{rounds: rounds}
		sim, err := match.NewSim(match.Kind{Name: "drift", MaxPlayers: 1, New: func() match.Game { return g }}, match.SimConfig{})
		if err != nil {
			t.Fatal(err)
		}
		for range 7 {
			if err := sim.Step(); err != nil {
				t.Fatal(err)
			}
		}
		field := sim.Schema()[0].Fields
		d := g.drifters.Get(g.id)
		for i, v := range map[int]float64{0: d.X, 1: d.Heading} {
			q, _ := field[i].Quantum(v)
			if exact := field[i].Value(q) == v; exact != rounds {
				t.Errorf("rounds: %v, but %s is %v", rounds, field[i].Name, v)
			}
		}
		if name := map[bool]string{false: "longer", true: "long"}[rounds]; d.Name != name {
			t.Errorf("the name is %q, want %q", d.Name, name)
		}
		if d.Shields != 1.0/3 || d.fuel != 1.0/3 {
			t.Error("what does not travel was touched")
		}
	}
}

func TestRoundingKnowsWhetherSomethingIsThere(t *testing.T) {
	g := new(drift)
	if _, err := match.NewSim(match.Kind{Name: "drift", MaxPlayers: 1, New: func() match.Game { return g }}, match.SimConfig{}); err != nil {
		t.Fatal(err)
	}
	if !g.drifters.Round(g.id) || g.drifters.Round(g.id+1) {
		t.Error("Round takes what is there for what is not, or the other way round")
	}
	g.drifters.Despawn(g.id)
	if g.drifters.Round(g.id) {
		t.Error("what was despawned was rounded")
	}
	g.id = g.drifters.Spawn(drifter{})
	if allocs := testing.AllocsPerRun(100, func() { g.drifters.Round(g.id) }); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}
