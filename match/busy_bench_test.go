package match

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/deltatick/deltatick/protocol"
)

// steered is a game whose boats turn now and then, as those of players do.
type steered struct {
	boats  *Table[boat]
	inputs *Inputs[driftInput]
	random *rand.Rand
}

type boat struct {
	X, Y    float64 `sync:"min=-8192,max=8192,step=0.125"`
	VX, VY  float64 `sync:"min=-1024,max=1024,step=0.5"`
	Heading float64 `sync:"angle,bits=10"`
	turn    float64
}

func (g *steered) Setup(s *Setup) error {
	g.boats = AddTable[boat](s, "boats")
	g.inputs = AddInputs[driftInput](s)
	g.random = rand.New(rand.NewPCG(1, 2))
	for i := range 24 {
		g.boats.Spawn(boat{X: float64(i * 100), Y: float64(i * 61 % 900), Heading: float64(i)})
	}
	return nil
}

func (g *steered) Join(*Tick, Player)  {}
func (g *steered) Leave(*Tick, Player) {}

func (g *steered) Step(*Tick) {
	for _, b := range g.boats.All() {
		if g.random.IntN(20) == 0 {
			b.turn = float64(g.random.IntN(3)-1) * 0.06
		}
		b.Heading += b.turn
		b.VX, b.VY = 300*math.Cos(b.Heading), 300*math.Sin(b.Heading)
		b.X, b.Y = math.Remainder(b.X+b.VX/60, 2000), math.Remainder(b.Y+b.VY/60, 2000)
	}
}

// moody is a link that is not ready at every tick.
type moody struct {
	nowhere
	random *rand.Rand
	busy   float64 // of the ticks, 0 to 1
	sent   int
}

func (l *moody) Ready() bool { return l.random.Float64() >= l.busy }

func (l *moody) Offer(head, body []byte) bool {
	l.sent++
	return l.nowhere.Offer(head, body)
}

// BenchmarkBusyLinks is what it costs that not everyone can be sent every tick: the first seats' links are busy for a share of the
// ticks, at random, as those of a machine without time to spare are.
func BenchmarkBusyLinks(b *testing.B) {
	for _, moods := range []struct {
		seats int // whose links are busy, of 8
		busy  float64
	}{{0, 0}, {1, 0.02}, {1, 0.3}, {8, 0.02}, {8, 0.1}, {8, 0.3}, {8, 0.6}} {
		for _, codec := range []string{protocol.CodecMP, protocol.CodecPacked} {
			b.Run(fmt.Sprintf("codec=%s/busy=%dx%v", codec, moods.seats, moods.busy), func(b *testing.B) {
				counters := new(Counters)
				kind := Kind{Name: "steered", MaxPlayers: 64, New: func() Game { return new(steered) }}
				h := driveByHand(b, Config{Kind: kind, Counters: counters, MaxDivisor: 1}, 8, func(i int) *moody {
					l := &moody{nowhere: nowhere{codec: codec}, random: rand.New(rand.NewPCG(3, uint64(i)))}
					if i < moods.seats {
						l.busy = moods.busy
					}
					return l
				})
				for range 600 {
					h.run()
				}
				encodings := counters.Encodings.Load()
				for _, l := range h.links {
					l.bytes, l.sent = 0, 0
				}
				for b.Loop() {
					h.run()
				}
				bytes, sent := 0, 0
				for _, l := range h.links {
					bytes, sent = bytes+l.bytes, sent+l.sent
				}
				b.ReportMetric(float64(counters.Encodings.Load()-encodings)/float64(b.N), "encodings/tick")
				b.ReportMetric(float64(bytes)/float64(sent), "bytes/snapshot")
			})
		}
	}
}
