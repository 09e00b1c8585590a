package match

import (
	"fmt"
	"slices"

	"github.com/deltatick/deltatick/protocol"
)

// savedView is what a checkpoint holds of a view: who has come into it, of tables with Interest, which depends on where rows were before.
// All else that is seen follows from the world. Views into which nothing has come are not kept; they are made when somebody looks.
type savedView struct {
	View  View
	Asked uint32     // tick in which a seat last looked through it
	In    [][]member // by table; nil of those without Interest
}

// save copies what a checkpoint holds of the views.
func (v *views) save() (saved []savedView) {
	for _, w := range v.list {
		s := savedView{View: w.View, Asked: w.asked, In: make([][]member, len(w.tables))}
		any := false
		for t := range w.tables {
			if in := w.tables[t].members; len(in) > 0 {
				s.In[t], any = slices.Clone(in), true
			}
		}
		if any {
			saved = append(saved, s)
		}
	}
	return saved
}

// load puts views back, all of it checked: the bytes may be anyone's. The rows of members are looked up when the view is next made.
func (v *views) load(saved []savedView) error {
	tick := v.core.tick
	if most := len(v.bySeat) * protocol.RingTicks; len(saved) > most { // one for each seat and tick until they are forgotten
		return fmt.Errorf("%d views, at most %d", len(saved), most)
	}
	keys := make(map[ViewID]bool, len(saved))
	for _, s := range saved {
		if s.View.All || keys[s.View.Key] || s.Asked > tick || tick-s.Asked >= protocol.RingTicks || len(s.In) != len(v.lenses) {
			return fmt.Errorf("view %d of %d tables, asked for at tick %d", s.View.Key, len(s.In), s.Asked)
		}
		keys[s.View.Key] = true
		w := &view{View: s.View, asked: s.Asked, tables: make([]looked, len(v.lenses))}
		for t, in := range s.In {
			if v.lenses[t].places == nil && len(in) > 0 {
				return fmt.Errorf("view %d: rows have come into table %d, which has no Interest", s.View.Key, t)
			}
			last := uint32(0)
			for _, m := range in {
				if m.id <= last || m.since == 0 || m.since > tick {
					return fmt.Errorf("view %d, table %d: row %d since tick %d after row %d", s.View.Key, t, m.id, m.since, last)
				}
				last = m.id
			}
			w.tables[t].members = in
		}
		v.list = append(v.list, w)
	}
	return nil
}
