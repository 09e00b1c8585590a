package protocol

// Snapshot is a world at one tick: for every table of the schema its rows, quantised. It is not changed once it is built, except
// by who owns it and calls [Snapshot.Reset] to build another in its memory.
type Snapshot struct {
	Tick   uint32
	Tables []Rows
}

// Rows is a table's content in columns. IDs rise. Column f of the numbers is Quanta[f*len(IDs):(f+1)*len(IDs)]; a string
// field's part of it is 0 and its values are in Strings[f].
type Rows struct {
	IDs     []uint32
	Quanta  []int32
	Strings [][]string // by field; nil for a field that is not a string

	// Left holds those ids, rising, that the snapshot before had in view and this one has not although they live on: they left
	// the view. What is missing and not here is gone for good. It is no part of the world and not hashed.
	Left []uint32
}

// NewSnapshot returns an empty world of a schema.
func NewSnapshot(s Schema) *Snapshot {
	snap := &Snapshot{Tables: make([]Rows, len(s))}
	for i, t := range s {
		snap.Tables[i].Strings = make([][]string, len(t.Fields))
	}
	return snap
}

// Reset empties the snapshot for another tick and keeps its memory.
func (s *Snapshot) Reset(tick uint32) {
	s.Tick = tick
	for i := range s.Tables {
		s.Tables[i].IDs = s.Tables[i].IDs[:0]
		s.Tables[i].Left = s.Tables[i].Left[:0]
	}
}

// CopyFrom makes s what another snapshot of the schema is, in s's own memory. Strings are shared.
func (s *Snapshot) CopyFrom(other *Snapshot, schema Schema) {
	s.Tick = other.Tick
	for t := range other.Tables {
		to, from := &s.Tables[t], &other.Tables[t]
		to.CopyFrom(from, schema[t].Fields)
		to.Left = append(to.Left[:0], from.Left...)
	}
}

// CopyFrom makes r the rows of another table of these fields, in r's own memory. Strings are shared; Left stays as it is.
func (r *Rows) CopyFrom(other *Rows, fields Fields) {
	r.Resize(other.Len(), fields)
	copy(r.IDs, other.IDs)
	copy(r.Quanta, other.Quanta)
	for f := range other.Strings {
		copy(r.Strings[f], other.Strings[f])
	}
}

// CopyRow makes the values of row i, but not its id, those of row j of another table of these fields.
func (r *Rows) CopyRow(i int, other *Rows, j int, fields Fields) {
	n, m := r.Len(), other.Len()
	for f := range fields {
		r.Quanta[f*n+i] = other.Quanta[f*m+j]
		if fields[f].Kind == FieldString {
			r.Strings[f][i] = other.Strings[f][j]
		}
	}
}

// Resize makes room for n rows of the given fields. Contents are undefined until set.
func (r *Rows) Resize(n int, fields Fields) {
	r.IDs = resize(r.IDs, n)
	r.Quanta = resize(r.Quanta, n*len(fields))
	for f := range fields {
		if fields[f].Kind == FieldString {
			r.Strings[f] = resize(r.Strings[f], n)
		}
	}
}

func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		// A quarter more than asked for, so that a growing table does not allocate at every spawn.
		return make([]T, n, n+n/4+4)
	}
	return s[:n]
}

// Len is the number of rows.
func (r *Rows) Len() int { return len(r.IDs) }

// Column is the quanta of field f, one per row.
func (r *Rows) Column(f int) []int32 {
	n := len(r.IDs)
	return r.Quanta[f*n : (f+1)*n : (f+1)*n]
}

// Find is the row of an id.
func (r *Rows) Find(id uint32) (row int, ok bool) {
	lo, hi := 0, len(r.IDs)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if r.IDs[mid] < id {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo, lo < len(r.IDs) && r.IDs[lo] == id
}
