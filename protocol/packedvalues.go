package protocol

import (
	"bytes"
	"math"
)

// values codes the values of the rows that change, and then what rows did for the next body to know.
func (w *walk) values(state *Packed, s *tableState, layout *packedTable, fields Fields, from, to *Rows) {
	if bytes.IndexByte(w.fates, fateChanged) >= 0 {
		w.fields(s, len(fields))
		w.choose(layout, from, to)
	}
	still := len(w.new) == 0 && from.Len() == to.Len() // all rows are where they were
	for start := 0; start < len(w.fates); start += blockRows {
		end := min(start+blockRows, len(w.fates))
		if still && atRest(w.fates[start:end], s.history[start:end], math.MaxUint8) {
			continue // history stays 0
		}
		for i := start; i < end; i++ {
			fate := w.fates[i]
			if fate >= fateGone {
				continue
			}
			j := int(w.targets[i])
			if fate == fateChanged {
				w.row(state, s, i, j)
				if w.err != nil {
					return
				}
			}
			s.history[j] = s.history[j]<<1 | fate
		}
	}
}

// codedField is a field that has a part in coding the rows that change, before and now.
type codedField struct {
	*packedField
	active   bool    // it changes in some row; else it is a rate by which another one may
	from, to []int32 // quanta
	was, is  []string
}

// choose finds the fields to go through for each row that changes.
func (w *walk) choose(layout *packedTable, from, to *Rows) {
	w.before, w.now = resize(w.before, layout.components), resize(w.now, layout.components)
	w.coded = w.coded[:0]
	for k := range layout.fields {
		f := &layout.fields[k]
		switch active := w.active[f.index]; {
		case !active && !f.isRate:
		case f.kind == FieldString:
			w.coded = append(w.coded, codedField{packedField: f, was: from.Strings[f.index], is: to.Strings[f.index]})
		default:
			w.coded = append(w.coded, codedField{packedField: f, active: active, from: from.Column(f.index), to: to.Column(f.index)})
		}
	}
}

// row codes the values of row i of the baseline, which is row j now.
func (w *walk) row(state *Packed, s *tableState, i, j int) {
	w.surprise, w.waking = 0, s.history[j]&1 == 0
	n := len(s.components)
	motions := s.motions[j*n : (j+1)*n]
	for k := range w.coded {
		f := &w.coded[k]
		switch {
		case f.kind == FieldString:
			w.text(state, &s.rows.text[f.index], f.packedField, f.was[i], &f.is[j])
		case !f.active:
			w.before[f.first], w.now[f.first] = f.from[i], f.from[i]
		default:
			q := w.field(s, f.packedField, motions[f.first:], f.from[i], f.to[j])
			if w.coder.reading {
				f.to[j] = q
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
	if f.isRate {
		w.before[f.first], w.now[f.first] = base, now
	}
	return now
}

// ordered maps the bits of a float32 to an integer so that the integers are in the order of the floats, and back.
func ordered(q int32) int32 { return q ^ q>>31&math.MaxInt32 }

// byRate is by how much a component changes, in 1/256 quantum, whose rate of change went from before to now in some ticks: the rate of
// each tick is taken to lie on a line between the two, and a tick's step to be made with the rate after it.
func (c *component) byRate(before, now, ticks int32) int32 {
	const maxRate = 1 << 23 // with maxPerTick so that nothing is beyond 2^53
	r0 := max(-maxRate, min(maxRate, int64(before)-int64(c.zero)))
	r1 := max(-maxRate, min(maxRate, int64(now)-int64(c.zero)))
	change := (r1*int64(ticks+1) + r0*int64(ticks-1)) * int64(c.perTick) >> 9
	return int32(max(-maxGuess, min(maxGuess, change)))
}
