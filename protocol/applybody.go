package protocol

import (
	"fmt"
	"math"
)

// Apply reads a body in codec "mp" and returns the world at tick that it makes of base, or of nothing when base is nil. The body
// must have been walked by [Check] as part of its frame. Errors wrap [ErrMalformed] and leave base as it was; whoever gets one
// asks for a keyframe.
func (r *Reader) Apply(schema Schema, base *Snapshot, tick uint32, body []byte) (*Snapshot, error) {
	r.reset(body)
	next := &Snapshot{Tick: tick, Tables: make([]Rows, len(schema))}
	last := -1
	for range r.array() {
		elements := r.array()
		if elements != 4 && elements != 5 {
			r.fail("table with %d elements, not 4 or 5", elements)
		}
		t := int(r.integer(int64(last)+1, int64(len(schema))-1))
		if r.err != nil {
			break
		}
		last = t
		var from *Rows
		if base != nil {
			from = &base.Tables[t]
		}
		next.Tables[t] = r.table(schema[t].Fields, from, elements == 5)
		if r.err != nil {
			return nil, fmt.Errorf("table %s: %w", schema[t].Name, r.err)
		}
	}
	if r.err == nil && r.src.Len() != 0 {
		r.fail("%d bytes after the body", r.src.Len())
	}
	if r.err != nil {
		return nil, r.err
	}
	for t := range next.Tables {
		if next.Tables[t].Strings == nil {
			next.Tables[t] = unchanged(base, t, len(schema[t].Fields))
		}
	}
	return next, nil
}

// unchanged shares a table with the base: neither of the two will be changed.
func unchanged(base *Snapshot, t, fields int) Rows {
	if base == nil {
		return Rows{Strings: make([][]string, fields)}
	}
	rows := base.Tables[t]
	rows.Left = nil
	return rows
}

func (r *Reader) table(fields Fields, from *Rows, left bool) Rows {
	if from == nil {
		from = &Rows{}
	}
	kept := r.remove(fields, from, nil)
	r.change(fields, &kept)
	rows := r.add(fields, from, kept)
	if left && r.err == nil {
		ids := make([]uint32, 0, 8)
		rows = r.remove(fields, &rows, &ids)
		rows.Left = ids
		r.wereThere(from, ids)
	}
	return rows
}

// remove reads ids that go and copies the rows that stay. The ids are added to a list, if there is one.
func (r *Reader) remove(fields Fields, from *Rows, ids *[]uint32) Rows {
	n := r.array()
	gone := make([]bool, from.Len())
	id := uint32(0)
	for i := 0; i < n && r.err == nil; i++ {
		id = r.gap(id)
		row, ok := from.Find(id)
		if !ok {
			r.fail("removed id %d is not there", id)
			break
		}
		gone[row] = true
		if ids != nil {
			*ids = append(*ids, id)
		}
	}
	kept := Rows{Strings: make([][]string, len(fields))}
	if r.err != nil {
		return kept
	}
	kept.Resize(from.Len()-n, fields)
	to := 0
	for row := range gone {
		if !gone[row] {
			kept.IDs[to] = from.IDs[row]
			kept.CopyRow(to, from, row, fields)
			to++
		}
	}
	return kept
}

// wereThere holds ids that left the view to the baseline: what this body adds cannot leave in it.
func (r *Reader) wereThere(before *Rows, ids []uint32) {
	for _, id := range ids {
		if _, ok := before.Find(id); !ok {
			r.fail("id %d left, and was not there", id)
		}
	}
}

// change reads the changed rows into rows.
func (r *Reader) change(fields Fields, rows *Rows) {
	left := r.array()
	id := uint32(0)
	for left > 0 && r.err == nil {
		id = r.gap(id)
		row, ok := rows.Find(id)
		mask := uint32(r.integer(1, math.MaxUint32))
		if left -= 2; !ok || left < 0 {
			r.fail("changed id %d is not there, or cut short", id)
			return
		}
		for f := 0; mask != 0 && r.err == nil; f, mask = f+1, mask>>1 {
			if mask&1 == 0 {
				continue
			}
			if left--; left < 0 || f >= len(fields) {
				r.fail("changed id %d: mask names more fields than there are", id)
				return
			}
			r.changeField(&fields[f], rows, f, row)
		}
	}
}

func (r *Reader) changeField(field *Field, rows *Rows, f, row int) {
	at := f*rows.Len() + row
	switch field.Kind {
	case FieldString:
		rows.Strings[f][row] = r.str(int(field.MaxBytes))
	case FieldFloat32:
		rows.Quanta[at] = r.float32Bits()
	case FieldQuat, FieldUnit:
		rows.Quanta[at] = r.ranged(field, int64(r.quantum()))
	default:
		// A difference of two 32-bit quanta needs 33 bits.
		q := int64(rows.Quanta[at]) + r.integer(-math.MaxUint32, math.MaxUint32)
		rows.Quanta[at] = r.ranged(field, q)
	}
}

func (r *Reader) ranged(field *Field, q int64) int32 {
	min, max := field.Bounds()
	if q < int64(min) || q > int64(max) {
		r.fail("field %s: quantum %d outside %d..%d", field.Name, q, min, max)
		return 0
	}
	return int32(q)
}

// add reads the added rows and merges them with those that were kept. An id that was in the table before may not be added, not
// even where this body removed it: ids are never used again.
func (r *Reader) add(fields Fields, before *Rows, kept Rows) Rows {
	elements := r.array()
	width := 1 + len(fields)
	if elements%width != 0 {
		r.fail("added rows are cut short")
	}
	if r.err != nil || elements == 0 {
		return kept
	}
	n := elements / width
	rows := Rows{Strings: make([][]string, len(fields))}
	rows.Resize(kept.Len()+n, fields)
	id, from := r.gap(0), 0
	for to := range rows.IDs {
		if from < kept.Len() && (n == 0 || kept.IDs[from] < id) {
			rows.IDs[to] = kept.IDs[from]
			rows.CopyRow(to, &kept, from, fields)
			from++
			continue
		}
		if _, there := before.Find(id); there {
			r.fail("added id %d is there already", id)
		}
		rows.IDs[to] = id
		r.addFields(fields, &rows, to)
		if n--; n > 0 {
			id = r.gap(id)
		}
		if r.err != nil {
			return Rows{}
		}
	}
	return rows
}

func (r *Reader) addFields(fields Fields, rows *Rows, row int) {
	for f := range fields {
		at := f*rows.Len() + row
		rows.Quanta[at] = 0
		switch fields[f].Kind {
		case FieldString:
			rows.Strings[f][row] = r.str(int(fields[f].MaxBytes))
		case FieldFloat32:
			rows.Quanta[at] = r.float32Bits()
		default:
			rows.Quanta[at] = r.ranged(&fields[f], int64(r.quantum()))
		}
	}
}

// gap reads an id as its distance from the id before it.
func (r *Reader) gap(last uint32) uint32 {
	return uint32(int64(last) + r.integer(1, math.MaxUint32-int64(last)))
}
