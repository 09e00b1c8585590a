package client

import (
	"github.com/deltatick/deltatick/protocol"
)

// Table is a table of a room's schema, looked up once by name and read every tick. The zero Table, and one the schema does not
// have, has no rows.
type Table struct {
	index  int // from 1; 0 for none
	fields protocol.Fields
}

// Table finds a table by name; see [Table.Exists] for one that is not there.
func (r *Room) Table(name string) Table {
	for i, t := range r.Schema {
		if t.Name == name {
			return Table{index: i + 1, fields: t.Fields}
		}
	}
	return Table{}
}

// Exists reports whether the schema has the table.
func (t Table) Exists() bool { return t.index != 0 }

// Len is the number of rows in a view, which may be nil.
func (t Table) Len(v *View) int { return len(t.IDs(v)) }

// IDs are the entities of a view's rows, rising. They must not be changed.
func (t Table) IDs(v *View) []uint32 {
	if v == nil || t.index == 0 {
		return nil
	}
	return v.Snapshot.Tables[t.index-1].IDs
}

// Row finds the row of an entity.
func (t Table) Row(v *View, id uint32) (row int, ok bool) {
	if v == nil || t.index == 0 {
		return 0, false
	}
	return v.Snapshot.Tables[t.index-1].Find(id)
}

// Column is a field of a table, looked up once by name. One the schema does not have reads as zero.
type Column struct {
	table int // index in the schema
	at    int // field index, -1 for none
	field protocol.Field
}

// Column finds a field by name.
func (t Table) Column(name string) Column {
	for i, f := range t.fields {
		if f.Name == name {
			return Column{table: t.index - 1, at: i, field: f}
		}
	}
	return Column{at: -1}
}

// Exists reports whether the schema has the field.
func (c Column) Exists() bool { return c.at >= 0 && c.field.Name != "" }

// Quantum is the integer as which the value travelled; 0 for strings.
func (c Column) Quantum(v *View, row int) int32 {
	if !c.Exists() {
		return 0
	}
	rows := &v.Snapshot.Tables[c.table]
	return rows.Quanta[c.at*len(rows.IDs)+row]
}

// Float is the value as a number: booleans are 0 or 1, angles radians, strings, rotations and directions 0.
func (c Column) Float(v *View, row int) float64 { return c.field.Value(c.Quantum(v, row)) }

// Components is the value of a rotation (x, y, z, w) or a direction (x, y, z, 0), whose length is 1; of another field, its number and
// zeros.
func (c Column) Components(v *View, row int) [4]float64 { return c.field.Components(c.Quantum(v, row)) }

// Int is the value of an integer field.
func (c Column) Int(v *View, row int) int { return int(c.Quantum(v, row)) }

// Bool is the value of a boolean field; of another, whether its quantum is not 0.
func (c Column) Bool(v *View, row int) bool { return c.Quantum(v, row) != 0 }

// String is the value of a string field, "" for others.
func (c Column) String(v *View, row int) string {
	if !c.Exists() || c.field.Kind != protocol.FieldString {
		return ""
	}
	return v.Snapshot.Tables[c.table].Strings[c.at][row]
}
