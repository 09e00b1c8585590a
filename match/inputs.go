package match

import (
	"fmt"
	"reflect"
	"unsafe"

	"github.com/deltatick/deltatick/protocol"
)

// Inputs is what the players of a game send each tick. I is a struct of booleans, integers, stepped floats and angles, at most
// 16 of them, tagged as those of a [Table]; every value that arrives has been checked against its range.
type Inputs[I any] struct {
	plan  *protocol.Plan
	slots *inputSlots
}

// inputSlots holds the input that is in force for each seat, as quanta. The match fills it before each step.
type inputSlots struct {
	fields protocol.Fields
	bySeat []inputSlot // index: seat
}

type inputSlot struct {
	tick   uint32 // the tick it was sent for, 0: none yet
	age    int    // ticks for which it has been repeated; -1: none yet
	seen   uint32 // tick of the world that its player saw, moved on with each repeat; 0: not known
	quanta []int32
}

// AddInputs declares what players send. It is called from [Game.Setup], at most once; faults are reported when Setup returns.
func AddInputs[I any](s *Setup) *Inputs[I] {
	in := &Inputs[I]{slots: &s.core.inputs}
	plan, err := protocol.PlanOf(reflect.TypeFor[I](), 0)
	if err == nil {
		err = protocol.ValidateInputs(plan.Fields)
	}
	if err == nil && plan.Private() != 0 {
		err = fmt.Errorf("a private field: what a player sends is seen by the game alone")
	}
	if err == nil && s.core.inputs.fields != nil {
		err = fmt.Errorf("declared twice")
	}
	if err != nil {
		s.core.fault(fmt.Errorf("inputs: %w", err))
		return in
	}
	in.plan = plan
	s.core.inputs.fields = plan.Fields
	return in
}

// Of is the input in force for a seat in this tick. age is 0 when it was sent for this very tick, n when none came for n ticks and
// the newest one is repeated, and -1, with a zero value, when the seat has sent nothing yet.
func (in *Inputs[I]) Of(seat SeatID) (value I, age int) {
	if int(seat) >= len(in.slots.bySeat) {
		return value, -1
	}
	slot := &in.slots.bySeat[seat]
	if slot.age >= 0 {
		in.plan.Fill(unsafe.Pointer(&value), slot.quanta)
	}
	return value, slot.age
}

func (s *inputSlots) reset(seats int) {
	s.bySeat = make([]inputSlot, seats+1)
	for i := range s.bySeat {
		s.bySeat[i] = inputSlot{age: -1, quanta: make([]int32, len(s.fields))}
	}
}

func (s *inputSlots) clear(seat SeatID) {
	slot := &s.bySeat[seat]
	slot.tick, slot.age, slot.seen = 0, -1, 0
}

// encode turns an input struct of the declared type into quanta, for [Sim].
func (s *inputSlots) encode(input any) ([]int32, error) {
	v := reflect.ValueOf(input)
	plan, err := protocol.PlanOf(v.Type(), 0)
	if err != nil {
		return nil, err
	}
	if len(plan.Fields) != len(s.fields) {
		return nil, fmt.Errorf("%s is not the input type of this game", v.Type())
	}
	p := reflect.New(v.Type())
	p.Elem().Set(v)
	var rows protocol.Rows
	rows.Resize(1, plan.Fields)
	plan.Quantise(&rows, 0, p.UnsafePointer())
	return rows.Quanta, nil
}

// check refuses quanta that no input has. Those of tick 0 are not looked at: there was none.
func (s *inputSlots) check(tick uint32, quanta []int32) error {
	if len(quanta) != len(s.fields) {
		return fmt.Errorf("%d input values, the game has %d", len(quanta), len(s.fields))
	}
	for i, f := range s.fields {
		if tick != 0 && !f.Holds(quanta[i]) {
			return fmt.Errorf("input %s: %d is out of range", f.Name, quanta[i])
		}
	}
	return nil
}
