package protocol

import "fmt"

// walk goes through a body, writing or reading: the two differ in where values come from and go to, and nowhere else. It keeps its
// scratch between bodies.
//
// Of each table it codes, in this order: whether anything changed; which rows are gone; which of the others changed; the rows that
// are new; which fields changed in any row; and the changed rows' values.
type walk struct {
	coder    rangeCoder
	forecast forecast
	baseTick uint32
	tick     uint32
	ticks    int32 // between the two, 1 to maxTicks
	surprise int32 // by how much the row's values so far cost more than expected, in 1/256 bit
	waking   bool  // the row did not change in the body before
	err      error

	// Of the table at hand.
	fates    []uint8 // by row of the baseline
	targets  []int32 // by row of the baseline that stays: its row in the new snapshot
	new      []int32 // rows of the new snapshot that are new
	newIDs   []uint32
	newRow   newRow
	active   [MaxFields]bool // the field changes in some row
	coded    []codedField
	before   []int32 // the row's values in the baseline, by component, of fields that are rates
	now      []int32
	incoming incoming // reading: what the new rows hold
	motions  []motion // takes the place of the table's when rows come or go
	history  []uint8
}

// The fates of a row of the baseline.
const (
	fateKept = iota
	fateChanged
	fateGone
	fateLeft // the view
)

func (w *walk) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf("%w: "+format, append([]any{ErrMalformed}, args...)...)
	}
}

// nothing stands in for the tables of a baseline that a keyframe does not have.
var nothing = Rows{Strings: make([][]string, MaxFields)}

// run codes the body that turns base, nil for a keyframe, into cur.
func (w *walk) run(state *Packed, base, cur *Snapshot, fresh bool) {
	const rarely = 1 << 10 // of 2^16
	w.err = nil
	switch {
	case w.coder.bit(rarely, flag(fresh || base == nil)) != 0:
		state.reset(base)
	case base == nil || state.broken:
		w.fail("a body that needs the ones before it")
		return
	}
	w.baseTick, w.tick, w.ticks = 0, cur.Tick, 1
	if base != nil {
		w.baseTick = base.Tick
		w.ticks = int32(max(1, min(maxTicks, cur.Tick-base.Tick)))
	}
	for t := range state.tables {
		from := &nothing
		if base != nil {
			from = &base.Tables[t]
		}
		w.table(state, t, from, &cur.Tables[t])
		if w.err != nil {
			return
		}
	}
}

func (w *walk) table(state *Packed, t int, from, to *Rows) {
	s, layout, fields := &state.tables[t], &state.layout[t], state.schema[t].Fields
	if len(s.history) != from.Len() {
		w.fail("a state of another baseline")
		return
	}
	w.fates, w.targets = resize(w.fates, from.Len()), resize(w.targets, from.Len())
	w.new, w.newIDs = w.new[:0], w.newIDs[:0]
	differs := !w.coder.reading && w.diff(fields, from, to)
	if w.coder.plain(&s.rows.any, flag(differs)) == 0 {
		w.still(s, fields, from, to)
		return
	}
	w.gone(s, from.Len())
	w.changes(s, layout, from)
	w.added(state, s, layout, fields, from, to)
	if w.err != nil {
		return
	}
	if w.coder.reading {
		w.build(fields, from, to)
	}
	w.move(s, to.Len())
	w.values(state, s, layout, fields, from, to)
}

// still is a table in which nothing changed.
func (w *walk) still(s *tableState, fields Fields, from, to *Rows) {
	for i := range s.history {
		s.history[i] <<= 1
	}
	if w.coder.reading {
		*to = *from // neither of the two will be changed
		to.Left = nil
		if from == &nothing {
			to.Strings = make([][]string, len(fields))
		}
	}
}

// move brings what is remembered of rows into the order of the new snapshot, which has n rows.
func (w *walk) move(s *tableState, n int) {
	if n == len(s.history) && len(w.new) == 0 {
		return
	}
	width := len(s.components)
	w.history, w.motions = resize(w.history, n), resize(w.motions, n*width)
	for i, fate := range w.fates {
		if fate < fateGone {
			j := int(w.targets[i])
			w.history[j] = s.history[i]
			copy(w.motions[j*width:(j+1)*width], s.motions[i*width:(i+1)*width])
		}
	}
	s.history, w.history = w.history, s.history
	s.motions, w.motions = w.motions, s.motions
	for _, j := range w.new {
		s.history[j] = 1
		s.start(int(j), w.tick)
	}
}
