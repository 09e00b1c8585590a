package protocol

// component is one of the numbers that a field is coded as. Most fields have one, a quaternion has four, a direction two, a string none.
type component struct {
	low, high int32
	wrap      uint8 // bits after which it wraps; 0: it does not
	rate      int   // 1 + the component that is declared to be its rate of change; 0: none
	perTick   int32
	zero      int32 // the rate's quantum that stands for 0
}

const maxPerTick = 1 << 24

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
	isRate     bool
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
	first := make([]int, len(fields)) // 1 + the field's first component, once it has its place
	var place func(f int)
	place = func(f int) {
		var lane component
		if rate := int(fields[f].Rate) - 1; rate >= 0 {
			if first[rate] == 0 {
				place(rate) // rates do not lead back to where they began
			}
			lane = component{rate: first[rate], perTick: clamp(fields[f].PerTick, maxPerTick), zero: fields[rate].Zero()}
			for k := range t.fields {
				t.fields[k].isRate = t.fields[k].isRate || t.fields[k].index == rate
			}
		}
		first[f] = 1 + t.components
		p := packField(f, fields[f], t.components, lane)
		t.fields = append(t.fields, p)
		t.components += len(p.components)
		if t.marker < 0 && p.kind == FieldBool {
			t.marker = f
		}
	}
	for f := range fields {
		if first[f] == 0 {
			place(f)
		}
	}
	return t
}

// packField makes the components of a field out of what they have in common.
func packField(index int, f Field, first int, lane component) packedField {
	p := packedField{index: index, kind: f.Kind, bits: f.Bits, maxBytes: int(f.MaxBytes), first: first}
	lane.high = int32(1)<<f.Bits - 1
	switch f.Kind {
	case FieldString:
	case FieldQuat:
		p.components = []component{lane, lane, lane, lane}
	case FieldUnit:
		lane.wrap = f.Bits
		p.components = []component{lane, lane}
	case FieldAngle:
		lane.wrap = f.Bits
		p.components = []component{lane}
	default:
		lane.low, lane.high = f.Bounds()
		p.components = []component{lane}
	}
	return p
}
