package protocol

// component is one of the numbers that a field is coded as. Most fields have one, a quaternion has four, a direction two, a string none.
type component struct {
	low, high int32
	wrap      uint8 // bits after which it wraps; 0: it does not
	rate      int   // 1 + the component that is declared to be its rate of change; 0: none
	perTick   int32
}

// wrapped is v, or of a component that wraps its residue from 0 on.
func (c *component) wrapped(v int32) int32 {
	if c.wrap != 0 {
		v &= 1<<c.wrap - 1
	}
	return v
}

// centred is v, or of a component that wraps its residue nearest to 0.
func (c *component) centred(v int32) int32 {
	if c.wrap != 0 {
		v = v << (32 - c.wrap) >> (32 - c.wrap)
	}
	return v
}

// packedField is a field as the codec sees it.
type packedField struct {
	index      int // in the table
	kind       FieldKind
	bits       uint8
	maxBytes   int
	first      int // the table's component that is components[0]
	components []component
}

// packedTable is a table's fields in the order in which they are coded: that of the schema, but for rates of change, which come before
// what they are the rate of.
type packedTable struct {
	fields     []packedField
	components int
	marker     int // the first boolean field, which tells rows apart; -1: none
}

func packTable(fields Fields) packedTable {
	t := packedTable{marker: -1}
	const (
		untouched = iota
		entered   // waits for its rate of change
		placed
	)
	state, first := make([]int, len(fields)), make([]int, len(fields))
	var place func(f int)
	place = func(f int) {
		state[f] = entered
		rate := 0
		if r := int(fields[f].Rate) - 1; r >= 0 && r < len(fields) && canHaveRate(fields[f].Kind) && canHaveRate(fields[r].Kind) {
			if state[r] == untouched {
				place(r)
			}
			if state[r] == placed { // and not one that waits for this one
				rate = 1 + first[r]
			}
		}
		state[f], first[f] = placed, t.components
		p := packField(f, fields[f], t.components, rate)
		t.fields = append(t.fields, p)
		t.components += len(p.components)
		if t.marker < 0 && p.kind == FieldBool {
			t.marker = f
		}
	}
	for f := range fields {
		if state[f] == untouched {
			place(f)
		}
	}
	return t
}

func canHaveRate(k FieldKind) bool { return k == FieldInt || k == FieldFixed || k == FieldAngle }

func packField(index int, f Field, first, rate int) packedField {
	p := packedField{index: index, kind: f.Kind, bits: f.Bits, maxBytes: int(f.MaxBytes), first: first}
	top := int32(1)<<f.Bits - 1
	switch f.Kind {
	case FieldString:
	case FieldQuat:
		lane := component{high: top}
		p.components = []component{lane, lane, lane, lane}
	case FieldUnit:
		lane := component{high: top, wrap: f.Bits}
		p.components = []component{lane, lane}
	case FieldAngle:
		p.components = []component{{high: top, wrap: f.Bits, rate: rate, perTick: f.PerTick}}
	default:
		low, high := f.Bounds()
		p.components = []component{{low: low, high: high, rate: rate, perTick: f.PerTick}}
	}
	return p
}
