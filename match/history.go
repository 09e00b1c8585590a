package match

import (
	"iter"
	"time"
	"unsafe"

	"github.com/deltatick/deltatick/protocol"
)

// defaultRewind is the bound that the shooters which publish theirs keep to: 200 to 250 ms (docs/lag-compensation.md).
const defaultRewind = 250 * time.Millisecond

// Oldest is the first tick at which the game can look with [Table.At]: [Kind.MaxRewind] ago, or the first of the match. The newest is
// the one before [Tick.Number].
func (t *Tick) Oldest() uint32 {
	if t.core.tick <= t.core.rewind {
		return 1
	}
	return t.core.tick - t.core.rewind
}

// At is the entity with an id as clients were told of it at an earlier tick: the exported fields as exactly as they travel, all others
// zero. It reports false when there was none, and for any tick that is not in [Tick.Oldest] to [Tick.Number] - 1: to look as far back as
// allowed, use max(tick, t.Oldest()). Between two ticks it is the game that interpolates, which knows what may be. It allocates nothing.
func (t *Table[T]) At(now *Tick, tick uint32, id EntityID) (entity T, ok bool) {
	rows := t.rowsAt(now, tick)
	if rows == nil {
		return entity, false
	}
	i, ok := rows.Find(uint32(id))
	if ok {
		t.plan.FillRow(unsafe.Pointer(&entity), rows, i)
	}
	return entity, ok
}

// AllAt goes through the entities of an earlier tick by rising id, each as [Table.At] gives it; through none for a tick at which the
// game cannot look.
func (t *Table[T]) AllAt(now *Tick, tick uint32) iter.Seq2[EntityID, T] {
	return func(yield func(EntityID, T) bool) {
		rows := t.rowsAt(now, tick)
		if rows == nil {
			return
		}
		for i, id := range rows.IDs {
			var entity T
			t.plan.FillRow(unsafe.Pointer(&entity), rows, i)
			if !yield(EntityID(id), entity) {
				return
			}
		}
	}
}

// rowsAt is the table at an earlier tick, or nil.
func (t *Table[T]) rowsAt(now *Tick, tick uint32) *protocol.Rows {
	if tick < now.Oldest() || tick >= now.core.tick {
		return nil
	}
	snap := now.core.at(tick)
	if snap == nil {
		return nil
	}
	return &snap.Tables[t.at]
}
