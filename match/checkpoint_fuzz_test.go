package match

import (
	"errors"
	"testing"

	"github.com/deltatick/deltatick/match/state"
)

// court is a small game with everything that a checkpoint holds.
type court struct {
	balls  *Table[ball]
	inputs *Inputs[driftInput]
	score  []uint8
}

type ball struct {
	X    int `sync:"min=-100,max=100"`
	Name string

	spin float64
	mark *uint32 `state:"owned"`
}

func (g *court) Setup(s *Setup) error {
	g.balls, g.inputs = AddTable[ball](s, "balls"), AddInputs[driftInput](s)
	g.balls.Spawn(ball{Name: "first"})
	g.balls.Interest(Grid{Radius: 60}, func(b *ball) (x, y float64) { return float64(b.X), 0 })
	return nil
}

func (g *court) Join(t *Tick, p Player) {
	n := t.Number()
	g.balls.Spawn(ball{X: t.Rand().IntN(100), Name: p.Name, mark: &n})
}

func (g *court) Leave(*Tick, Player) {}

func (g *court) View(seat SeatID) View { return View{Key: ViewID(seat)} }

func (g *court) Step(t *Tick) {
	g.score = append(g.score, uint8(t.Seen(1)))
	for id, b := range g.balls.All() {
		past, _ := g.balls.At(t, t.Oldest(), id)
		in, _ := g.inputs.Of(1)
		b.X, b.spin = past.X+int(in.Turn)+1, b.spin+0.5
	}
}

// FuzzRestore holds that what is not the state of this game is refused, whatever it is, and that what is taken is kept again as it was.
// It begins behind the checksum, which anyone can make.
func FuzzRestore(f *testing.F) {
	kind, err := Kind{Name: "court", MaxPlayers: 3, New: func() Game { return new(court) }}.withDefaults()
	if err != nil {
		f.Fatal(err)
	}
	sim, err := NewSim(kind, SimConfig{Seed: 1})
	if err != nil {
		f.Fatal(err)
	}
	for range 2 {
		data, err := sim.Checkpoint()
		if err != nil {
			f.Fatal(err)
		}
		plain, err := openCheckpoint(data)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(plain)
		if _, err := sim.Join("ada"); err != nil {
			f.Fatal(err)
		}
		for range 20 {
			if err := errors.Join(sim.InputSeen(1, driftInput{1}, sim.Tick()), sim.Step()); err != nil {
				f.Fatal(err)
			}
			if _, err := sim.SeenBy(1); err != nil {
				f.Fatal(err)
			}
		}
	}
	f.Fuzz(func(t *testing.T, plain []byte) {
		r, err := restore(kind, plain)
		if err != nil {
			if !errors.Is(err, ErrCheckpoint) && !errors.Is(err, ErrOtherGame) {
				t.Fatal(err)
			}
			return
		}
		k, err := r.core.capture()
		if err != nil {
			t.Fatal(err)
		}
		k.match = r.match
		data, err := k.bytes()
		if err != nil {
			t.Fatal(err)
		}
		again, err := openCheckpoint(data)
		if err != nil {
			t.Fatal(err)
		}
		var head checkpointHead
		if _, err := state.Load(again, &head); err != nil || head.Kind != kind.Name {
			t.Fatal(err)
		}
		if _, err := restore(kind, again); err != nil {
			t.Fatalf("taken at first, and then: %v", err)
		}
		if r.core.tick < 1<<31 {
			r.core.begin()
			if r.core.step() == nil { // a game may break on what it was given, and nothing else
				looking := []SeatID{0}
				if r.core.players[1].Seat != 0 {
					looking = append(looking, 1)
				}
				r.core.views.look(looking)
			}
		}
	})
}
