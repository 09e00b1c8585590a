package protocol_test

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/deltatick/deltatick/protocol"
)

// Small worlds, written down by hand.

// row is an entity: an id and one value per field: quanta (int), single for a float32, string.
type row struct {
	id     uint32
	values list
}

// world is the rows of every table, by rising id, at a tick.
type world struct {
	tick   uint32
	tables [][]row
}

// build makes the snapshot of a world.
func build(t testing.TB, schema protocol.Schema, w world) *protocol.Snapshot {
	t.Helper()
	snap := protocol.NewSnapshot(schema)
	snap.Reset(w.tick)
	for ti, rows := range w.tables {
		fields, to := schema[ti].Fields, &snap.Tables[ti]
		to.Resize(len(rows), fields)
		for i, r := range rows {
			if len(r.values) != len(fields) {
				t.Fatalf("table %d, id %d: %d values for %d fields", ti, r.id, len(r.values), len(fields))
			}
			to.IDs[i] = r.id
			for f, v := range r.values {
				to.Column(f)[i] = 0
				switch v := v.(type) {
				case int:
					if !fields[f].Holds(int32(v)) {
						t.Fatalf("table %d, id %d, field %d: %d is outside its range", ti, r.id, f, v)
					}
					to.Column(f)[i] = int32(v)
				case single:
					to.Column(f)[i] = int32(math.Float32bits(float32(v)))
				case string:
					to.Strings[f][i] = v
				}
			}
		}
	}
	return snap
}

// diffWorlds tells how two worlds differ, "" when they do not.
func diffWorlds(want, got *protocol.Snapshot) string {
	same := slices.EqualFunc(want.Tables, got.Tables, func(a, b protocol.Rows) bool {
		return slices.Equal(a.IDs, b.IDs) && slices.Equal(a.Quanta, b.Quanta) && slices.EqualFunc(a.Strings, b.Strings, slices.Equal[[]string])
	})
	if same && want.Tick == got.Tick {
		return ""
	}
	return cmp.Diff(want, got, cmpopts.EquateEmpty())
}

// rowJSON is a row in the vectors: its quanta (null for a string) and what they stand for.
type rowJSON struct {
	ID     uint32 `json:"id"`
	Quanta list   `json:"quanta"`
	Values list   `json:"values"`
}

// sayWorld is a snapshot's tables in the vectors.
func sayWorld(schema protocol.Schema, s *protocol.Snapshot) [][]rowJSON {
	tables := make([][]rowJSON, len(schema))
	for t := range schema {
		rows := &s.Tables[t]
		tables[t] = make([]rowJSON, rows.Len())
		for i, id := range rows.IDs {
			r := rowJSON{ID: id, Quanta: list{}, Values: list{}}
			for f, field := range schema[t].Fields {
				q := rows.Column(f)[i]
				switch field.Kind {
				case protocol.FieldString:
					r.Quanta, r.Values = append(r.Quanta, nil), append(r.Values, rows.Strings[f][i])
				case protocol.FieldBool:
					r.Quanta, r.Values = append(r.Quanta, q), append(r.Values, q != 0)
				case protocol.FieldQuat:
					r.Quanta, r.Values = append(r.Quanta, q), append(r.Values, floats(field.Components(q), 4))
				case protocol.FieldUnit:
					r.Quanta, r.Values = append(r.Quanta, q), append(r.Values, floats(field.Components(q), 3))
				default:
					r.Quanta, r.Values = append(r.Quanta, q), append(r.Values, float(field.Value(q)))
				}
			}
			tables[t][i] = r
		}
	}
	return tables
}

func floats(v [4]float64, n int) list {
	var out list
	for _, component := range v[:n] {
		out = append(out, float(component))
	}
	return out
}

// saySchema is a schema as it is on the wire.
func saySchema(t testing.TB, schema protocol.Schema) list {
	t.Helper()
	return generic(t, protocol.MustEncode(protocol.Enter{Kind: protocol.KindEnter, Tables: schema})).(list)[8].(list)
}
