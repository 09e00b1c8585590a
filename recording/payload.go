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
	// Check walks frames, which are arrays with a kind: the payload becomes the second element of one.
	frame := append([]byte{0x92, 0}, payload...)
	if _, err := protocol.Check(frame, payloadBounds); err != nil {
		return nil, err
	}
	var v any
	if err := protocol.Decode(payload, &v); err != nil {
		return nil, err
	}
	return v, nil
}

// payloadBounds allows what a game may emit.
var payloadBounds = protocol.Bounds{Bytes: protocol.MaxPayload + 2, Depth: 64, Values: protocol.MaxPayload + 2}
