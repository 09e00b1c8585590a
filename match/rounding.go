package match

import (
	"unsafe"

	"github.com/deltatick/deltatick/protocol"
)

// Round brings the fields of an entity that travel to the values that clients get of them, and reports whether there is an entity with
// that id. A game calls it at the end of a step for what its players' clients predict: the next step then begins with exactly what they
// have, and so does theirs (docs/prediction.md). Without it the server's row and the client's differ by what lies between two quanta,
// and the predicted ticks with them.
//
// A field's step bounds what can move in a tick: less than half a step is rounded away each time.
func (t *Table[T]) Round(id EntityID) bool {
	row := t.Get(id)
	if row == nil {
		return false
	}
	if t.rounded == nil {
		t.rounded = &protocol.Rows{Strings: make([][]string, len(t.plan.Fields))}
		t.rounded.Resize(1, t.plan.Fields)
	}
	t.plan.Quantise(t.rounded, 0, unsafe.Pointer(row))
	t.plan.FillRow(unsafe.Pointer(row), t.rounded, 0)
	return true
}
