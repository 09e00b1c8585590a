package match

import "github.com/deltatick/deltatick/protocol"

// part is a hop's snapshot with the rows that were picked, and the baseline's in place of the others.
func (b *budget) part(shots *shots, schema protocol.Schema, h *hop) *shot {
	part := shots.empty(h.to.shot.tick)
	rest := b.rows
	for t := range schema {
		n := 0
		for n < len(rest) && rest[n].table == t {
			n++
		}
		var base *protocol.Rows
		if h.at != nil {
			base = &h.at.snap.Tables[t]
		}
		partOf(&part.snap.Tables[t], &h.to.shot.snap.Tables[t], base, schema[t].Fields, rest[:n])
		rest = rest[n:]
	}
	return part
}

// partOf makes such a table.
func partOf(to, from, base *protocol.Rows, fields protocol.Fields, rows []pending) {
	n := from.Len()
	for i := range rows {
		if !rows[i].sent && rows[i].held < 0 {
			n--
		}
	}
	to.Resize(n, fields)
	i := 0
	for row, id := range from.IDs {
		source, at := from, row
		if len(rows) > 0 && rows[0].id == id {
			p := rows[0]
			rows = rows[1:]
			if !p.sent {
				if p.held < 0 {
					continue
				}
				source, at = base, int(p.held)
			}
		}
		to.IDs[i] = id
		to.CopyRow(i, source, at, fields)
		i++
	}
}
