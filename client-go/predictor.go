package client

import (
	"fmt"
	"math"

	"github.com/deltatick/deltatick/protocol"
)

// predictSeconds is how many seconds of ticks a Predictor keeps. The server takes inputs up to a second ahead, and its snapshots are as old as their way
// is long; with more than this between a snapshot and the newest input nothing is predicted.
const predictSeconds = 2

// Prediction is what a game tells of a row that it predicts. R is a struct of fields of the table's rows, I one of fields of the input, not necessarily
// of all: a field is what has its name on the wire, by its Go name in snake_case or the name= of its sync tag. They are whole numbers,
// floats, booleans, and arrays of floats for rotations (4) and directions (3).
type Prediction[R, I any] struct {
	Table string                          // the row's table
	Row   func(v *View) uint32            // the id of one's own row, 0 while there is none; asked at each view
	Step  func(row *R, in *I, dt float64) // moves the row on by a tick of dt seconds, as the server does: in place, and by nothing but these three
}

// Predictor has one's own row as it is going to be when the server has all inputs: each tick that an input is sent for is run here, too, at once. Every
// view says what the row really was in its tick. Where that is what was predicted for the tick, nothing happens; else the row is set to it, and the
// inputs of later ticks are run again (docs/prediction.md, which has the same for pages).
//
// A Predictor is a [Room]'s, and belongs to the goroutine that plays it:
//
//	me, err := client.Predict(room, client.Prediction[flight.Ship, flight.Helm]{Table: "ships", Row: mine, Step: flight.Step})
//	err = room.Play(ctx, func(v *client.View, in *client.Input) {
//		me.Observe(v)
//		... // decide, by me.Float(x)
//		me.Run(in) // this is what is sent
//	})
type Predictor struct {
	Stats PredictionStats // so far

	table  Table
	row    func(*View) uint32
	mover  *mover
	dt     float64
	ring   []moment
	last   []int32 // quanta of the newest input run: what the server repeats
	moved  []bool  // for each field whether the step has ever changed it
	placed []int   // fields of which a difference is one of place

	sent   uint32  // newest tick that an input was run for
	newest uint32  // newest tick of the ring that counts
	first  uint32  // oldest tick whose row goes on to newest without a break; 0 while there is no row to go on from
	id     uint32  // of the row; 0 for none
	known  []int32 // its quanta in the newest view
	seen   uint32  // tick of that view
}

// PredictionStats says how well a prediction does.
type PredictionStats struct {
	Compared       uint64 // views that were held against what was predicted for their tick
	Mispredictions uint64 // of which showed that the step was wrong, in a field that it has ever changed
	Resims         uint64 // how often later inputs were run again, for that or because another field had changed
}

// Add adds what was counted in another room.
func (s *PredictionStats) Add(other PredictionStats) {
	s.Compared += other.Compared
	s.Mispredictions += other.Mispredictions
	s.Resims += other.Resims
}

// moment is one tick of a row that is predicted.
type moment struct {
	tick  uint32  // 0: none
	input []int32 // quanta of the input in force in it
	row   []int32 // quanta of the row after it
}

// Predict makes a predictor for a room. The error says what is missing in the room's schema, or in the structs.
func Predict[R, I any](room *Room, is Prediction[R, I]) (*Predictor, error) {
	table := room.Table(is.Table)
	switch {
	case !table.Exists():
		return nil, fmt.Errorf("predict: the game has no table %q", is.Table)
	case is.Row == nil || is.Step == nil:
		return nil, fmt.Errorf("predict: Row and Step are needed")
	}
	p := &Predictor{
		table: table, row: is.Row, dt: 1 / float64(room.TickRate), placed: placedFields(table.fields),
		last: make([]int32, len(room.Inputs)), moved: make([]bool, len(table.fields)), known: make([]int32, len(table.fields)),
		ring: make([]moment, max(16, predictSeconds*room.TickRate)),
	}
	var err error
	if p.mover, err = newMover(is.Step, table.fields, room.Inputs); err != nil {
		return nil, fmt.Errorf("predict %s: %w", is.Table, err)
	}
	for i := range p.ring {
		p.ring[i] = moment{input: make([]int32, len(room.Inputs)), row: make([]int32, len(table.fields))}
	}
	for i, f := range room.Inputs {
		p.last[i], _ = f.Quantum(0)
	}
	return p, nil
}

// placedFields are the fields of which a difference is one of place: numbers with a fraction, but those that are another's rate. Of angles, rotations and
// directions it has another unit.
func placedFields(fields protocol.Fields) (at []int) {
	rates := map[int]bool{}
	for _, f := range fields {
		rates[int(f.Rate)-1] = true
	}
	for i, f := range fields {
		if (f.Kind == protocol.FieldFixed || f.Kind == protocol.FieldFloat32) && !rates[i] {
			at = append(at, i)
		}
	}
	return at
}

// ID is that of the row that is predicted, 0 while there is none.
func (p *Predictor) ID() uint32 { return p.id }

// Tick is the newest tick that the row is known or predicted for, 0 before the first view.
func (p *Predictor) Tick() uint32 { return p.newest }

// Quantum is the quantum of a field of the row after Tick, 0 while there is none.
func (p *Predictor) Quantum(c Column) int32 {
	switch {
	case p.id == 0 || !c.Exists() || c.table != p.table.index-1:
		return 0
	case p.first == 0:
		return p.known[c.at]
	}
	return p.at(p.newest).row[c.at]
}

// Float is [Column.Float] of the row after Tick.
func (p *Predictor) Float(c Column) float64 { return c.field.Value(p.Quantum(c)) }

// Run takes the input of a tick that is being sent, and runs the tick. For ticks without an input of ours since the one before, that one is repeated, as the
// server does.
func (p *Predictor) Run(in *Input) {
	tick := in.Tick
	if p.sent > tick && int(p.sent-tick) >= len(p.ring) {
		p.forget()
	}
	if tick <= p.sent {
		return // what was sent for it stands
	}
	if tick > p.newest && int(tick-p.newest) >= len(p.ring) {
		p.first = 0
	} else {
		for t := p.newest + 1; t < tick; t++ {
			p.move(t)
		}
	}
	copy(p.last, in.values)
	p.sent = tick
	if tick > p.newest {
		p.newest = tick
		p.move(tick)
	}
}

// Observe compares what was predicted with a view; one that is no newer than the one before is not looked at. It returns how far off the place of the row was,
// in the game's units over all fields that are numbers with a fraction and no rates, and whether anything was predicted for that tick.
func (p *Predictor) Observe(v *View) (off float64, compared bool) {
	if v == nil || v.Tick <= p.seen {
		return 0, false
	}
	p.seen = v.Tick
	was := p.id
	there := p.find(v)
	goesOn := p.first != 0 && there && p.id == was
	ran := v.Tick <= p.newest
	p.newest = max(p.newest, v.Tick)
	if !there || int(p.newest-v.Tick) >= len(p.ring) {
		p.first = 0
		return 0, false
	}
	m := p.at(v.Tick)
	compared = goesOn && ran && v.Tick >= p.first && m.tick == v.Tick
	if compared {
		p.Stats.Compared++
		if p.agrees(m.row) {
			return 0, true
		}
		off = p.distance(m.row)
		p.Stats.Resims++
	} else {
		p.first = v.Tick
	}
	copy(p.claim(v.Tick).row, p.known)
	for t := v.Tick + 1; t <= p.newest; t++ {
		p.move(t)
	}
	return off, compared
}

// find takes over the own row's id and quanta from a view.
func (p *Predictor) find(v *View) bool {
	id := p.row(v)
	row, ok := 0, false
	if id != 0 {
		row, ok = p.table.Row(v, id)
	}
	if !ok {
		p.id = 0
		return false
	}
	p.id = id
	rows := &v.Snapshot.Tables[p.table.index-1]
	for f := range p.known {
		p.known[f] = rows.Quanta[f*len(rows.IDs)+row]
	}
	return true
}

// agrees reports whether a predicted row is the one that came. If the step was wrong that is counted.
func (p *Predictor) agrees(predicted []int32) bool {
	agrees, wrong := true, false
	for i, q := range p.known {
		if predicted[i] != q {
			agrees = false
			wrong = wrong || p.moved[i]
		}
	}
	if wrong {
		p.Stats.Mispredictions++
	}
	return agrees
}

// distance is how far a predicted row is from the one that came.
func (p *Predictor) distance(predicted []int32) float64 {
	sum := 0.0
	for _, i := range p.placed {
		d := p.table.fields[i].Value(predicted[i]) - p.table.fields[i].Value(p.known[i])
		sum += d * d
	}
	return math.Sqrt(sum)
}

// move runs a tick with its input from the row of the tick before, if there is one.
func (p *Predictor) move(tick uint32) {
	m := p.claim(tick)
	if p.first == 0 || p.id == 0 {
		return
	}
	before := p.at(tick - 1).row
	p.mover.run(before, m.input, m.row, p.dt)
	for i := range m.row {
		p.moved[i] = p.moved[i] || m.row[i] != before[i]
	}
}

func (p *Predictor) at(tick uint32) *moment { return &p.ring[tick%uint32(len(p.ring))] }

// claim makes the place of a tick that tick's, with the newest input where none is known of it.
func (p *Predictor) claim(tick uint32) *moment {
	m := p.at(tick)
	if m.tick != tick {
		m.tick = tick
		copy(m.input, p.last)
	}
	return m
}

func (p *Predictor) forget() {
	for i := range p.ring {
		p.ring[i].tick = 0
	}
	p.newest, p.sent, p.first = 0, 0, 0
}
