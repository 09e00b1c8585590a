package recording

import (
	"github.com/deltatick/deltatick/protocol"
)

// PayloadValue is what an event's payload or a match's result says, in plain Go values: maps with string keys, slices, strings, numbers,
// booleans, []byte, nil. Errors wrap protocol.ErrMalformed.
func PayloadValue(payload []byte) (any, error) {
	if len(payload) == 0 {
		return nil, nil
	}
	var v any
	if err := protocol.DecodeWithin(payload, payloadBounds, &v); err != nil {
		return nil, err
	}
	return v, nil
}

// payloadBounds allows what a game may emit.
var payloadBounds = protocol.Bounds{Bytes: protocol.MaxPayload, Depth: 63, Values: protocol.MaxPayload}
