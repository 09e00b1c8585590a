package protocol

import "math"

// values codes the values of the rows that change, and then what rows did for the next body to know.
func (w *walk) values(state *Packed, s *tableState, layout *packedTable, fields Fields, from, to *Rows) {
	any := false
	for _, fate := range w.fates {
		any = any || fate == fateChanged
	}
	if any {
		w.fields(s, len(fields))
	}
	w.before, w.now = resize(w.before, layout.components), resize(w.now, layout.components)
	for i, fate := range w.fates {
		if fate >= fateGone {
			continue
		}
		j := int(w.targets[i])
		if fate == fateChanged {
			w.row(state, s, layout, from, i, to, j)
			if w.err != nil {
				return
			}
		}
		s.history[j] = s.history[j]<<1 | fate
	}
}

// row codes the values of row i of the baseline, which is row j now.
func (w *walk) row(state *Packed, s *tableState, layout *packedTable, from *Rows, i int, to *Rows, j int) {
	w.surprise, w.waking = 0, s.history[j]&1 == 0
	motions := s.motions[j*layout.components : (j+1)*layout.components]
	for k := range layout.fields {
		f := &layout.fields[k]
		was, at := f.index*from.Len()+i, f.index*to.Len()+j
		switch {
		case f.kind == FieldString:
			if w.active[f.index] {
				w.text(state, &s.rows.text[f.index], f, from.Strings[f.index][i], &to.Strings[f.index][j])
			}
		case !w.active[f.index]:
			w.before[f.first], w.now[f.first] = from.Quanta[was], from.Quanta[was]
		default:
			q := w.field(s, f, motions[f.first:], from.Quanta[was], to.Quanta[at])
			if w.coder.reading {
				to.Quanta[at] = q
			}
		}
	}
}

// field codes the quantum of a field that changes in some row.
func (w *walk) field(s *tableState, f *packedField, motions []motion, base, now int32) int32 {
	models := s.components[f.first:]
	c := &f.components[0]
	switch f.kind {
	case FieldQuat:
		return w.quaternion(s, f, motions, base, now)
	case FieldUnit:
		mask := int32(1)<<f.bits - 1
		u := w.component(c, &models[0], &motions[0], base>>f.bits&mask, now>>f.bits&mask, 0)
		v := w.component(&f.components[1], &models[1], &motions[1], base&mask, now&mask, 0)
		return u<<f.bits | v
	case FieldFloat32:
		return ordered(w.component(c, &models[0], &motions[0], ordered(base), ordered(now), 0))
	}
	rate := int32(0)
	if c.rate != 0 {
		rate = c.byRate(w.before[c.rate-1], w.now[c.rate-1], w.ticks)
	}
	now = w.component(c, &models[0], &motions[0], base, now, rate)
	if now < c.low || now > c.high {
		w.fail("quantum %d outside %d..%d", now, c.low, c.high)
	}
	w.before[f.first], w.now[f.first] = base, now
	return now
}

// ordered maps the bits of a float32 to an integer so that the integers are in the order of the floats, and back.
func ordered(q int32) int32 { return q ^ q>>31&math.MaxInt32 }

// byRate is by how much a component changes, in 1/256 quantum, whose rate of change went from before to now in some ticks: the rate of
// each tick is taken to lie on a line between the two, and a tick's step to be made with the rate after it.
func (c *component) byRate(before, now, ticks int32) int32 {
	const maxRate, maxPerTick = 1 << 23, 1 << 24 // so that nothing is beyond 2^53
	perTick := max(-maxPerTick, min(maxPerTick, int64(c.perTick)))
	r0 := max(-maxRate, min(maxRate, int64(before)-int64(c.zero)))
	r1 := max(-maxRate, min(maxRate, int64(now)-int64(c.zero)))
	change := (r1*int64(ticks+1) + r0*int64(ticks-1)) * perTick >> 9
	return int32(max(-maxGuess, min(maxGuess, change)))
}
