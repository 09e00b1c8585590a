package recording

import (
	"fmt"
	"strconv"

	"github.com/deltatick/deltatick/protocol"
)

// Difference is where a match that was made again is not as it was recorded.
type Difference struct {
	Tick     uint32
	What     string // "field", "entity" (it is there in one only), "hash", "event", "game" (it broke in one only), "result" or "acts"
	Table    string // of a field or an entity
	Entity   uint32 // its id; of an event, its place in the tick, from 1
	Field    string // of a field
	Recorded string // as it was
	Replayed string // as it is now
}

// String is the difference in one line.
func (d *Difference) String() string {
	where := d.What
	switch d.What {
	case "field":
		where = fmt.Sprintf("%s %d, field %s", d.Table, d.Entity, d.Field)
	case "entity":
		where = fmt.Sprintf("%s %d", d.Table, d.Entity)
	case "event":
		where = fmt.Sprintf("event %d", d.Entity)
	}
	return fmt.Sprintf("tick %d: %s: recorded %s, replayed %s", d.Tick, where, d.Recorded, d.Replayed)
}

// compareWorlds is the first difference between two worlds of a schema: by table, then by id, then by field.
func compareWorlds(recorded, replayed *protocol.Snapshot, schema protocol.Schema) *Difference {
	for t := range schema {
		a, b := &recorded.Tables[t], &replayed.Tables[t]
		for i, j := 0, 0; i < a.Len() || j < b.Len(); i, j = i+1, j+1 {
			switch {
			case j == b.Len() || i < a.Len() && a.IDs[i] < b.IDs[j]:
				return &Difference{What: "entity", Table: schema[t].Name, Entity: a.IDs[i], Recorded: "there", Replayed: "gone"}
			case i == a.Len() || b.IDs[j] < a.IDs[i]:
				return &Difference{What: "entity", Table: schema[t].Name, Entity: b.IDs[j], Recorded: "not there", Replayed: "there"}
			}
			if d := compareRows(schema[t], a, i, b, j); d != nil {
				return d
			}
		}
	}
	return nil
}

func compareRows(table protocol.TableSchema, a *protocol.Rows, i int, b *protocol.Rows, j int) *Difference {
	for f := range table.Fields {
		field := &table.Fields[f]
		then, now := valueText(field, a, f, i), valueText(field, b, f, j)
		if then != now {
			return &Difference{What: "field", Table: table.Name, Entity: a.IDs[i], Field: field.Name, Recorded: then, Replayed: now}
		}
	}
	return nil
}

// valueText is a field's value, written so that different quanta differ.
func valueText(field *protocol.Field, rows *protocol.Rows, f, row int) string {
	if field.Kind == protocol.FieldString {
		return strconv.Quote(rows.Strings[f][row])
	}
	q := rows.Column(f)[row]
	switch field.Kind {
	case protocol.FieldBool, protocol.FieldInt:
		return strconv.Itoa(int(q))
	case protocol.FieldQuat, protocol.FieldUnit:
		return fmt.Sprintf("%v (quantum %d)", field.Components(q), q)
	}
	return fmt.Sprintf("%s (quantum %d)", strconv.FormatFloat(field.Value(q), 'g', -1, 64), q)
}
