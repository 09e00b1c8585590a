package match

import "github.com/deltatick/deltatick/protocol"

// views makes of each tick's world what each seat sees of it. What a seat may see is a snapshot like any other, so whatever comes after
// (baselines, codecs, hashes) knows nothing of views and cannot tell what is hidden.
//
// A view is made once for all seats that have it, and only in ticks in which one of them is sent something. What that costs is linear in the
// rows it sees, those near it (with Interest) or all (with Visible alone), plus one walk through the world for all views together.
type views struct {
	core   *core
	viewer Viewer // nil: the game is none
	lenses []lens // by table
	hiding bool   // some table hides something
	graded bool   // there is a budget, and views differ in what matters to them
	shots  shots

	// Of this tick.
	all    view    // the world itself
	bySeat []*view // index: seat; nil: nobody sits there
	list   []*view // all but the one above, also some of earlier ticks
	due    []*view // to be made
}

// lens is what is needed to look at a table.
type lens struct {
	visibility
	fields  protocol.Fields
	places  *places // nil: without Interest
	neutral []int32 // quanta in place of private ones
}

// newViews takes the game's declarations as they are after Setup.
func newViews(c *core) *views {
	v := &views{core: c, shots: shots{schema: c.schema}, bySeat: make([]*view, len(c.players))}
	v.viewer, _ = c.game.(Viewer)
	for i, t := range c.tables {
		l := lens{visibility: *t.visibility(), fields: c.schema[i].Fields}
		if l.grid != nil {
			l.places = newPlaces(*l.grid, c.rate)
		}
		for _, f := range l.fields {
			low, high := f.Bounds()
			l.neutral = append(l.neutral, min(max(0, low), high))
		}
		v.hiding = v.hiding || l.hides()
		v.lenses = append(v.lenses, l)
	}
	return v
}

// grade makes views say what matters to them, because not everything can be sent at once.
func (v *views) grade() {
	for i := range v.lenses {
		v.graded = v.graded || v.lenses[i].prefers()
	}
}

// begin takes the world of another tick.
func (v *views) begin(world *protocol.Snapshot) {
	v.shots.release(v.all.shot)
	v.all.shot = v.shots.ofWorld(world)
}

// look makes the views of some seats. It calls the game.
func (v *views) look(seats []SeatID) {
	if !v.hiding && !v.graded {
		return
	}
	v.assign()
	v.due = v.due[:0]
	for _, seat := range seats {
		if w := v.bySeat[seat]; w != &v.all && w.made != v.all.shot.tick {
			w.made = v.all.shot.tick
			w.begin()
			v.due = append(v.due, w)
		}
	}
	if len(v.due) == 0 {
		return
	}
	for t := range v.lenses {
		v.survey(t)
	}
	for _, w := range v.due {
		w.make(v)
	}
}

// of is the view of a seat for which look was called in this tick.
func (v *views) of(seat SeatID) *view {
	if !v.hiding && !v.graded {
		return &v.all
	}
	return v.bySeat[seat]
}

// assign finds out who looks through which view, and forgets views through which nobody has looked for a while.
func (v *views) assign() {
	tick := v.all.shot.tick
	for seat := range v.bySeat {
		v.bySeat[seat] = nil
		if seat == 0 || v.core.players[seat].Seat != 0 {
			v.bySeat[seat] = v.through(SeatID(seat), tick)
		}
	}
	kept := v.list[:0]
	for _, w := range v.list {
		if tick-w.asked < protocol.RingTicks {
			kept = append(kept, w)
		} else {
			v.shots.release(w.shot)
		}
	}
	clear(v.list[len(kept):])
	v.list = kept
}

func (v *views) through(seat SeatID, tick uint32) *view {
	want := View{Key: ViewID(seat)}
	if v.viewer != nil {
		want = v.viewer.View(seat)
	}
	want.All = want.All || !v.hiding
	if want.All && !v.graded {
		return &v.all
	}
	for _, w := range v.list {
		if w.Key == want.Key && w.All == want.All {
			if w.asked != tick {
				w.View, w.asked = want, tick
			}
			return w
		}
	}
	w := &view{View: want, asked: tick, tables: make([]looked, len(v.lenses))}
	v.list = append(v.list, w)
	return w
}

// survey finds out where a table's rows are and whose, for the views that are to be made.
func (v *views) survey(t int) {
	l, n := &v.lenses[t], v.all.shot.snap.Tables[t].Len()
	if l.places != nil {
		l.places.fill(n, l.at)
	}
	if l.owner == nil {
		return
	}
	tick := v.all.shot.tick
	for row := range n {
		if o := l.owner(row); o != 0 && int(o) < len(v.bySeat) {
			if w := v.bySeat[o]; w != nil && w.made == tick {
				w.tables[t].own = append(w.tables[t].own, int32(row))
			}
		}
	}
}
