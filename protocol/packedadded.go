package protocol

// addedModels are those of a field's value in rows that are new, and of what else is rare about it.
type addedModels struct {
	differs  prob // from the row added before
	negative prob
	distance numberModels

	turned, next, last prob // FieldQuat: another lane is omitted; it is not the next one; it is the one before
}

func (m *addedModels) reset() {
	*m = addedModels{differs: halfProb, negative: halfProb, turned: halfProb, next: halfProb, last: halfProb}
	startProbs(m.distance[:])
}

// newRow is a row that is new, by field.
type newRow struct {
	quanta  [MaxFields]int32
	strings [MaxFields]string
}

// incoming holds what a reader knows of new rows before it knows how many there are.
type incoming struct {
	quanta  []int32 // row by row
	strings []string
}

// maxRows is how many rows a table may have for a reader.
const maxRows = 1 << 18

// added codes the rows that are new, by rising id. Every row takes part of a byte, so their number has a bound in the body's length.
func (w *walk) added(state *Packed, s *tableState, layout *packedTable, fields Fields, from, to *Rows) {
	const another = 15 << 12 // of 2^16
	c, m := &w.coder, &s.rows
	w.incoming.quanta, w.incoming.strings = w.incoming.quanta[:0], w.incoming.strings[:0]
	if c.plain(&m.grown, flag(len(w.newIDs) > 0)) == 0 {
		return
	}
	last := uint32(0)
	if n := from.Len(); n > 0 {
		end := from.IDs[n-1]
		if c.plain(&m.after, flag(!c.reading && w.newIDs[0] > end)) != 0 {
			last = end
		}
	}
	for k := 0; ; k++ {
		gap := uint32(0)
		if !c.reading {
			gap = w.newIDs[k] - last - 1
		}
		id := last + 1 + c.number(&m.newGap, gap)
		if id <= last {
			w.fail("an id over 2^32-1")
			return
		}
		last = id
		if c.reading {
			w.arrive(from, id)
		} else {
			w.newRow.take(fields, to, int(w.new[k]))
		}
		w.fresh(state, s, layout, fields)
		if w.err != nil {
			return
		}
		if c.bit(another, flag(k+1 < len(w.newIDs))) == 0 {
			return
		}
	}
}

// arrive takes in the id of a row that a reader finds to be new.
func (w *walk) arrive(from *Rows, id uint32) {
	w.newIDs = append(w.newIDs, id)
	if _, there := from.Find(id); there {
		w.fail("added id %d is there already", id)
	}
	if len(w.newIDs)+from.Len() > maxRows {
		w.fail("more than %d rows", maxRows)
	}
	if w.coder.overrun {
		w.fail("added rows are cut short")
	}
}

func (r *newRow) take(fields Fields, rows *Rows, row int) {
	for f := range fields {
		r.quanta[f] = rows.Quanta[f*rows.Len()+row]
		if fields[f].Kind == FieldString {
			r.strings[f] = rows.Strings[f][row]
		}
	}
}

// fresh codes the values of a new row, as what they differ by from the row added before it.
func (w *walk) fresh(state *Packed, s *tableState, layout *packedTable, fields Fields) {
	row := &w.newRow
	for k := range layout.fields {
		f := &layout.fields[k]
		if f.kind == FieldString {
			w.text(state, &s.added[f.index].differs, f, "", &row.strings[f.index])
			row.quanta[f.index] = 0
			continue
		}
		q := w.value(&s.added[f.index], s.latest[f.index], row.quanta[f.index], f.kind)
		if w.coder.reading && !fields[f.index].Holds(q) {
			w.fail("quantum %d outside its range", q)
		}
		s.latest[f.index], row.quanta[f.index] = q, q
	}
	if w.coder.reading {
		w.incoming.quanta = append(w.incoming.quanta, row.quanta[:len(fields)]...)
		w.incoming.strings = append(w.incoming.strings, row.strings[:len(fields)]...)
	}
}

// value codes a quantum that is likely to be what it was in another row.
func (w *walk) value(m *addedModels, likely, q int32, kind FieldKind) int32 {
	c := &w.coder
	if kind == FieldFloat32 {
		likely, q = ordered(likely), ordered(q)
	}
	r := q - likely
	if c.dear(&m.differs, flag(r != 0)) != 0 {
		negative := c.dear(&m.negative, flag(r < 0)) != 0
		distance := uint32(r)
		if r < 0 {
			distance = -distance
		}
		r = int32(c.number(&m.distance, distance-1) + 1)
		if negative {
			r = -r
		}
	} else {
		r = 0
	}
	q = likely + r
	if kind == FieldFloat32 {
		q = ordered(q)
	}
	return q
}
