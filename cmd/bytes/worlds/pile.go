package worlds

import (
	"math"
	"math/rand/v2"

	"github.com/deltatick/deltatick/cmd/bytes/rigid"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/match/exact"
)

// pileBody is in the quantisation of the 2015 "networked physics data compression challenge": 1/512 m, 9 bits for a rotation's component.
type pileBody struct {
	Rot         [4]float64 `sync:"quat,bits=9"`
	X           float64    `sync:"min=-31.998046875,max=31.998046875,step=0.001953125"`
	Y           float64    `sync:"min=-31.998046875,max=31.998046875,step=0.001953125"`
	Z           float64    `sync:"min=0,max=15.998046875,step=0.001953125"`
	Interacting bool
}

const (
	pileBodies  = 901
	pileHalf    = 0.2 // m: half of an edge
	driverHalf  = 1.4
	pileInHeap  = 100
	pileField   = 9.0  // m from the middle to the edge of where they lie at first
	driverSpeed = 10.0 // m/s
	driverPull  = 12.0 // 1/s: part of the speed that it lacks which it makes up in a second
	substeps    = 2    // steps of the bodies' world in a tick
)

// pile is a field of cubes with a heap in its middle, and a larger cube that is driven from place to place through both.
type pile struct {
	unplayed
	table *match.Table[pileBody]
	world *rigid.World `state:"-"`
	goal  int          `state:"-"` // the body that the driver, body 0, makes for
}

// Pile is a world of 901 cubes of which about a tenth move.
func Pile() match.Kind {
	return match.Kind{Name: "pile", MaxPlayers: 1, New: func() match.Game { return new(pile) }}
}

// Setup puts the cubes in place, those of the heap above the floor.
func (g *pile) Setup(s *match.Setup) error {
	g.table = match.AddTable[pileBody](s, "bodies")
	g.world = rigid.New(rigid.Config{
		Step: 1 / float64(s.TickRate*substeps), Gravity: 9.8, Friction: 0.25, Bounce: 0.4, Touched: s.TickRate * substeps / 3,
	})
	rng := s.Rand()
	bodies := []rigid.Body{{Half: driverHalf, At: rigid.Vector{-pileField, 0, driverHalf}, Turn: upright, Driven: true}}
	for i := 1; i < pileBodies; i++ {
		b := rigid.Body{Half: pileHalf, At: scattered(rng, pileField), Turn: upright, Asleep: true}
		b.At[2] = pileHalf
		if i < pileInHeap {
			b.At = scattered(rng, 1.5)
			b.At[2] = pileHalf + float64(rng.Float64()*4)
			b.Turn, b.Asleep = anyTurn(rng), false
		}
		bodies = append(bodies, b)
	}
	g.world.Bodies = bodies
	for i := range bodies {
		g.show(g.table.Get(g.table.Spawn(pileBody{})), &bodies[i])
	}
	return nil
}

// Step drives on.
func (g *pile) Step(t *match.Tick) {
	if t.Number() == 1 || t.Rand().IntN(t.Rate()/2) == 0 {
		g.goal = 1 + t.Rand().IntN(pileBodies-1)
	}
	for range substeps {
		driver := &g.world.Bodies[0]
		way := g.world.Bodies[g.goal].At.Minus(driver.At)
		way[2] = 0
		want := way.Times(driverSpeed / max(1, way.Length()))
		lacks := want.Minus(driver.Speed)
		lacks[2] = 0
		driver.Speed = driver.Speed.Plus(lacks.Times(driverPull * t.Delta() / substeps))
		g.world.Step()
	}
	for id, row := range g.table.All() {
		g.show(row, &g.world.Bodies[id-1])
	}
}

func (g *pile) show(row *pileBody, b *rigid.Body) {
	row.Rot, row.X, row.Y, row.Z, row.Interacting = b.Turn, b.At[0], b.At[1], max(0, b.At[2]), b.Touched > 0
}

var upright = [4]float64{0, 0, 0, 1}

// scattered is a place on the floor, up to so many metres from the middle along x and y.
func scattered(rng *rand.Rand, reach float64) rigid.Vector {
	return rigid.Vector{float64((rng.Float64()*2 - 1) * reach), float64((rng.Float64()*2 - 1) * reach), 0}
}

// anyTurn is a rotation, all of which are equally likely (K. Shoemake, "Uniform Random Rotations", 1992).
func anyTurn(rng *rand.Rand) [4]float64 {
	part := rng.Float64()
	sinA, cosA := exact.Sincos(rng.Float64() * 2 * math.Pi)
	sinB, cosB := exact.Sincos(rng.Float64() * 2 * math.Pi)
	a, b := math.Sqrt(1-part), math.Sqrt(part)
	return [4]float64{a * sinA, a * cosA, b * sinB, b * cosB}
}
