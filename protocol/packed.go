package protocol

import (
	"bytes"
	"fmt"
	"math"
	"math/bits"
	"unicode/utf8"
)

// Packed is what both ends of a stream of bodies in codec "packed" know beside the baseline: it goes on from body to body and is
// never sent. It belongs to one goroutine.
type Packed struct {
	schema Schema
	layout []packedTable
	tables []tableState
	text   textModels
	broken bool
}

type tableState struct {
	models     tableModels
	components []componentModels
	added      []addedModels
	history    []uint8
	memory     []memory
	last       []int32 // by component: value of the last added row
}

// NewPacked returns the state before a stream's first body.
func NewPacked(schema Schema) *Packed {
	p := &Packed{schema: schema}
	for _, t := range schema {
		l := layoutOf(t.Fields)
		p.layout = append(p.layout, l)
		p.tables = append(p.tables, tableState{components: make([]componentModels, l.components), added: make([]addedModels, l.components+1), last: make([]int32, l.components)})
	}
	p.reset(nil)
	return p
}

func (p *Packed) reset(base *Snapshot) {
	p.text.reset()
	p.broken = false
	for t := range p.tables {
		s := &p.tables[t]
		s.models.reset()
		for i := range s.components {
			s.components[i].reset()
		}
		for i := range s.added {
			s.added[i].reset()
		}
		clear(s.last)
		n := 0
		if base != nil {
			n = base.Tables[t].Len()
		}
		s.history = resize(s.history, n)
		s.memory = resize(s.memory, n*p.layout[t].components)
		for i := range s.history {
			s.history[i] = 0
		}
		for i := range s.memory {
			s.memory[i] = memory{cost: s.components[i%p.layout[t].components].cost}
		}
	}
}

// CopyFrom makes p what another state of the same schema is, in p's own memory.
func (p *Packed) CopyFrom(other *Packed) {
	p.text, p.broken = other.text, other.broken
	for t := range p.tables {
		to, from := &p.tables[t], &other.tables[t]
		to.models = from.models
		copy(to.components, from.components)
		copy(to.added, from.added)
		copy(to.last, from.last)
		to.history = append(to.history[:0], from.history...)
		to.memory = append(to.memory[:0], from.memory...)
	}
}

type tableModels struct {
	any      prob
	blocks   [12]prob
	rowA     [256]prob
	rowB     [64]prob
	rowW     [2]weights
	gone     prob
	goneGap  numberModels
	goneMore prob
	left     prob
	grown    prob
	after    prob
	idGap    numberModels
	active   [MaxFields][8]prob
	seen     [MaxFields]uint8
	string   [MaxFields]prob
}

func (m *tableModels) reset() {
	*m = tableModels{any: halfProb, gone: halfProb, goneMore: halfProb, left: halfProb, grown: halfProb, after: halfProb}
	fill(m.blocks[:])
	fill(m.rowA[:])
	fill(m.rowB[:])
	fill(m.goneGap[:])
	fill(m.idGap[:])
	for i := range m.active {
		fill(m.active[i][:])
	}
	fill(m.string[:])
	m.rowW = [2]weights{{startWeight, startWeight}, {startWeight, startWeight}}
}

func fill(p []prob) {
	for i := range p {
		p[i] = halfProb
	}
}

type numberModels [32]prob

type addedModels struct {
	zero, sign prob
	classes    numberModels
}

func (m *addedModels) reset() {
	m.zero, m.sign = halfProb, halfProb
	fill(m.classes[:])
}

type textModels struct {
	length [256]prob
	bytes  [256]prob
}

func (m *textModels) reset() {
	fill(m.length[:])
	fill(m.bytes[:])
}

func bitLen(v uint32) int { return bits.Len32(v) }

// clamped codes a bit by a model whose probability is held between 1/32 and 31/32.
func (c *rangeCoder) clamped(a *prob, bit uint32) uint32 {
	bit = c.bit(max(2048, min(63488, uint32(*a>>16))), bit)
	a.adapt(bit, limitA)
	return bit
}

// number codes v from 0 to 2^32-2.
func (c *rangeCoder) number(m *numberModels, v uint32) uint32 {
	v++
	want, k := bitLen(v)-1, 0
	for k < 31 && c.clamped(&m[k], b2u(want > k)) != 0 {
		k++
	}
	if k == 0 {
		return 0
	}
	return (1<<k | c.raw(v, k)) - 1
}

// PackedEncoder writes bodies in codec "packed". It keeps its buffers between calls and belongs to one goroutine.
type PackedEncoder struct {
	walk walk
}

// NewPackedEncoder returns an encoder for worlds of a schema.
func NewPackedEncoder(schema Schema) *PackedEncoder {
	return &PackedEncoder{}
}

// Encode appends to dst the body that turns base into cur and moves state on. base is the snapshot made by the body that state was last
// used for; it is nil for a keyframe. A keyframe, and any body for which fresh is set, first sets state back to that of
// [NewPacked] and says so in the body, so that two streams with the same baseline become one.
func (e *PackedEncoder) Encode(dst []byte, state *Packed, base, cur *Snapshot, fresh bool) []byte {
	w := &e.walk
	w.coder.encode()
	w.run(state, base, cur, fresh)
	b := w.coder.finish()
	switch n := len(b); {
	case n < 256:
		dst = append(dst, 0xc4, byte(n))
	case n < 65536:
		dst = append(dst, 0xc5, byte(n>>8), byte(n))
	default:
		dst = append(dst, 0xc6, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	return append(dst, b...)
}

// ApplyPacked reads a body in codec "packed" and moves state on; see [Reader.Apply]. After an error state is good for a keyframe only.
func (r *Reader) ApplyPacked(schema Schema, state *Packed, base *Snapshot, tick uint32, body []byte) (*Snapshot, error) {
	var inner []byte
	if err := Decode(body, &inner); err != nil {
		return nil, err
	}
	w := &walk{}
	w.coder.decode(inner)
	next := &Snapshot{Tick: tick, Tables: make([]Rows, len(schema))}
	w.run(state, base, next, false)
	if w.err == "" && !w.coder.finished() {
		w.err = "left over"
	}
	if w.err != "" {
		state.broken = true
		return nil, fmt.Errorf("%w: %s", ErrMalformed, w.err)
	}
	return next, nil
}

type walk struct {
	coder    rangeCoder
	baseTick uint32
	tick     uint32
	ticks    int32
	surprise int32
	waking   bool
	err      string

	fates    []uint8
	target   []int32
	added    []uint32 // ids
	addedTo  []int32
	memory   []memory
	history  []uint8
	active   [MaxFields]bool
	values   []int32
	previous []int32
}

const (
	fateKept = iota
	fateChanged
	fateGone
	fateLeft
)

func (w *walk) run(state *Packed, base, cur *Snapshot, fresh bool) {
	w.err = ""
	f := w.coder.bit(1024, b2u(fresh || base == nil))
	if f != 0 {
		state.reset(base)
	} else if base == nil || state.broken {
		w.err = "delta without state"
		return
	}
	w.tick, w.baseTick, w.ticks = cur.Tick, 0, 1
	if base != nil {
		w.baseTick = base.Tick
		w.ticks = int32(max(1, min(maxTicks, cur.Tick-base.Tick)))
	}
	for t := range state.tables {
		var from *Rows
		if base != nil {
			from = &base.Tables[t]
		} else {
			from = &Rows{}
		}
		w.table(state, t, from, &cur.Tables[t])
		if w.err != "" {
			return
		}
	}
}

func (w *walk) table(state *Packed, t int, from, to *Rows) {
	s, l, fields := &state.tables[t], &state.layout[t], state.schema[t].Fields
	c := &w.coder
	n := from.Len()
	if len(s.history) != n {
		w.err = "state of another baseline"
		return
	}
	w.fates = resize(w.fates, n)
	w.target = resize(w.target, n)
	w.added, w.addedTo = w.added[:0], w.addedTo[:0]
	differs := false
	if !c.reading {
		differs = w.diff(fields, from, to)
	}
	if c.plain(&s.models.any, b2u(differs)) == 0 {
		for i := range s.history {
			s.history[i] <<= 1
		}
		if c.reading {
			*to = *from
			to.Left = nil
			if to.Strings == nil {
				to.Strings = make([][]string, len(fields))
			}
		}
		return
	}
	gone := w.goners(s, n)
	w.flags(s, l, from)
	w.newcomers(s, from)
	if w.err != "" {
		return
	}
	if c.reading {
		w.build(fields, from, to, gone)
	}
	w.move(s, l, from, to, gone)
	w.fields(s, l, fields, from, to)
	for i := range n {
		if w.fates[i] == fateChanged {
			w.row(s, l, state, fields, from, i, to, int(w.target[i]))
			if w.err != "" {
				return
			}
		}
	}
	for _, j := range w.addedTo {
		w.newRow(s, l, state, fields, to, int(j))
		if w.err != "" {
			return
		}
	}
	for i := range n {
		if w.fates[i] < fateGone {
			h := &s.history[w.target[i]]
			*h = *h<<1 | w.fates[i]&1
		}
	}
}

func (w *walk) diff(fields Fields, from, to *Rows) bool {
	n, m := from.Len(), to.Len()
	i, left := 0, 0
	differs := false
	for j, id := range to.IDs {
		for i < n && from.IDs[i] < id {
			left = w.lost(from, to, i, left)
			differs = true
			i++
		}
		if i < n && from.IDs[i] == id {
			w.fates[i], w.target[i] = fateKept, int32(j)
			i++
			continue
		}
		w.added = append(w.added, id)
		w.addedTo = append(w.addedTo, int32(j))
		differs = true
	}
	for ; i < n; i++ {
		left = w.lost(from, to, i, left)
		differs = true
	}
	for f := range fields {
		w.active[f] = false
		if fields[f].Kind == FieldString {
			for i := range n {
				if w.fates[i] < fateGone && from.Strings[f][i] != to.Strings[f][w.target[i]] {
					w.fates[i] = fateChanged
					w.active[f], differs = true, true
				}
			}
			continue
		}
		a, b := from.Quanta[f*n:(f+1)*n], to.Quanta[f*m:(f+1)*m]
		for i := range a {
			if w.fates[i] < fateGone && a[i] != b[w.target[i]] {
				w.fates[i] = fateChanged
				w.active[f], differs = true, true
			}
		}
	}
	return differs
}

func (w *walk) lost(from, to *Rows, i, left int) int {
	id := from.IDs[i]
	for left < len(to.Left) && to.Left[left] < id {
		left++
	}
	w.fates[i] = fateGone
	if left < len(to.Left) && to.Left[left] == id {
		w.fates[i] = fateLeft
	}
	return left
}

// goners codes which rows are there no more.
func (w *walk) goners(s *tableState, n int) int {
	c, m := &w.coder, &s.models
	if c.reading {
		clear(w.fates)
	}
	count, at := 0, 0
	find := func() int {
		for i := at; i < n; i++ {
			if w.fates[i] >= fateGone {
				return i
			}
		}
		return n
	}
	next := n
	if !c.reading {
		next = find()
	}
	more := c.plain(&m.gone, b2u(next < n))
	for more != 0 {
		i := at + int(c.number(&m.goneGap, uint32(next-at)))
		if i >= n {
			w.err = "removed row beyond the last"
			return 0
		}
		fate := c.plain(&m.left, uint32(w.fates[i]&1))
		w.fates[i] = uint8(fateGone + fate)
		count++
		at = i + 1
		if !c.reading {
			next = find()
		}
		more = c.plain(&m.goneMore, b2u(next < n))
	}
	return count
}

const block = 16

func (w *walk) flags(s *tableState, l *packedTable, from *Rows) {
	c, m := &w.coder, &s.models
	n := from.Len()
	var flag []int32
	if l.flag >= 0 {
		flag = from.Column(l.flag)
	}
	before := uint32(0)
	previous := uint32(0)
	for start := 0; start < n; start += block {
		end := min(start+block, n)
		recent, any := 0, false
		for i := start; i < end; i++ {
			if s.history[i]&3 != 0 {
				recent++
			}
			if !c.reading && w.fates[i] == fateChanged {
				any = true
			}
		}
		previous = c.plain(&m.blocks[min(recent, 5)*2+int(previous)], b2u(any))
		if previous == 0 {
			before = 0
			continue
		}
		for i := start; i < end; i++ {
			if w.fates[i] >= fateGone {
				continue
			}
			h := s.history[i]
			b := int(before)
			if i > 0 && s.history[i-1]&1 != 0 {
				b |= 2
			}
			if i+1 < n && s.history[i+1]&1 != 0 {
				b |= 4
			}
			if flag != nil && flag[i] != 0 {
				b |= 8
			}
			if h&1 != 0 {
				b |= 16
			}
			before = c.mixed(&m.rowA[h], &m.rowB[b], &m.rowW[h&1], uint32(w.fates[i]))
			w.fates[i] = uint8(before)
		}
	}
}

func (w *walk) newcomers(s *tableState, from *Rows) {
	c, m := &w.coder, &s.models
	k := 0
	more := c.plain(&m.grown, b2u(len(w.added) > 0))
	last := uint32(0)
	if more != 0 && from.Len() > 0 {
		end := from.IDs[from.Len()-1]
		var after bool
		if !c.reading {
			after = w.added[0] > end
		}
		if c.plain(&m.after, b2u(after)) != 0 {
			last = end
		}
	}
	for more != 0 {
		var gap uint32
		if !c.reading {
			gap = w.added[k] - last - 1
		}
		gap = c.number(&m.idGap, gap)
		id := last + gap + 1
		if id <= last {
			w.err = "id too large"
			return
		}
		if c.reading {
			if _, there := from.Find(id); there {
				w.err = "added id is there already"
				return
			}
			w.added = append(w.added, id)
			if c.overrun || len(w.added) > 1<<18 {
				w.err = "too many rows"
				return
			}
		}
		last = id
		k++
		more = c.bit(63488, b2u(k < len(w.added)))
	}
}

// build makes the rows that a reader fills.
func (w *walk) build(fields Fields, from, to *Rows, gone int) {
	n := from.Len()
	to.Strings = make([][]string, len(fields))
	to.Resize(n-gone+len(w.added), fields)
	m := to.Len()
	i, k := 0, 0
	for j := range to.IDs {
		for i < n && w.fates[i] >= fateGone {
			i++
		}
		if k < len(w.added) && (i >= n || w.added[k] < from.IDs[i]) {
			to.IDs[j] = w.added[k]
			w.addedTo = append(w.addedTo, int32(j))
			k++
			continue
		}
		to.IDs[j] = from.IDs[i]
		w.target[i] = int32(j)
		i++
	}
	for i := range n {
		if w.fates[i] == fateLeft {
			to.Left = append(to.Left, from.IDs[i])
		}
	}
	for f := range fields {
		if fields[f].Kind == FieldString {
			for i := range n {
				if w.fates[i] < fateGone {
					to.Strings[f][w.target[i]] = from.Strings[f][i]
				}
			}
		}
		a, b := from.Quanta[f*n:(f+1)*n], to.Quanta[f*m:(f+1)*m]
		for i := range a {
			if w.fates[i] < fateGone {
				b[w.target[i]] = a[i]
			}
		}
	}
}

// move aligns the memories with the new rows.
func (w *walk) move(s *tableState, l *packedTable, from, to *Rows, gone int) {
	if gone == 0 && len(w.added) == 0 {
		return
	}
	n, m, k := from.Len(), to.Len(), l.components
	w.history = resize(w.history, m)
	w.memory = resize(w.memory, m*k)
	for i := range n {
		if w.fates[i] < fateGone {
			j := int(w.target[i])
			w.history[j] = s.history[i]
			copy(w.memory[j*k:(j+1)*k], s.memory[i*k:(i+1)*k])
		}
	}
	for _, j := range w.addedTo {
		w.history[j] = 1
		for c := range k {
			w.memory[int(j)*k+c] = memory{tick: w.tick, changed: w.tick, cost: s.components[c].cost}
		}
	}
	s.history, w.history = w.history, s.history
	s.memory, w.memory = w.memory, s.memory
}

func (w *walk) fields(s *tableState, l *packedTable, fields Fields, from, to *Rows) {
	any := false
	for _, f := range w.fates {
		any = any || f == fateChanged
	}
	if !any {
		return
	}
	for f := range fields {
		seen := &s.models.seen[f]
		a := w.coder.plain(&s.models.active[f][*seen&7], b2u(w.active[f]))
		w.active[f] = a != 0
		*seen = *seen<<1 | uint8(a)
	}
}

func (w *walk) row(s *tableState, l *packedTable, state *Packed, fields Fields, from *Rows, i int, to *Rows, j int) {
	n, m := from.Len(), to.Len()
	w.surprise = 0
	w.waking = s.history[j]&1 == 0
	mem := s.memory[j*l.components : (j+1)*l.components]
	w.values = resize(w.values, l.components)
	w.previous = resize(w.previous, l.components)
	for k := range l.fields {
		f := &l.fields[k]
		at, was := f.index*m+j, f.index*n+i
		if f.kind == FieldString {
			if w.active[f.index] {
				w.text(state, &s.models.string[f.index], f, &to.Strings[f.index][j], from.Strings[f.index][i])
			}
			continue
		}
		if !w.active[f.index] {
			if len(f.components) == 1 {
				w.values[f.first], w.previous[f.first] = from.Quanta[was], from.Quanta[was]
			}
			continue
		}
		q, base := to.Quanta[at], from.Quanta[was]
		switch f.kind {
		case FieldQuat:
			q = w.quaternion(s, f, mem[f.first:], base, q)
		case FieldUnit:
			c := f.components
			mask := int32(1)<<f.bits - 1
			u := w.component(&c[0], &s.components[f.first], &mem[f.first], base>>f.bits&mask, q>>f.bits&mask, 0, true)
			v := w.component(&c[1], &s.components[f.first+1], &mem[f.first+1], base&mask, q&mask, 0, true)
			q = u<<f.bits | v
		case FieldBool:
			q = w.component(&f.components[0], &s.components[f.first], &mem[f.first], base, q, 0, true)
		default:
			c := &f.components[0]
			if f.kind == FieldFloat32 {
				q, base = monotone(q), monotone(base)
			}
			rate := int32(0)
			if c.rate != 0 {
				rate = declared(w.previous[c.rate-1], w.values[c.rate-1], c.perTick, w.ticks)
			}
			q = w.component(c, &s.components[f.first], &mem[f.first], base, q, rate, true)
			if c.bits == 0 && (q < c.low || q > c.high) {
				w.err = "quantum outside its range"
				return
			}
			w.values[f.first], w.previous[f.first] = q, base
			if f.kind == FieldFloat32 {
				q = monotone(q)
			}
		}
		if w.coder.reading {
			to.Quanta[at] = q
		}
	}
}

// monotone maps a float's bits to integers in the order of the floats, and back.
func monotone(q int32) int32 { return q ^ int32(uint32(q>>31)>>1) }

func declared(before, now, perTick, d int32) int32 {
	limit := int32(1) << 24
	if perTick > limit || perTick < -limit {
		return 0
	}
	a, b := max(-limit, min(limit, before)), max(-limit, min(limit, now))
	v := (int64(b)*int64(d+1) + int64(a)*int64(d-1)) * int64(perTick) >> 9
	return int32(max(-1<<28, min(1<<28, v)))
}

func (w *walk) quaternion(s *tableState, f *packedField, mem []memory, base, want int32) int32 {
	bits := f.bits
	high := int32(1)<<bits - 1
	var lanes, wants [4]int32
	from := unpackQuat(base, bits, &lanes)
	var to int
	if !w.coder.reading {
		to = unpackQuat(want, bits, &wants)
	}
	c := &w.coder
	x := &s.added[len(s.added)-1].classes
	same := c.plain(&x[0], b2u(from != to))
	if same != 0 {
		// which of the three others
		k := (to - from - 1) & 3
		k = int(c.plain(&x[1], b2u(k != 0)))
		if k != 0 {
			k2 := (to - from - 1) & 3
			k = 1 + int(c.plain(&x[2], b2u(k2 == 2)))
		}
		to = (from + 1 + k) & 3
		if 2*lanes[to] < high {
			for i := range lanes {
				lanes[i] = high - lanes[i]
				mem[i].negate()
			}
		}
	} else {
		to = from
	}
	var got [4]int32
	for i := range 4 {
		if i != to {
			got[i] = w.component(&f.components[i], &s.components[f.first+i], &mem[i], lanes[i], wants[i], 0, true)
			if got[i] < 0 || got[i] > high {
				w.err = "quaternion outside its range"
				return 0
			}
		}
	}
	got[to] = omitted(&got, to, high)
	w.component(&f.components[to], &s.components[f.first+to], &mem[to], lanes[to], got[to], 0, false)
	q := int32(to)
	for i := range 4 {
		if i != to {
			q = q<<bits | got[i]
		}
	}
	return q
}

func (m *memory) negate() {
	m.step = -m.step
	m.sign = -m.sign
	m.fast = tracker{-m.fast.error, -m.fast.velocity, -m.fast.accel}
	m.slow = tracker{-m.slow.error, -m.slow.velocity, -m.slow.accel}
}

func unpackQuat(q int32, bits int, lanes *[4]int32) int {
	high := int32(1)<<bits - 1
	largest := int(uint32(q)>>(3*bits)) & 3
	shift := 3 * bits
	for i := range 4 {
		if i != largest {
			shift -= bits
			lanes[i] = q >> shift & high
		}
	}
	lanes[largest] = omitted(lanes, largest, high)
	return largest
}

func omitted(lanes *[4]int32, largest int, high int32) int32 {
	sum := 2 * high * high
	for i := range 4 {
		if i != largest {
			v := 2*lanes[i] - high
			sum -= v * v
		}
	}
	if sum < 0 {
		sum = 0
	}
	return (isqrt(sum) + high) >> 1
}

func isqrt(v int32) int32 {
	return int32(math.Sqrt(float64(v)))
}

// newRow codes the values of an added row.
func (w *walk) newRow(s *tableState, l *packedTable, state *Packed, fields Fields, to *Rows, j int) {
	m := to.Len()
	c := &w.coder
	for k := range l.fields {
		f := &l.fields[k]
		at := f.index*m + j
		if f.kind == FieldString {
			w.text(state, &s.added[len(s.added)-1].zero, f, &to.Strings[f.index][j], "")
			continue
		}
		q := to.Quanta[at]
		a := &s.added[f.first]
		last := &s.last[f.first]
		if f.kind == FieldFloat32 {
			q = monotone(q)
		}
		r := q - *last
		if c.clamped(&a.zero, b2u(r != 0)) != 0 {
			neg := c.clamped(&a.sign, b2u(r < 0))
			if r < 0 {
				r = -r
			}
			v := int32(c.number(&a.classes, uint32(r)-1) + 1)
			if neg != 0 {
				v = -v
			}
			q = *last + v
		} else {
			q = *last
		}
		*last = q
		if f.kind == FieldFloat32 {
			q = monotone(q)
		}
		if c.reading {
			if f.kind < FieldQuat && !fields[f.index].Holds(q) {
				w.err = "quantum outside its range"
				return
			}
			to.Quanta[at] = q
		}
	}
}

func (w *walk) text(state *Packed, changed *prob, f *packedField, to *string, from string) {
	c := &w.coder
	if c.clamped(changed, b2u(*to != from)) == 0 {
		if c.reading {
			*to = from
		}
		return
	}
	s := *to
	n := w.symbol(&state.text.length, uint32(len(s)))
	var buf [MaxStringBytes]byte
	if int(n) > f.maxBytes {
		w.err = "string too long"
		return
	}
	for i := range int(n) {
		var b byte
		if !c.reading {
			b = s[i]
		}
		buf[i] = byte(w.symbol(&state.text.bytes, uint32(b)))
	}
	if c.reading {
		if !utf8.Valid(buf[:n]) || bytes.HasPrefix(buf[:n], []byte(byteOrderMark)) {
			w.err = "string not UTF-8"
			return
		}
		*to = string(buf[:n])
	}
}

func (w *walk) symbol(m *[256]prob, v uint32) uint32 {
	x := uint32(1)
	for i := 7; i >= 0; i-- {
		x = x<<1 | w.coder.clamped(&m[x], v>>i&1)
	}
	return x & 255
}
