package match

import (
	"fmt"
	"testing"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// drift is a game whose entities all move each tick.
type drift struct {
	n      int
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
		g.bodies.Spawn(driftBody{X: float32(i), Name: fmt.Sprint("body ", i)})
	}
	return nil
}

func (g *drift) Join(*Tick, Player)  {}
func (g *drift) Leave(*Tick, Player) {}

func (g *drift) Step(t *Tick) {
	for id, b := range g.bodies.All() {
		b.X = float32((uint32(id)*37 + t.Number()) % 2000)
		b.Angle += 0.01
	}
}

// nowhere is a link that takes everything at once.
type nowhere struct {
	codec string
	bytes int
}

func (l *nowhere) Codec() string { return l.codec }

func (l *nowhere) Send([]byte) bool { return true }
func (l *nowhere) Ready() bool      { return true }
func (l *nowhere) Offer(head, body []byte) bool {
	l.bytes += len(head) + len(body)
	return true
}
func (l *nowhere) Close(protocol.CloseCode) {}

type silent struct{}

func (silent) Emit(string, string, []byte, uint32) {}

// newDrifting makes a match whose ticks the caller runs itself.
func newDrifting(tb testing.TB, codec string, seats, entities int) (run func(), bytes func() int) {
	now := time.Unix(1, 0)
	kind := Kind{Name: "drift", MaxPlayers: 64, New: func() Game { return &drift{n: entities} }}
	m, err := New(Config{Kind: kind, Now: func() time.Time { return now }})
	if err != nil {
		tb.Fatal(err)
	}
	links := make([]*nowhere, seats)
	all := make([]*Seat, seats)
	for i := range links {
		links[i] = &nowhere{codec: codec}
		if all[i], err = m.Join(Member{Out: silent{}}); err != nil {
			tb.Fatal(err)
		}
		all[i].Attach(links[i])
	}
	n := uint32(0)
	run = func() {
		n++
		now = now.Add(time.Second / 60)
		if !m.step(n) {
			tb.Fatal(m.fault)
		}
		for _, s := range all {
			s.mu.Lock()
			s.noteAck(now, n)
			s.mu.Unlock()
		}
	}
	for range 2 * protocol.RingTicks { // until every buffer has its size
		run()
	}
	return run, func() int { return links[0].bytes }
}

func TestATickAllocatesNothingInSteadyState(t *testing.T) {
	for _, codec := range []string{protocol.CodecMP} {
		run, _ := newDrifting(t, codec, 8, 100)
		if n := testing.AllocsPerRun(200, run); n != 0 {
			t.Errorf("%v allocations a tick in codec %s", n, codec)
		}
	}
}

func BenchmarkTick(b *testing.B) {
	for _, codec := range []string{protocol.CodecMP, protocol.CodecPacked} {
		for _, size := range []struct{ seats, entities int }{{8, 16}, {8, 100}, {64, 100}, {16, 1000}, {16, 5000}} {
			b.Run(fmt.Sprintf("codec=%s/seats=%d/entities=%d", codec, size.seats, size.entities), func(b *testing.B) {
				run, bytes := newDrifting(b, codec, size.seats, size.entities)
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
