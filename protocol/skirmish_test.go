package protocol_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"unsafe"

	"github.com/deltatick/deltatick/protocol"
)

// skirmish is a small game for the long vectors: pilots that fly and turn, and crates that are kicked, tumble, bounce and come to rest. All
// of it comes from a seed, by + - * / on floats, each rounded by itself, so that every machine makes the same worlds.
type skirmish struct {
	rng    *rand.Rand
	tick   uint32
	next   uint32 // id
	pilots []*pilot
	crates []*crate
}

type pilot struct {
	Name    string     `sync:"max=32"`
	X       float64    `sync:"min=-10,max=110,step=0.05,rate=vx"`
	Y       float64    `sync:"min=-10,max=110,step=0.05,rate=vy"`
	VX      float64    `sync:"min=-60,max=60,step=0.25"`
	VY      float64    `sync:"min=-60,max=60,step=0.25"`
	Heading float64    `sync:"angle,bits=12,rate=spin"`
	Spin    float64    `sync:"min=-8,max=8,step=0.125"`
	Aim     [3]float64 `sync:"unit"`
	HP      int        `sync:"min=0,max=100"`
	Heat    float32
	Firing  bool
	Gold    int `sync:"min=0,max=9999,private"`
	id      uint32
	team    int
}

type crate struct {
	Turn       [4]float64 `sync:"quat"`
	X          float64    `sync:"min=0,max=100,step=0.01,rate=vx"`
	Y          float64    `sync:"min=0,max=100,step=0.01,rate=vy"`
	Z          float64    `sync:"min=0,max=40,step=0.01,rate=vz"`
	VX, VY, VZ float64    `sync:"min=-40,max=40,step=0.1"`
	Awake      bool
	id         uint32
	spin       [3]float64 // rad/s
}

const skirmishRate = 60 // Hz

func skirmishSchema(t testing.TB) (protocol.Schema, [2]*protocol.Plan) {
	var plans [2]*protocol.Plan
	for i, row := range []reflect.Type{reflect.TypeFor[pilot](), reflect.TypeFor[crate]()} {
		plan, err := protocol.PlanOf(row, skirmishRate)
		if err != nil {
			t.Fatal(err)
		}
		plans[i] = plan
	}
	return protocol.Schema{{Name: "pilots", Fields: plans[0].Fields}, {Name: "crates", Fields: plans[1].Fields}}, plans
}

func newSkirmish(seed uint64) *skirmish {
	s := &skirmish{rng: rand.New(rand.NewPCG(seed, 4))}
	for range 8 {
		s.enter()
	}
	for range 16 {
		s.drop()
	}
	return s
}

func (s *skirmish) id() uint32 {
	s.next++
	return s.next
}

func (s *skirmish) enter() {
	id := s.id()
	s.pilots = append(s.pilots, &pilot{
		id: id, team: int(id) % 2, Name: []string{"Ada", "größer", "日本 🚀", "", "Bob"}[id%5] + fmt.Sprint(id),
		X: s.upTo(100), Y: s.upTo(100), VX: s.upTo(60) - 30, VY: s.upTo(60) - 30, HP: 100, Aim: [3]float64{1, 0, 0},
	})
}

func (s *skirmish) drop() {
	s.crates = append(s.crates, &crate{id: s.id(), X: s.upTo(100), Y: s.upTo(100), Turn: [4]float64{0, 0, 0, 1}})
}

// upTo is a number from 0 to end, in 1024ths of it.
func (s *skirmish) upTo(end float64) float64 { return end * float64(s.rng.IntN(1025)) / 1024 }

// step makes the next tick.
func (s *skirmish) step() {
	s.tick++
	switch s.rng.IntN(24) {
	case 0:
		s.enter()
	case 1:
		s.drop()
	case 2:
		if len(s.pilots) > 4 {
			i := 1 + s.rng.IntN(len(s.pilots)-1) // the first, whose team looks, stays
			s.pilots = slices.Delete(s.pilots, i, i+1)
		}
	case 3:
		if i := s.rng.IntN(len(s.crates)); len(s.crates) > 12 {
			s.crates = slices.Delete(s.crates, i, i+1)
		}
	case 4:
		p := s.pilots[s.rng.IntN(len(s.pilots))]
		p.Name, p.team = p.Name+"é", 1-p.team // also what was private is not any more, or is now
		s.pilots[0].team = 1
	}
	for _, p := range s.pilots {
		s.fly(p)
	}
	for _, c := range s.crates {
		if s.rng.IntN(80) == 0 {
			c.kick(s)
		}
		if c.Awake {
			c.move()
		}
	}
}

func (s *skirmish) fly(p *pilot) {
	const dt = 1.0 / skirmishRate
	if s.rng.IntN(15) == 0 {
		p.Spin = float64(s.rng.IntN(5)-2) * 1.5
	}
	if s.rng.IntN(15) == 0 {
		p.VX, p.VY = s.upTo(80)-40, s.upTo(80)-40
	}
	if p.Firing = s.rng.IntN(5) == 0; p.Firing {
		p.Heat += 0.75
		p.Gold += s.rng.IntN(20)
	}
	p.Heat *= 0.96875
	if s.rng.IntN(30) == 0 {
		p.HP = s.rng.IntN(101)
	}
	p.Heading += float64(p.Spin * dt)
	p.X, p.VX = reflected(p.X+float64(p.VX*dt), p.VX)
	p.Y, p.VY = reflected(p.Y+float64(p.VY*dt), p.VY)
	p.Aim = [3]float64{p.Aim[0] + float64(p.VX*0.004), p.Aim[1] + float64(p.VY*0.004), float64(p.Aim[2]*0.75) + float64(p.Spin*0.03)}
}

// reflected is a coordinate within 0..100 and its speed.
func reflected(x, v float64) (float64, float64) {
	switch {
	case x < 0:
		return -x, -v
	case x > 100:
		return 200 - x, -v
	}
	return x, v
}

func (c *crate) kick(s *skirmish) {
	c.Awake = true
	c.VX, c.VY, c.VZ = s.upTo(30)-15, s.upTo(30)-15, 3+s.upTo(9)
	for k := range c.spin {
		c.spin[k] = s.upTo(12) - 6
	}
}

func (c *crate) move() {
	const dt, gravity = 1.0 / skirmishRate, 9.8
	c.VZ -= gravity * dt
	c.X, c.VX = reflected(c.X+float64(c.VX*dt), c.VX)
	c.Y, c.VY = reflected(c.Y+float64(c.VY*dt), c.VY)
	c.Z += float64(c.VZ * dt)
	c.roll(dt)
	if c.Z > 0 {
		return
	}
	c.Z, c.VX, c.VY, c.VZ = 0, c.VX*0.75, c.VY*0.75, c.VZ*-0.5
	if c.VZ < 1 {
		c.Awake, c.VX, c.VY, c.VZ = false, 0, 0, 0
	}
}

// roll turns the crate by its spin for a while, q += dt/2 * spin * q. The length does not matter, and stays near 1.
func (c *crate) roll(dt float64) {
	x, y, z, w := c.Turn[0], c.Turn[1], c.Turn[2], c.Turn[3]
	a, b, d := c.spin[0]*dt/2, c.spin[1]*dt/2, c.spin[2]*dt/2
	q := [4]float64{
		x + float64(a*w) + float64(b*z) - float64(d*y),
		y + float64(b*w) + float64(d*x) - float64(a*z),
		z + float64(d*w) + float64(a*y) - float64(b*x),
		w - float64(a*x) - float64(b*y) - float64(d*z),
	}
	length := float64(q[0]*q[0]) + float64(q[1]*q[1]) + float64(q[2]*q[2]) + float64(q[3]*q[3])
	for k := range q {
		c.Turn[k] = q[k] * (3 - length) / 2 // one step of Newton's towards length 1
	}
}

// seen is the world as the team of the first pilot sees it, which sees as far as 45 from that pilot: what is private to the others is left out,
// and what has gone out of sight since base has left the view.
func (s *skirmish) seen(schema protocol.Schema, plans [2]*protocol.Plan, base *protocol.Snapshot) *protocol.Snapshot {
	snap, eye := protocol.NewSnapshot(schema), s.pilots[0]
	snap.Reset(s.tick)
	near := func(x, y float64) bool {
		dx, dy := x-eye.X, y-eye.Y
		return float64(dx*dx)+float64(dy*dy) <= 45*45
	}
	var ids [2][]uint32
	var rows [2][]unsafe.Pointer
	show := func(table int, id uint32, row unsafe.Pointer, visible bool) {
		if visible {
			ids[table], rows[table] = append(ids[table], id), append(rows[table], row)
		} else if base != nil {
			if _, was := base.Tables[table].Find(id); was {
				snap.Tables[table].Left = append(snap.Tables[table].Left, id)
			}
		}
	}
	for _, p := range s.pilots {
		shown := *p
		if p.team != eye.team {
			shown.Gold = 0
		}
		show(0, p.id, unsafe.Pointer(&shown), p.team == eye.team || near(p.X, p.Y))
	}
	for _, c := range s.crates {
		show(1, c.id, unsafe.Pointer(c), near(c.X, c.Y))
	}
	for t := range rows {
		to := &snap.Tables[t]
		to.Resize(len(ids[t]), schema[t].Fields)
		copy(to.IDs, ids[t])
		for i, row := range rows[t] {
			plans[t].Quantise(to, i, row)
		}
	}
	return snap
}
