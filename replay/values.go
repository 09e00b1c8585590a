package replay

import (
	"fmt"
	"math"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/recording"
)

// fieldValue is a quantum as people and programs read it: booleans, whole numbers, floats, and the components of rotations and
// directions. What JSON has no number for is a string.
func fieldValue(f protocol.Field, q int32) any {
	switch f.Kind {
	case protocol.FieldBool:
		return q != 0
	case protocol.FieldFixed, protocol.FieldAngle, protocol.FieldFloat32:
		return number(f.Value(q))
	case protocol.FieldQuat:
		v := f.Components(q)
		return v[:]
	case protocol.FieldUnit:
		v := f.Components(q)
		return v[:3]
	}
	return q
}

func number(v float64) any {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return fmt.Sprint(v)
	}
	return v
}

// rowValues are a row's values in field order.
func rowValues(fields protocol.Fields, rows *protocol.Rows, row int) []any {
	values := make([]any, len(fields))
	for f := range fields {
		if fields[f].Kind == protocol.FieldString {
			values[f] = rows.Strings[f][row]
		} else {
			values[f] = fieldValue(fields[f], rows.Column(f)[row])
		}
	}
	return values
}

// payloadValue is an event's payload for JSON.
func payloadValue(payload []byte) any {
	v, err := recording.PayloadValue(payload)
	if err != nil {
		return payload
	}
	return plain(v)
}

// plain makes what msgpack can hold and JSON cannot into what it can.
func plain(v any) any {
	switch v := v.(type) {
	case float32:
		return number(float64(v))
	case float64:
		return number(v)
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = plain(v[k])
		}
	}
	return v
}
