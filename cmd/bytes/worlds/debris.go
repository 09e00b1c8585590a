package worlds

import (
	"github.com/deltatick/deltatick/cmd/bytes/rigid"
	"github.com/deltatick/deltatick/match"
)

// debrisBody has places in 1/8 mm, and a rotation of 12 bits a component, which is more than a rotation field has: four numbers then.
type debrisBody struct {
	X  float64 `sync:"min=-65.536,max=65.5359,step=0.000125"`
	Y  float64 `sync:"min=-65.536,max=65.5359,step=0.000125"`
	Z  float64 `sync:"min=0,max=32.7679,step=0.000125"`
	RX float64 `sync:"min=-1,max=1,step=0.00048828125"`
	RY float64 `sync:"min=-1,max=1,step=0.00048828125"`
	RZ float64 `sync:"min=-1,max=1,step=0.00048828125"`
	RW float64 `sync:"min=-1,max=1,step=0.00048828125"`
}

// debrisQuat is the same with the finest rotation field.
type debrisQuat struct {
	X   float64    `sync:"min=-65.536,max=65.5359,step=0.000125"`
	Y   float64    `sync:"min=-65.536,max=65.5359,step=0.000125"`
	Z   float64    `sync:"min=0,max=32.7679,step=0.000125"`
	Rot [4]float64 `sync:"quat,bits=10"`
}

const (
	debrisBodies = 200
	debrisField  = 12.0 // m
	blastReach   = 4.0  // m
	blastSpeed   = 9.0  // m/s, near it
	blastPause   = 90   // ticks from one to the next in the mean
)

// debris is boxes of several sizes on a floor, bounced and scattered by explosions, with long rests between.
type debris[Row any] struct {
	unplayed
	table *match.Table[Row]
	world *rigid.World `state:"-"`
	show  func(row *Row, b *rigid.Body)
}

// Debris is a world of 200 boxes. Its rotations are four numbers of 12 bits, or with quat a rotation field of 10 bits a component.
func Debris(quat bool) match.Kind {
	k := match.Kind{Name: "debris", MaxPlayers: 1}
	k.New = func() match.Game { return &debris[debrisBody]{show: showNumbers} }
	if quat {
		k.New = func() match.Game { return &debris[debrisQuat]{show: showQuat} }
	}
	return k
}

// Setup puts the boxes in place.
func (g *debris[Row]) Setup(s *match.Setup) error {
	g.table = match.AddTable[Row](s, "debris")
	g.world = rigid.New(rigid.Config{Step: 1 / float64(s.TickRate*substeps), Gravity: 9.8, Friction: 0.4, Bounce: 0.5})
	rng := s.Rand()
	for range debrisBodies {
		b := rigid.Body{Half: 0.1 + float64(rng.Float64()*0.3), At: scattered(rng, debrisField), Turn: anyTurn(rng)}
		b.At[2] = 1 + float64(rng.Float64()*3)
		g.world.Bodies = append(g.world.Bodies, b)
		var row Row
		g.show(&row, &b)
		g.table.Spawn(row)
	}
	return nil
}

// Step throws what is near an explosion, when there is one.
func (g *debris[Row]) Step(t *match.Tick) {
	if t.Rand().IntN(blastPause) == 0 {
		g.blast(t)
	}
	for range substeps {
		g.world.Step()
	}
	for id, row := range g.table.All() {
		g.show(row, &g.world.Bodies[id-1])
	}
}

// blast throws bodies away from a place below the floor, the nearer the faster.
func (g *debris[Row]) blast(t *match.Tick) {
	rng := t.Rand()
	at := scattered(rng, debrisField)
	at[2] = -0.5
	for i := range g.world.Bodies {
		b := &g.world.Bodies[i]
		away := b.At.Minus(at)
		distance := away.Length()
		if distance > blastReach {
			continue
		}
		g.world.Wake(i)
		b.Speed = b.Speed.Plus(away.Times(blastSpeed * (1 - distance/blastReach) / distance))
		for k := range b.Spin {
			b.Spin[k] += float64((rng.Float64() - 0.5) * 8)
		}
	}
}

func showNumbers(row *debrisBody, b *rigid.Body) {
	row.X, row.Y, row.Z = b.At[0], b.At[1], max(0, b.At[2])
	row.RX, row.RY, row.RZ, row.RW = b.Turn[0], b.Turn[1], b.Turn[2], b.Turn[3]
}

func showQuat(row *debrisQuat, b *rigid.Body) {
	row.X, row.Y, row.Z, row.Rot = b.At[0], b.At[1], max(0, b.At[2]), b.Turn
}
