package protocol

// component is one number of a field: most fields have one, a quaternion four, a direction two.
type component struct {
	field   int
	lane    int // within the field
	bits    int // of a lane's place in the quantum, and of a value that wraps; 0: does not wrap
	low     int32
	high    int32
	rate    int // 1 + the component that is its rate of change, 0 for none
	perTick int32
	flags   bool // FieldBool
}

// packedField is a field in the order of coding.
type packedField struct {
	index      int
	kind       FieldKind
	components []component
	first      int // index of components[0] in the table
	maxBytes   int
	bits       int
}

type packedTable struct {
	fields     []packedField
	components int
	flag       int // index of a boolean field, or -1
}

func layoutOf(fields Fields) packedTable {
	t := packedTable{flag: -1}
	firsts := make([]int, len(fields))
	state := make([]int, len(fields)) // 0 new, 1 being visited, 2 done
	var visit func(f int)
	visit = func(f int) {
		state[f] = 1
		field := fields[f]
		rate := 0
		if field.Rate != 0 {
			r := int(field.Rate) - 1
			if r < len(fields) && state[r] == 0 {
				visit(r)
			}
			if r < len(fields) && state[r] == 2 && fields[r].Kind >= FieldInt && fields[r].Kind <= FieldAngle {
				rate = 1 + firsts[r]
			}
		}
		pf := packedField{index: f, kind: field.Kind, first: t.components, maxBytes: int(field.MaxBytes), bits: int(field.Bits)}
		lanes := 1
		c := component{field: f, rate: rate, perTick: field.PerTick}
		switch field.Kind {
		case FieldString:
			lanes = 0
		case FieldBool:
			c.flags = true
			c.high = 1
			if t.flag < 0 {
				t.flag = f
			}
		case FieldQuat:
			lanes = 4
			c.high = 1<<field.Bits - 1
		case FieldUnit:
			lanes = 2
			c.bits = int(field.Bits)
			c.high = 1<<field.Bits - 1
		case FieldAngle:
			c.bits = int(field.Bits)
			c.high = 1<<field.Bits - 1
		case FieldFloat32:
			c.low, c.high = -1<<31, 1<<31-1
		default:
			c.low, c.high = field.Min, field.Max
		}
		for l := range lanes {
			c.lane = l
			pf.components = append(pf.components, c)
		}
		firsts[f] = t.components
		t.components += lanes
		t.fields = append(t.fields, pf)
		state[f] = 2
	}
	for f := range fields {
		if state[f] == 0 {
			visit(f)
		}
	}
	return t
}
