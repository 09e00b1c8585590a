package step

import (
	"reflect"
	"strings"
)

// Module is a game's move with the cells through which it is called. It belongs to one goroutine. Calling it allocates nothing.
type Module struct {
	layout string
	cells  []cell
	shared []float64
	clear  func()
	move   func(dt float64)
}

// New makes a module of a move. Row and Input are structs of whole numbers, floats, booleans, and arrays of these; a field that is not
// exported, is tagged sync:"-" or is a string does not pass, and the move finds it zero. The error names a field of any other type.
func New[Row, Input any](move func(row *Row, in *Input, dt float64)) (*Module, error) {
	row, in := new(Row), new(Input)
	m := &Module{
		clear: func() { *row, *in = *new(Row), *new(Input) },
		move:  func(dt float64) { move(row, in, dt) },
	}
	var layout strings.Builder
	var err error
	layout.WriteString(`{"row":`)
	if m.cells, err = addFields(nil, &layout, reflect.ValueOf(row).Elem(), false); err != nil {
		return nil, err
	}
	layout.WriteString(`,"input":`)
	if m.cells, err = addFields(m.cells, &layout, reflect.ValueOf(in).Elem(), true); err != nil {
		return nil, err
	}
	layout.WriteString(`}`)
	m.layout, m.shared = layout.String(), make([]float64, len(m.cells))
	return m, nil
}

// Layout says, in JSON, what the cells are; see the package's documentation.
func (m *Module) Layout() string { return m.layout }

// Cells are the values of the row and then of the input, to be filled before Run and read after it.
func (m *Module) Cells() []float64 { return m.shared }

// Run moves the row in the cells by the input in them, dt seconds on.
func (m *Module) Run(dt float64) {
	m.clear()
	for i, c := range m.cells {
		c.set(m.shared[i])
	}
	m.move(dt)
	for i, c := range m.cells {
		if !c.input {
			m.shared[i] = c.get()
		}
	}
}
