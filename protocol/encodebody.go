package protocol

import (
	"bytes"
	"math"

	"github.com/vmihailenco/msgpack/v5"
)

// BodyEncoder writes snapshot bodies in codec "mp". It keeps its buffers between calls and belongs to one goroutine.
type BodyEncoder struct {
	schema                        Schema
	out                           list
	removed, changed, added, left list
}

// list is a msgpack array under construction: its length goes before it, so its elements are collected first.
type list struct {
	buf  bytes.Buffer
	enc  *msgpack.Encoder
	n    int    // elements so far
	last uint32 // last id written, for gaps
}

// NewBodyEncoder returns an encoder for worlds of a schema.
func NewBodyEncoder(schema Schema) *BodyEncoder {
	e := &BodyEncoder{schema: schema}
	for _, l := range []*list{&e.out, &e.removed, &e.changed, &e.added, &e.left} {
		l.enc = msgpack.NewEncoder(&l.buf)
	}
	return e
}

// Encode returns the body that turns base into cur; base is nil for a keyframe. The bytes are good until the next call.
func (e *BodyEncoder) Encode(base, cur *Snapshot) []byte {
	e.out.reset()
	tables := 0
	for t := range e.schema {
		var from *Rows
		if base != nil {
			from = &base.Tables[t]
		}
		e.diff(e.schema[t].Fields, from, &cur.Tables[t])
		if e.removed.n+e.changed.n+e.added.n+e.left.n == 0 {
			continue
		}
		tables++
		must(e.out.enc.EncodeArrayLen(4 + min(e.left.n, 1)))
		must(e.out.enc.EncodeInt(int64(t)))
		e.out.append(&e.removed)
		e.out.append(&e.changed)
		e.out.append(&e.added)
		if e.left.n > 0 {
			e.out.append(&e.left)
		}
	}
	// The tables' count goes before them: they are moved up behind it in the scratch of a list that is free by now.
	e.added.reset()
	must(e.added.enc.EncodeArrayLen(tables))
	e.added.buf.Write(e.out.buf.Bytes())
	return e.added.buf.Bytes()
}

// diff walks two sorted lists of rows side by side.
func (e *BodyEncoder) diff(fields Fields, from, to *Rows) {
	e.removed.reset()
	e.changed.reset()
	e.added.reset()
	e.left.reset()
	lost := losses{to.Left}
	i, n := 0, 0
	if from != nil {
		n = from.Len()
	}
	for j, id := range to.IDs {
		for i < n && from.IDs[i] < id {
			e.lose(&lost, from.IDs[i])
			i++
		}
		if i < n && from.IDs[i] == id {
			e.change(fields, from, i, to, j)
			i++
			continue
		}
		e.add(fields, to, j)
	}
	for ; i < n; i++ {
		e.lose(&lost, from.IDs[i])
	}
}

// losses tells, of ids that rise, which are among those that left the view.
type losses struct{ left []uint32 }

func (l *losses) leftView(id uint32) bool {
	for len(l.left) > 0 && l.left[0] < id {
		l.left = l.left[1:]
	}
	return len(l.left) > 0 && l.left[0] == id
}

func (e *BodyEncoder) lose(lost *losses, id uint32) {
	if lost.leftView(id) {
		e.left.gap(id)
	} else {
		e.removed.gap(id)
	}
}

func (e *BodyEncoder) change(fields Fields, from *Rows, i int, to *Rows, j int) {
	n, m := from.Len(), to.Len()
	var mask uint32
	for f := range fields {
		differs := from.Quanta[f*n+i] != to.Quanta[f*m+j]
		if fields[f].Kind == FieldString {
			differs = from.Strings[f][i] != to.Strings[f][j]
		}
		if differs {
			mask |= 1 << f
		}
	}
	if mask == 0 {
		return
	}
	e.changed.gap(to.IDs[j])
	e.changed.integer(int64(mask))
	for f := range fields {
		if mask&(1<<f) == 0 {
			continue
		}
		e.changed.value(fields[f].Kind, to, f, j, from.Quanta[f*n+i])
	}
}

func (e *BodyEncoder) add(fields Fields, to *Rows, j int) {
	e.added.gap(to.IDs[j])
	for f := range fields {
		e.added.value(fields[f].Kind, to, f, j, 0)
	}
}

// value writes field f of row j: a number as its distance from a base, which is 0 for a row that is new; a rotation or direction,
// whose quanta are packed and have no distance, as its quantum.
func (l *list) value(kind FieldKind, rows *Rows, f, j int, base int32) {
	switch q := rows.Quanta[f*rows.Len()+j]; kind {
	case FieldString:
		l.str(rows.Strings[f][j])
	case FieldFloat32:
		l.float(q)
	case FieldQuat, FieldUnit:
		l.integer(int64(q))
	default:
		l.integer(int64(q) - int64(base))
	}
}

func (l *list) reset() {
	l.buf.Reset()
	l.n, l.last = 0, 0
}

func (l *list) gap(id uint32) {
	l.integer(int64(id - l.last))
	l.last = id
}

func (l *list) integer(v int64) {
	must(l.enc.EncodeInt(v))
	l.n++
}

func (l *list) float(q int32) {
	must(l.enc.EncodeFloat32(math.Float32frombits(uint32(q))))
	l.n++
}

func (l *list) str(s string) {
	must(l.enc.EncodeString(s))
	l.n++
}

// append writes other as one element.
func (l *list) append(other *list) {
	must(l.enc.EncodeArrayLen(other.n))
	l.buf.Write(other.buf.Bytes())
	l.n++
}

// must holds for writes into memory, which cannot fail.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
