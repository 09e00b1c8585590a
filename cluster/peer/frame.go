package peer

import (
	"encoding/binary"
	"encoding/json"
	"errors"

	"github.com/deltatick/deltatick/protocol"
)

// A frame is one binary message of a WebSocket:
//
//	1 byte kind | uvarint id | uvarint length of the method | method | payload
//
// The payload is the rest. Casts have id 0; answers and refusals have the id of their call and no method.
type frame struct {
	kind    frameKind
	id      uint64
	method  string
	payload []byte
}

type frameKind byte

const (
	kindCall frameKind = iota + 1
	kindCast
	kindAnswer  // payload: what the handler returned
	kindRefusal // payload: a refusal as JSON
)

// frameOverhead bounds what a frame has beside its payload.
const frameOverhead = 1 + 2*binary.MaxVarintLen64 + maxMethod

func (f *frame) encode() []byte {
	b := make([]byte, 0, frameOverhead+len(f.payload))
	b = append(b, byte(f.kind))
	b = binary.AppendUvarint(b, f.id)
	b = binary.AppendUvarint(b, uint64(len(f.method)))
	b = append(b, f.method...)
	return append(b, f.payload...)
}

// parseFrame reads a frame, whose payload stays part of b.
func parseFrame(b []byte) (f frame, err error) {
	if len(b) < 3 || b[0] < byte(kindCall) || b[0] > byte(kindRefusal) {
		return f, errFrame
	}
	f.kind, b = frameKind(b[0]), b[1:]
	id, n := binary.Uvarint(b)
	if n <= 0 {
		return f, errFrame
	}
	b = b[n:]
	length, n := binary.Uvarint(b)
	if n <= 0 || length > maxMethod || length > uint64(len(b)-n) {
		return f, errFrame
	}
	b = b[n:]
	f.id, f.method, f.payload = id, string(b[:length]), b[length:]
	asks := f.kind == kindCall || f.kind == kindCast
	if len(f.payload) > MaxPayload || asks != (f.method != "") || (f.kind == kindCast) != (f.id == 0) {
		return f, errFrame
	}
	return f, nil
}

// refusal is why a call failed.
type refusal struct {
	Code    string `json:"code,omitempty"` // of a [protocol.Error]; "": of any other error
	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
}

const maxRefusal = 1 << 10 // bytes of a message

func encodeRefusal(err error) []byte {
	r := refusal{Message: err.Error()}
	var told *protocol.Error
	if errors.As(err, &told) {
		r = refusal{told.Code, told.Field, told.Message}
	}
	r.Message = r.Message[:min(len(r.Message), maxRefusal)]
	b, err := json.Marshal(r)
	if err != nil {
		return []byte(`{"message":"unknown"}`) // cannot be: strings always encode
	}
	return b
}

func decodeRefusal(b []byte) error {
	var r refusal
	if err := json.Unmarshal(b, &r); err != nil {
		return errFrame
	}
	if r.Code != "" {
		return &protocol.Error{Code: r.Code, Field: r.Field, Message: r.Message}
	}
	return &remoteError{r.Message}
}

// remoteError is an error of another node's handler.
type remoteError struct{ message string }

func (e *remoteError) Error() string { return ErrRemote.Error() + ": " + e.message }
func (e *remoteError) Unwrap() error { return ErrRemote }
