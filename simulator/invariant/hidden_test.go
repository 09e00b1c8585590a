package invariant_test

import (
	"testing"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/simulator/invariant"
)

var plane = protocol.Schema{{Name: "ships", Fields: protocol.Fields{{Name: "x", Kind: protocol.FieldInt, Max: 9999}, {Name: "y", Kind: protocol.FieldInt, Max: 9999}}}}

// seen is a view of ships by id, each at an x; y is 0.
func seen(tick uint32, ships ...[2]int32) *client.View {
	s := protocol.NewSnapshot(plane)
	s.Reset(tick)
	s.Tables[0].Resize(len(ships), plane[0].Fields)
	for i, ship := range ships {
		s.Tables[0].IDs[i] = uint32(ship[0])
		s.Tables[0].Column(0)[i] = ship[1]
	}
	return &client.View{Tick: tick, Snapshot: s}
}

func TestNothingIsShownThatIsTooFarAway(t *testing.T) {
	own := [2]int32{1, 1000}
	for _, test := range []struct {
		name   string
		views  []*client.View
		breaks uint64
		says   string
	}{
		{"comes at the radius", []*client.View{seen(10, own), seen(11, own, [2]int32{2, 1100})}, 0, ""},
		{"comes beyond it", []*client.View{seen(10, own), seen(11, own, [2]int32{2, 1101})}, 1, "row 2 of ships is 101.0 away in the view of tick 11, more than 100.0"},
		{"comes beyond it, after ticks that were left out", []*client.View{seen(10, own), seen(13, own, [2]int32{2, 1102})}, 0, ""},
		{"comes too far beyond it for those", []*client.View{seen(10, own), seen(13, own, [2]int32{2, 1103})}, 1, "103.0 away"},
		{"was there at first, wherever", []*client.View{seen(10, own, [2]int32{2, 1500})}, 0, ""},
		{"goes beyond it and may stay for a second", []*client.View{seen(10, own), seen(11, own, [2]int32{2, 1050}), seen(12, own, [2]int32{2, 1500})}, 0, ""},
		{"stays within the margin", []*client.View{seen(10, own, [2]int32{2, 1050}), seen(99, own, [2]int32{2, 1050}), seen(100, own, [2]int32{2, 1115})}, 0, ""},
		{"stays beyond the margin", []*client.View{seen(10, own, [2]int32{2, 1050}), seen(99, own, [2]int32{2, 1050}), seen(100, own, [2]int32{2, 1117})}, 1, "more than 115.0"},
		{"goes and comes back too far away", []*client.View{
			seen(10, own, [2]int32{2, 1050}), seen(99, own), seen(100, own, [2]int32{2, 1110})}, 1, "more than 100.0"},
		{"has no ship to see from", []*client.View{seen(10, [2]int32{2, 5000}), seen(11, [2]int32{2, 5000}, [2]int32{3, 9000})}, 0, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var l invariant.Ledger
			room := &client.Room{Seat: 1, TickRate: 60, Schema: plane}
			eye := invariant.NewEye(&l, 1, invariant.Sight{Table: "ships", X: "x", Y: "y", Radius: 100, Hold: time.Second, Speed: 60}, room)
			for _, v := range test.views {
				eye.Snapshot(v)
			}
			r := found(t, &l, invariant.Hidden)
			wantOf(t, &l, invariant.Hidden, r.Checks, test.breaks, test.says)
		})
	}
}

func TestAfterAResumeTheFirstViewSaysNothingAgain(t *testing.T) {
	var l invariant.Ledger
	room := &client.Room{Seat: 1, TickRate: 60, Schema: plane}
	for range 2 { // an eye is of a room, and a resume has another room
		eye := invariant.NewEye(&l, 1, invariant.Sight{Table: "ships", X: "x", Y: "y", Radius: 100}, room)
		eye.Snapshot(seen(10, [2]int32{1, 0}, [2]int32{2, 500}))
	}
	wantOf(t, &l, invariant.Hidden, 0, 0)
}
