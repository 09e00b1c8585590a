package match

import (
	"fmt"
	"testing"

	"github.com/deltatick/deltatick/protocol"
)

// drift is a game whose entities all move each tick.
type drift struct {
	n      int
	radius float64 // of what a seat sees; 0: everything
	bodies *Table[driftBody]
	inputs *Inputs[driftInput]
}

type driftBody struct {
	X, Y  float32 `sync:"min=0,max=2000,step=0.01"`
	Angle float32 `sync:"angle,bits=12"`
	HP    uint8
	Name  string
}

type driftInput struct {
	Turn int8 `sync:"min=-1,max=1"`
}

func (g *drift) Setup(s *Setup) error {
	g.bodies = AddTable[driftBody](s, "bodies")
	g.inputs = AddInputs[driftInput](s)
	for i := range g.n {
		g.bodies.Spawn(driftBody{X: float32(i), Y: float32(i * 7919 % 2000), Name: fmt.Sprint("body ", i)})
	}
	if g.radius > 0 {
		g.bodies.Interest(Grid{Radius: g.radius}, func(b *driftBody) (x, y float64) { return float64(b.X), float64(b.Y) })
	}
	return nil
}

func (g *drift) View(seat SeatID) View {
	return View{Key: ViewID(seat), X: float64(seat * 120 % 2000), Y: float64(seat * 370 % 2000)}
}

func (g *drift) Join(*Tick, Player)  {}
func (g *drift) Leave(*Tick, Player) {}

func (g *drift) Step(t *Tick) {
	for id, b := range g.bodies.All() {
		b.X = float32((uint32(id)*37 + t.Number()) % 2000) // who goes out at one side comes in at the other
		b.Angle += 0.01
	}
}

// unread is a recorder that takes nothing down.
type unread struct{}

func (unread) Begin(RecordHead) {}
func (unread) Tick(*TickRecord) {}
func (unread) End(Result)       {}

// drifting is a match whose ticks the caller runs itself.
type drifting struct {
	codec           string
	seats, entities int
	radius          float64
	budget          int
}

func (d drifting) String() string {
	s := fmt.Sprintf("codec=%s/seats=%d/entities=%d", d.codec, d.seats, d.entities)
	if d.radius > 0 {
		s += fmt.Sprintf("/radius=%v", d.radius)
	}
	if d.budget > 0 {
		s += fmt.Sprintf("/budget=%d", d.budget)
	}
	return s
}

func (d drifting) start(tb testing.TB) (run func(), bytes func() int) {
	kind := Kind{Name: "drift", MaxPlayers: 64, New: func() Game { return &drift{n: d.entities, radius: d.radius} }}
	h := driveByHand(tb, Config{Kind: kind, Budget: d.budget, Record: unread{}}, d.seats, func(int) *nowhere { return &nowhere{codec: d.codec} })
	warm := 2 * protocol.RingTicks // until every buffer has its size
	if d.radius > 0 {
		warm = 2000 // and everyone has passed everyone
	}
	for range warm {
		h.run()
	}
	return h.run, func() int { return h.links[0].bytes }
}

func TestATickAllocatesNothingInSteadyState(t *testing.T) {
	for _, d := range []drifting{
		{seats: 8, entities: 100},
		{seats: 8, entities: 300, radius: 300},
		{seats: 4, entities: 100, budget: 100},
		{seats: 4, entities: 300, radius: 300, budget: 100},
	} {
		for _, d.codec = range []string{protocol.CodecMP, protocol.CodecPacked} {
			run, _ := d.start(t)
			if n := testing.AllocsPerRun(200, run); n != 0 {
				t.Errorf("%v: %v allocations a tick", d, n)
			}
		}
	}
}

func BenchmarkTick(b *testing.B) {
	for _, d := range []drifting{
		{seats: 8, entities: 16}, {seats: 8, entities: 100}, {seats: 64, entities: 100}, {seats: 16, entities: 1000}, {seats: 16, entities: 5000},
		{seats: 16, entities: 16, radius: 300}, {seats: 16, entities: 100, radius: 300},
		{seats: 16, entities: 1000, radius: 300}, {seats: 16, entities: 5000, radius: 300},
		{seats: 16, entities: 1000, radius: 300, budget: 300},
	} {
		for _, d.codec = range []string{protocol.CodecMP, protocol.CodecPacked} {
			b.Run(d.String(), func(b *testing.B) {
				run, bytes := d.start(b)
				before := bytes()
				b.ReportAllocs()
				for b.Loop() {
					run()
				}
				b.ReportMetric(float64(bytes()-before)/float64(b.N), "bytes/seat-tick")
			})
		}
	}
}

// BenchmarkLook is what the views alone cost, for 16 seats that each see a part of the world.
func BenchmarkLook(b *testing.B) {
	for _, entities := range []int{16, 100, 1000, 5000} {
		b.Run(fmt.Sprintf("entities=%d", entities), func(b *testing.B) {
			kind := Kind{Name: "drift", New: func() Game { return &drift{n: entities, radius: 300} }}
			kind, err := kind.Checked()
			if err != nil {
				b.Fatal(err)
			}
			c, err := newCore(coreConfig{kind: kind, rate: 60})
			if err != nil {
				b.Fatal(err)
			}
			seats := make([]SeatID, 16)
			for i := range seats {
				seats[i] = SeatID(i + 1)
				if err := c.join(Player{Seat: seats[i]}); err != nil {
					b.Fatal(err)
				}
			}
			seen := 0
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				c.begin()
				if err := c.step(); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				c.views.look(seats)
				seen += len(c.views.of(1).tables[0].rows)
			}
			b.ReportMetric(float64(seen)/float64(b.N), "rows/view")
		})
	}
}
