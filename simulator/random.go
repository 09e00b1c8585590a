package simulator

import (
	"math/rand/v2"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/protocol"
)

// Random holds every input of any game for a random while at a random value of its range. It plays what has no bot of its own.
type Random struct {
	Rand *rand.Rand

	fields   protocol.Fields
	controls []client.Control
	hold     []int // ticks for which a field stays as it is
}

// Enter looks up the game's inputs.
func (b *Random) Enter(room *client.Room) {
	b.fields = room.Inputs
	b.controls = make([]client.Control, len(b.fields))
	b.hold = make([]int, len(b.fields))
	for i, f := range b.fields {
		b.controls[i] = room.Input(f.Name)
	}
}

// Think changes the fields whose time has come.
func (b *Random) Think(_ *client.View, in *client.Input) {
	for i, f := range b.fields {
		if b.hold[i]--; b.hold[i] > 0 {
			continue
		}
		b.hold[i] = 15 + b.Rand.IntN(75)
		min, max := f.Bounds()
		q := int64(min) + b.Rand.Int64N(int64(max)-int64(min)+1)
		in.Set(b.controls[i], f.Value(int32(q)))
	}
}
