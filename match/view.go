package match

import (
	"math"

	"github.com/deltatick/deltatick/protocol"
)

// view is what the seats with one key see. It lives from tick to tick, because who is near stays in view for a while.
type view struct {
	View          // as the first of its seats was asked in this tick
	asked  uint32 // tick in which a seat last looked through it
	made   uint32 // tick in which the rest was made
	shot   *shot
	tables []looked // nil: of the world itself, which needs none
}

// looked is what a view sees of one table.
type looked struct {
	rows    []int32   // of the world, rising; not set in a view of all
	own     []int32   // rows of the world that are its seats', rising
	weights []float32 // how much each of its rows matters, when there is a budget
	members []member  // with Interest: who is in view, by rising id
	before  []member  // those of the time before
	marks   bitset    // scratch
}

// ascent goes through rising rows beside a walk that rises, too.
type ascent []int32

// has reports whether a row, not below the one asked for before, is among them.
func (a *ascent) has(row int32) bool {
	for len(*a) > 0 && (*a)[0] < row {
		*a = (*a)[1:]
	}
	return len(*a) > 0 && (*a)[0] == row
}

// member is a row that has come into view.
type member struct {
	id    uint32
	since uint32 // tick
	row   int32  `state:"-"` // where it was then, and is still unless a row before it went
}

// find is where a member is now.
func (m member) find(rows *protocol.Rows) (row int, ok bool) {
	if row := int(m.row); row < len(rows.IDs) && rows.IDs[row] == m.id {
		return row, true
	}
	return rows.Find(m.id)
}

// begin forgets whose the rows were.
func (w *view) begin() {
	for t := range w.tables {
		w.tables[t].own = w.tables[t].own[:0]
	}
}

// make makes the view of this tick, after the tables have been surveyed.
func (w *view) make(v *views) {
	world := v.all.shot
	v.shots.release(w.shot)
	if w.All {
		w.shot = world
		world.refs++
	} else {
		w.shot = v.shots.empty(world.tick)
	}
	for t := range w.tables {
		l, rows := &v.lenses[t], &world.snap.Tables[t]
		if !w.All {
			w.choose(t, l, rows, world.tick)
			w.gather(t, l, rows)
		}
		if v.graded {
			w.weigh(t, l)
		}
	}
}

// choose finds the rows of a table that are seen.
func (w *view) choose(t int, l *lens, rows *protocol.Rows, tick uint32) {
	k := &w.tables[t]
	k.marks = k.marks.emptied(rows.Len())
	if l.places != nil {
		l.places.near(w.X, w.Y, k.marks)
		k.stay(l.places, w.X, w.Y, rows, tick)
	} else {
		k.marks.fill(rows.Len())
	}
	for _, row := range k.own {
		k.marks.set(int(row))
	}
	k.rows = k.marks.appendTo(k.rows[:0])
	if l.visible != nil {
		k.rows = k.seen(l, w.Key)
	}
	if l.places != nil {
		k.enter(rows, tick)
	}
}

// stay marks those that were in view and have not gone far enough, or are not there long enough, to leave it.
func (k *looked) stay(p *places, x, y float64, rows *protocol.Rows, tick uint32) {
	leave := p.grid.Leave * p.grid.Leave
	for _, m := range k.members {
		if row, ok := m.find(rows); ok && !k.marks.has(row) && (tick-m.since < p.hold || p.squared(row, x, y) <= leave) {
			k.marks.set(row)
		}
	}
}

// seen asks the game about each of the rows, but for the view's own.
func (k *looked) seen(l *lens, key ViewID) []int32 {
	own, kept := ascent(k.own), k.rows[:0]
	for _, row := range k.rows {
		if own.has(row) || l.visible(key, int(row)) {
			kept = append(kept, row)
		}
	}
	return kept
}

// enter makes the rows the members, from now on or from when they were.
func (k *looked) enter(rows *protocol.Rows, tick uint32) {
	k.before, k.members = k.members, k.before[:0]
	before := k.before
	for _, row := range k.rows {
		id := rows.IDs[row]
		for len(before) > 0 && before[0].id < id {
			before = before[1:]
		}
		m := member{id, tick, row}
		if len(before) > 0 && before[0].id == id {
			m.since = before[0].since
		}
		k.members = append(k.members, m)
	}
}

// gather copies the rows that are seen, with neutral values in place of what is private to others.
func (w *view) gather(t int, l *lens, from *protocol.Rows) {
	k, to := &w.tables[t], &w.shot.snap.Tables[t]
	n, m := len(k.rows), from.Len()
	to.Resize(n, l.fields)
	for i, row := range k.rows {
		to.IDs[i] = from.IDs[row]
	}
	for f := range l.fields {
		column, source := to.Quanta[f*n:(f+1)*n], from.Quanta[f*m:(f+1)*m]
		for i, row := range k.rows {
			column[i] = source[row]
		}
		if l.fields[f].Kind == protocol.FieldString {
			for i, row := range k.rows {
				to.Strings[f][i] = from.Strings[f][row]
			}
		}
		if l.private&(1<<f) != 0 {
			k.conceal(to, f, l)
		}
	}
}

// conceal takes a private field from the rows of others.
func (k *looked) conceal(to *protocol.Rows, f int, l *lens) {
	own, column := ascent(k.own), to.Column(f)
	for i, row := range k.rows {
		if own.has(row) {
			continue
		}
		column[i] = l.neutral[f]
		if l.fields[f].Kind == protocol.FieldString {
			to.Strings[f][i] = ""
		}
	}
}

// The least and the most that a row can matter, and the most that a distance makes of it.
const (
	minWeight  = 1.0 / 64
	maxWeight  = 64
	nearWeight = 8
)

// weigh finds how much each row of the view matters to it.
func (w *view) weigh(t int, l *lens) {
	k := &w.tables[t]
	n := w.shot.snap.Tables[t].Len()
	k.weights = grown(k.weights, n)
	for i := range n {
		row := i
		if !w.All {
			row = int(k.rows[i])
		}
		weight := 1.0
		switch {
		case l.priority != nil:
			weight = l.priority(w.Key, row)
		case l.places != nil:
			weight = min(nearWeight, l.grid.Radius/math.Sqrt(l.places.squared(row, w.X, w.Y)))
		}
		// Written so that what is not a number becomes the least.
		if !(weight > minWeight) {
			weight = minWeight
		}
		k.weights[i] = float32(min(weight, maxWeight))
	}
}
