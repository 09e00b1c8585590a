package match

import (
	"fmt"
	"iter"
	"reflect"
	"sort"
	"unsafe"

	"github.com/deltatick/deltatick/protocol"
)

// Table is a list of replicated entities of one type. T is a struct whose `sync` tags say how precisely its fields travel; fields that are
// not exported stay on the server. The tags, all optional and separated by commas:
//
//	sync:"-"              stays on the server
//	sync:"name=x"         its name on the wire; else the Go name in snake_case (VX: vx, MaxSpeed: max_speed)
//	sync:"min=0,max=100"  range of a whole number; values outside are cut to it
//	sync:"step=0.01"      precision of a float, also with min and max; without a step it travels as a float32
//	sync:"angle,bits=10"  radians, wrapped, in 2^10 parts of a turn (default 12 bits)
//	sync:"rate=vx"        names the field that is this one's change per second (for an angle in radians), by its name on the wire:
//	                      a whole number or a stepped float of T. Costs nothing, and saves bytes where things move as their rates say
//	sync:"quat,bits=9"    a [4]float32 or [4]float64: a rotation, the unit quaternion x, y, z, w, with 9 bits for a component (2 to 10,
//	                      default 9: within 0.6 degrees)
//	sync:"unit,bits=12"   a [3]float32 or [3]float64: a direction, the unit vector x, y, z, with 12 bits for a coordinate (2 to 15,
//	                      default 12: within 0.06 degrees)
//	sync:"max=24"         bytes of a string (default 64, at most 255)
//	sync:"private"        only the row's owner gets the value ([Table.Owner])
//
// A checkpoint keeps all fields of a row, those that stay on the server too (package state says which types it can).
//
// A table belongs to its match's goroutine.
type Table[T any] struct {
	name string
	at   int // index of the table in the world
	plan *protocol.Plan
	ids  []EntityID // rising
	rows []*T       // nil: despawned in this tick
	dead int        // rows that are nil
	last EntityID

	shown visibility

	rounded *protocol.Rows // one row, scratch of Round; nil before the first
}

// AddTable declares a table. It is called from [Game.Setup]; what is wrong with T or the name is reported when Setup returns.
func AddTable[T any](s *Setup, name string) *Table[T] {
	t := &Table[T]{name: name}
	plan, err := protocol.PlanOf(reflect.TypeFor[T](), s.TickRate)
	if err != nil {
		s.core.fault(fmt.Errorf("table %s: %w", name, err))
		return t
	}
	t.plan, t.at = plan, len(s.core.tables)
	t.shown.private = plan.Private()
	s.core.addTable(t)
	return t
}

// Spawn adds an entity. The pointer from [Table.Get] is good until it despawns.
func (t *Table[T]) Spawn(entity T) EntityID {
	t.last++
	t.ids = append(t.ids, t.last)
	t.rows = append(t.rows, &entity)
	return t.last
}

// Get is the entity with an id, to read and to change, or nil.
func (t *Table[T]) Get(id EntityID) *T {
	if i, ok := t.find(id); ok {
		return t.rows[i]
	}
	return nil
}

// Despawn removes an entity at once. It reports whether it was there.
func (t *Table[T]) Despawn(id EntityID) bool {
	i, ok := t.find(id)
	if !ok || t.rows[i] == nil {
		return false
	}
	t.rows[i] = nil
	t.dead++
	return true
}

// All goes through the entities by rising id. Entities may be spawned and despawned on the way: what is despawned is not visited
// any more, what is spawned is not visited yet.
func (t *Table[T]) All() iter.Seq2[EntityID, *T] {
	return func(yield func(EntityID, *T) bool) {
		for i := range len(t.rows) {
			if row := t.rows[i]; row != nil && !yield(t.ids[i], row) {
				return
			}
		}
	}
}

// Len is the number of entities.
func (t *Table[T]) Len() int { return len(t.rows) - t.dead }

func (t *Table[T]) find(id EntityID) (int, bool) {
	i := sort.Search(len(t.ids), func(i int) bool { return t.ids[i] >= id })
	return i, i < len(t.ids) && t.ids[i] == id
}

func (t *Table[T]) schema() protocol.TableSchema {
	return protocol.TableSchema{Name: t.name, Fields: t.plan.Fields}
}

func (t *Table[T]) visibility() *visibility { return &t.shown }

// quantise forgets despawned rows and writes the others into rows.
func (t *Table[T]) quantise(rows *protocol.Rows) (clamped int) {
	if t.dead > 0 {
		t.compact()
	}
	rows.Resize(len(t.rows), t.plan.Fields)
	for i, row := range t.rows {
		rows.IDs[i] = uint32(t.ids[i])
		clamped += t.plan.Quantise(rows, i, unsafe.Pointer(row))
	}
	return clamped
}

func (t *Table[T]) compact() {
	to := 0
	for i, row := range t.rows {
		if row != nil {
			t.ids[to], t.rows[to] = t.ids[i], row
			to++
		}
	}
	clear(t.rows[to:])
	t.ids, t.rows, t.dead = t.ids[:to], t.rows[:to], 0
}
