package match

import "github.com/deltatick/deltatick/protocol"

// pending is a row of a view's table that the clients do not hold as it is.
type pending struct {
	table int
	id    uint32
	row   int32 // in the view's snapshot
	held  int32 // in the baseline, -1: not there
	claim float32
	own   bool
	sent  bool
}

// claim is what a row that waits has gathered.
type claim struct {
	id    uint32
	claim float32
}

// collect finds what is pending for the clients of a stream.
func (b *budget) collect(schema protocol.Schema, s *stream, h *hop) {
	b.rows = b.rows[:0]
	for t := range schema {
		var base *protocol.Rows
		ticks := float32(1)
		if h.at != nil {
			base, ticks = &h.at.snap.Tables[t], float32(h.to.shot.tick-h.at.tick)
		}
		c := collector{to: &h.to.shot.snap.Tables[t], base: base, claims: s.claims[t], view: h.to, table: t, ticks: ticks}
		if h.to.tables != nil {
			c.own = h.to.tables[t].own
		}
		b.rows = c.appendTo(b.rows, schema[t].Fields)
	}
}

// collector walks through a view's table, the baseline's, the claims and the view's own rows side by side.
type collector struct {
	to, base *protocol.Rows // base is nil for a keyframe
	claims   []claim
	own      ascent
	view     *view
	table    int
	ticks    float32 // since the baseline
}

func (c *collector) appendTo(list []pending, fields protocol.Fields) []pending {
	held := 0
	for row, id := range c.to.IDs {
		p := pending{table: c.table, id: id, row: int32(row), held: -1}
		if c.base != nil {
			for held < len(c.base.IDs) && c.base.IDs[held] < id {
				held++
			}
			if held < len(c.base.IDs) && c.base.IDs[held] == id {
				if sameRow(fields, c.to, row, c.base, held) {
					continue
				}
				p.held = int32(held)
			}
		}
		p.claim, p.own = c.claim(row, id), c.owns(row)
		list = append(list, p)
	}
	return list
}

// claim is that of a row, this tick's included.
func (c *collector) claim(row int, id uint32) float32 {
	weight := float32(1)
	if c.view.tables != nil && len(c.view.tables[c.table].weights) > 0 {
		weight = c.view.tables[c.table].weights[row]
	}
	for len(c.claims) > 0 && c.claims[0].id < id {
		c.claims = c.claims[1:]
	}
	if len(c.claims) > 0 && c.claims[0].id == id {
		return c.claims[0].claim + weight*c.ticks
	}
	return weight
}

func (c *collector) owns(row int) bool {
	if len(c.own) == 0 {
		return false
	}
	place := int32(row)
	if !c.view.All {
		place = c.view.tables[c.table].rows[row]
	}
	return c.own.has(place)
}

// sameRow reports whether two rows have the same values.
func sameRow(fields protocol.Fields, a *protocol.Rows, i int, b *protocol.Rows, j int) bool {
	n, m := a.Len(), b.Len()
	for f := range fields {
		if a.Quanta[f*n+i] != b.Quanta[f*m+j] || fields[f].Kind == protocol.FieldString && a.Strings[f][i] != b.Strings[f][j] {
			return false
		}
	}
	return true
}
