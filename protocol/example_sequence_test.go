package protocol_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"unsafe"

	"github.com/deltatick/deltatick/protocol"
)

// Snapshots go into a SequenceEncoder one after another, and come out of a SequenceDecoder: state sync over any ordered channel.
func ExampleSequenceEncoder() {
	type ship struct {
		X, Y float32 `sync:"min=-1000,max=1000,step=0.01"`
	}
	plan, err := protocol.PlanOf(reflect.TypeFor[ship](), 60)
	if err != nil {
		fmt.Println(err)
		return
	}
	schema := protocol.Schema{{Name: "ships", Fields: plan.Fields}}
	enc, _ := protocol.NewSequenceEncoder(schema, protocol.CodecPacked)
	dec, _ := protocol.NewSequenceDecoder(schema, protocol.CodecPacked)

	ships, speed := make([]ship, 100), make([]float32, 100)
	rng := rand.New(rand.NewPCG(1, 2))
	snap := protocol.NewSnapshot(schema)
	for tick := uint32(1); tick <= 60; tick++ {
		snap.Reset(tick)
		rows := &snap.Tables[0]
		rows.Resize(len(ships), plan.Fields)
		for i := range ships {
			speed[i] += float32(rng.IntN(5)-2) / 32 // each turns its engine as it likes
			ships[i].X += speed[i]
			rows.IDs[i] = uint32(i + 1)
			plan.Quantise(rows, i, unsafe.Pointer(&ships[i]))
		}
		body := enc.Encode(nil, snap)
		got, err := dec.Decode(tick, tick == 1, body)
		if err != nil {
			fmt.Println(err)
			return
		}
		if tick == 60 {
			x := schema[0].Fields[0].Value(got.Tables[0].Column(0)[9])
			fmt.Printf("100 ships in %d bytes; ship 10 is at %.2f, and was sent from %.2f\n", len(body), x, ships[9].X)
		}
	}
	// Output: 100 ships in 58 bytes; ship 10 is at -16.97, and was sent from -16.97
}
