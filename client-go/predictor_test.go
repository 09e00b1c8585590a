package client_test

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/protocol"
)

// craftFields and helmFields are those of testdata/prediction.json.
var (
	craftFields = protocol.Fields{
		{Name: "x", Kind: protocol.FieldFixed, Step: 0.01, Max: 100000, Rate: 2, PerTick: 3277},
		{Name: "vx", Kind: protocol.FieldFixed, Offset: -400, Step: 0.01, Max: 80000},
		{Name: "heading", Kind: protocol.FieldAngle, Bits: 12},
		{Name: "hp", Kind: protocol.FieldInt, Max: 100},
		{Name: "alive", Kind: protocol.FieldBool},
		{Name: "name", Kind: protocol.FieldString, MaxBytes: 24},
	}
	helmFields = protocol.Fields{{Name: "turn", Kind: protocol.FieldInt, Min: -1, Max: 1}, {Name: "thrust", Kind: protocol.FieldBool}}
)

// craft is what moves; what it lacks of the table, the step leaves alone.
type craft struct {
	X, VX   float64
	Heading float64
	Alive   bool
}

type helm struct {
	Turn   int8
	Burns  bool `sync:"name=thrust"`
	Absent float64
}

func fly(c *craft, h *helm, dt float64) {
	if !c.Alive {
		return
	}
	c.Heading += float64(float64(float64(h.Turn)*3) * dt)
	push := -90.0
	if h.Burns {
		push = 90
	}
	c.VX += float64(push * dt)
	c.VX *= 1 - float64(0.5*dt)
	c.X += float64(c.VX * dt)
}

func craftRoom() *client.Room {
	return &client.Room{TickRate: 20, Schema: protocol.Schema{{Name: "crafts", Fields: craftFields}}, Inputs: helmFields}
}

// first is the id of a view's only craft.
func firstOf(room *client.Room) func(v *client.View) uint32 {
	crafts := room.Table("crafts")
	return func(v *client.View) uint32 {
		if crafts.Len(v) == 0 {
			return 0
		}
		return crafts.IDs(v)[0]
	}
}

func mustPredict(t *testing.T, room *client.Room) *client.Predictor {
	t.Helper()
	p, err := client.Predict(room, client.Prediction[craft, helm]{Table: "crafts", Row: firstOf(room), Step: fly})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// craftView is a world with one craft, or with none where id is 0.
func craftView(tick, id uint32, quanta []int32) *client.View {
	s := protocol.NewSnapshot(protocol.Schema{{Name: "crafts", Fields: craftFields}})
	s.Reset(tick)
	if id != 0 {
		s.Tables[0].Resize(1, craftFields)
		s.Tables[0].IDs[0] = id
		for f, q := range quanta {
			s.Tables[0].Column(f)[0] = q
		}
	}
	return &client.View{Tick: tick, Snapshot: s}
}

func steer(room *client.Room, in *client.Input, tick uint32, turn, thrust float64) *client.Input {
	in.Tick = tick
	in.Set(room.Input("turn"), turn)
	in.Set(room.Input("thrust"), thrust)
	return in
}

// What JavaScript's predictor made of the same, which client-js/test/prediction-vectors.test.js has written down.
func TestAPredictionIsThatOfTheJavaScriptClientToTheBit(t *testing.T) {
	var file struct {
		Traces [][]struct {
			Input                  []float64
			Snapshot               []int32
			Tick, Of, ID, Newest   uint32
			Mispredictions, Resims uint64
			Shown                  []float64
		}
	}
	text, err := os.ReadFile("testdata/prediction.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Traces) == 0 {
		t.Fatal("no traces")
	}
	for n, ops := range file.Traces {
		room := craftRoom()
		me, in := mustPredict(t, room), room.NewInput()
		for i, op := range ops {
			if op.Input != nil {
				me.Run(steer(room, in, op.Tick, op.Input[0], op.Input[1]))
			} else {
				me.Observe(craftView(op.Tick, op.Of, op.Snapshot))
			}
			if me.ID() != op.ID || me.Tick() != op.Newest || me.Stats.Mispredictions != op.Mispredictions || me.Stats.Resims != op.Resims {
				t.Fatalf("trace %d, %d: row %d in tick %d, %+v; want %+v", n, i, me.ID(), me.Tick(), me.Stats, op)
			}
			for f, want := range op.Shown {
				if got := me.Float(room.Table("crafts").Column(craftFields[f].Name)); got != want {
					t.Fatalf("trace %d, %d: %s is %v, want %v", n, i, craftFields[f].Name, got, want)
				}
			}
		}
	}
}

// served runs the game's own rules on quanta: it is a predictor of its own that is always right, since it has every input.
func served(t *testing.T, room *client.Room, start []int32, from, to uint32, turn func(tick uint32) float64) []int32 {
	t.Helper()
	p, in := mustPredict(t, room), room.NewInput()
	p.Observe(craftView(from, 7, start))
	for tick := from + 1; tick <= to; tick++ {
		p.Run(steer(room, in, tick, turn(tick), 1))
	}
	after := make([]int32, len(craftFields))
	for i, f := range craftFields {
		after[i] = p.Quantum(room.Table("crafts").Column(f.Name))
	}
	return after
}

func TestOnAGoodLineNothingIsEverOff(t *testing.T) {
	room := craftRoom()
	me, in := mustPredict(t, room), room.NewInput()
	turn := func(tick uint32) float64 { return float64(int(tick/7)%3 - 1) }
	world := []int32{50000, 40000, 100, 90, 1, 0}
	me.Observe(craftView(100, 7, world))
	compared := 0
	for tick := uint32(101); tick < 400; tick++ { // sent six ticks before the view of it comes
		me.Run(steer(room, in, tick, turn(tick), 1))
		if tick < 107 {
			continue
		}
		world = served(t, room, world, tick-7, tick-6, turn)
		off, known := me.Observe(craftView(tick-6, 7, world))
		if off != 0 {
			t.Fatalf("tick %d is %v off", tick-6, off)
		}
		if known {
			compared++
		}
	}
	if compared < 280 || me.Stats != (client.PredictionStats{Compared: uint64(compared)}) {
		t.Errorf("compared %d times: %+v", compared, me.Stats)
	}
}

func TestAPushIsAnErrorOfItsSizeAndPutRight(t *testing.T) {
	room := craftRoom()
	me, in := mustPredict(t, room), room.NewInput()
	x := room.Table("crafts").Column("x")
	turn := func(uint32) float64 { return 1 }
	me.Observe(craftView(10, 7, []int32{50000, 40000, 0, 90, 1, 0}))
	for tick := uint32(11); tick <= 20; tick++ {
		me.Run(steer(room, in, tick, 1, 1))
	}
	pushed := served(t, room, []int32{50000, 40000, 0, 90, 1, 0}, 10, 15, turn)
	pushed[0] += 300
	off, known := me.Observe(craftView(15, 7, pushed))
	if !known || math.Abs(off-3) > 1e-9 || me.Stats != (client.PredictionStats{Compared: 1, Mispredictions: 1, Resims: 1}) {
		t.Errorf("off by %v, %v: %+v", off, known, me.Stats)
	}
	if want := served(t, room, pushed, 15, 20, turn); me.Tick() != 20 || me.Quantum(x) != want[0] {
		t.Errorf("tick %d at %d, want %d", me.Tick(), me.Quantum(x), want[0])
	}
	hurt := served(t, room, pushed, 15, 16, turn)
	hurt[3] -= 5 // a field that the step never changes: no fault of it
	off, known = me.Observe(craftView(16, 7, hurt))
	if !known || off != 0 || me.Stats != (client.PredictionStats{Compared: 2, Mispredictions: 1, Resims: 2}) {
		t.Errorf("hurt: off by %v, %v: %+v", off, known, me.Stats)
	}
	if hp := room.Table("crafts").Column("hp"); me.Quantum(hp) != 85 {
		t.Errorf("%d hit points", me.Quantum(hp))
	}
	if off, known := me.Observe(craftView(16, 7, pushed)); known || off != 0 {
		t.Error("a view was looked at twice")
	}
}

func TestARowThatIsGoneIsNotPredictedAndOneThatComesBeginsAnew(t *testing.T) {
	room := craftRoom()
	me, in := mustPredict(t, room), room.NewInput()
	x := room.Table("crafts").Column("x")
	start := []int32{50000, 40000, 0, 90, 1, 0}
	me.Observe(craftView(10, 7, start))
	me.Run(steer(room, in, 11, 0, 1))
	if _, known := me.Observe(craftView(11, 0, nil)); known || me.ID() != 0 || me.Quantum(x) != 0 || me.Float(x) != 0 {
		t.Errorf("row %d is at %d", me.ID(), me.Quantum(x))
	}
	me.Run(steer(room, in, 12, 0, 1))
	if _, known := me.Observe(craftView(12, 8, start)); known || me.ID() != 8 || me.Quantum(x) != 50000 {
		t.Errorf("row %d is at %d", me.ID(), me.Quantum(x))
	}
}

func TestWhatCannotBePredictedIsSaidAtOnce(t *testing.T) {
	room := craftRoom()
	row := firstOf(room)
	type odd struct{ Depth float64 }
	type list struct{ X [2]float64 }
	_, noTable := client.Predict(room, client.Prediction[craft, helm]{Table: "rocks", Row: row, Step: fly})
	_, noStep := client.Predict(room, client.Prediction[craft, helm]{Table: "crafts", Row: row})
	_, noField := client.Predict(room, client.Prediction[odd, helm]{Table: "crafts", Row: row, Step: func(*odd, *helm, float64) {}})
	_, wrongType := client.Predict(room, client.Prediction[list, helm]{Table: "crafts", Row: row, Step: func(*list, *helm, float64) {}})
	_, noStruct := client.Predict(room, client.Prediction[int, helm]{Table: "crafts", Row: row, Step: func(*int, *helm, float64) {}})
	for _, is := range []struct {
		err  error
		says string
	}{{noTable, "rocks"}, {noStep, "Step"}, {noField, "depth"}, {wrongType, "X"}, {noStruct, "int"}} {
		if is.err == nil || !strings.Contains(is.err.Error(), is.says) {
			t.Errorf("%v does not say %q", is.err, is.says)
		}
	}
}

func TestRotationsAndDirectionsPassAsArrays(t *testing.T) {
	fields := protocol.Fields{{Name: "turned", Kind: protocol.FieldQuat, Bits: 10}, {Name: "to", Kind: protocol.FieldUnit, Bits: 12}, {Name: "count", Kind: protocol.FieldInt, Max: 255}}
	room := &client.Room{TickRate: 20, Schema: protocol.Schema{{Name: "bodies", Fields: fields}}}
	type body struct {
		Turned [4]float32
		To     [3]float64
		Count  uint8
	}
	me, err := client.Predict(room, client.Prediction[body, struct{}]{Table: "bodies", Row: func(*client.View) uint32 { return 1 },
		Step: func(b *body, _ *struct{}, _ float64) {
			b.Turned[0], b.Turned[3] = b.Turned[3], b.Turned[0]
			b.To[0], b.To[2] = -b.To[2], b.To[0]
			b.Count++
		}})
	if err != nil {
		t.Fatal(err)
	}
	s := protocol.NewSnapshot(room.Schema)
	s.Reset(1)
	s.Tables[0].Resize(1, fields)
	s.Tables[0].IDs[0] = 1
	s.Tables[0].Column(0)[0], _ = fields[0].QuantumOf([4]float64{0, 0, 0, 1})
	s.Tables[0].Column(1)[0], _ = fields[1].QuantumOf([4]float64{0, 0, 1})
	me.Observe(&client.View{Tick: 1, Snapshot: s})
	in := room.NewInput()
	in.Tick = 2
	me.Run(in)
	turned, _ := fields[0].QuantumOf([4]float64{1, 0, 0, 0})
	to, _ := fields[1].QuantumOf([4]float64{-1, 0, 0})
	for name, want := range map[string]int32{"turned": turned, "to": to, "count": 1} {
		if got := me.Quantum(room.Table("bodies").Column(name)); got != want {
			t.Errorf("%s: %d, want %d", name, got, want)
		}
	}
}

func TestAPredictionAllocatesNothing(t *testing.T) {
	room := craftRoom()
	me, in := mustPredict(t, room), room.NewInput()
	start := []int32{50000, 40000, 0, 90, 1, 0}
	me.Observe(craftView(1, 7, start))
	tick := uint32(1)
	var views [400]*client.View
	for i := range views {
		views[i] = craftView(uint32(i+1), 7, start)
	}
	if n := testing.AllocsPerRun(300, func() {
		tick++
		me.Run(steer(room, in, tick+3, 1, 1))
		me.Observe(views[tick]) // wrong each time, so that ticks are run again
	}); n != 0 {
		t.Errorf("%v allocations a tick", n)
	}
}
