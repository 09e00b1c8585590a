package protocol

// Packed is what both ends of a stream of bodies in codec "packed" know beside the baseline: it goes on from body to body and is
// never sent. It belongs to one goroutine.
type Packed struct {
	schema Schema
	layout []packedTable // as long as the schema
	tables []tableState
	text   textModels
	broken bool // a body could not be read: good for a fresh start only
}

// tableState is the part of the state that is about one table.
type tableState struct {
	rows       rowModels
	added      []addedModels // by component, those of a quaternion and a direction taking the first one's
	latest     []int32       // by field: the value in the row that was added last
	components []componentModels
	history    []uint8  // by row of the baseline: bit i tells whether it changed i bodies ago, 0 being the last one
	motions    []motion // by row of the baseline, and in it by component
}

// NewPacked returns the state before a stream's first body.
func NewPacked(schema Schema) *Packed {
	p := &Packed{schema: schema, layout: make([]packedTable, len(schema)), tables: make([]tableState, len(schema))}
	for t := range schema {
		fields := schema[t].Fields
		p.layout[t] = packTable(fields)
		p.tables[t] = tableState{
			added:      make([]addedModels, len(fields)),
			latest:     make([]int32, len(fields)),
			components: make([]componentModels, p.layout[t].components),
		}
	}
	p.reset(nil)
	return p
}

// CopyFrom makes p what another state of the same schema is, in p's own memory.
func (p *Packed) CopyFrom(other *Packed) {
	p.text, p.broken = other.text, other.broken
	for t := range p.tables {
		to, from := &p.tables[t], &other.tables[t]
		to.rows = from.rows
		copy(to.added, from.added)
		copy(to.latest, from.latest)
		copy(to.components, from.components)
		to.history = append(to.history[:0], from.history...)
		to.motions = append(to.motions[:0], from.motions...)
	}
}

// reset makes p the state before a first body, for rows that are in base already; nil: for none.
func (p *Packed) reset(base *Snapshot) {
	p.text.reset()
	p.broken = false
	for t := range p.tables {
		s := &p.tables[t]
		s.rows.reset()
		for i := range s.added {
			s.added[i].reset()
		}
		clear(s.latest)
		for i := range s.components {
			s.components[i].reset()
		}
		rows, tick := 0, uint32(0)
		if base != nil {
			rows, tick = base.Tables[t].Len(), base.Tick
		}
		s.history = resize(s.history, rows)
		clear(s.history)
		s.motions = resize(s.motions, rows*len(s.components))
		for i := range rows {
			s.start(i, tick)
		}
	}
}

// start sets the motion of a row's components to that of a row that came at a tick.
func (s *tableState) start(row int, tick uint32) {
	n := len(s.components)
	for c := range s.components {
		s.motions[row*n+c] = motion{seen: tick, changed: tick, cost: s.components[c].cost}
	}
}
