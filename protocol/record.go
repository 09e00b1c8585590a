package protocol

import (
	"encoding/binary"
	"fmt"
)

// Over plain HTTP (docs/PROTOCOL.md, section 12), frames travel in records: several may share the body of a request or of an answer.

// RecordKind says what a record is.
type RecordKind uint8

// The kinds of records. Others are skipped.
const (
	RecordFrame   RecordKind = iota // a frame
	RecordPing                      // to be answered by a RecordPong with the same payload
	RecordPong                      //
	RecordClose                     // two bytes of close code, big endian, then its text; nothing follows
	RecordNothing                   // shows at once that an answer streams; the payload has no meaning
)

// Headers of requests over plain HTTP.
const (
	HeaderLink = "Deltatick-Link" // the link that a request is about; without it, a POST opens one
	HeaderDown = "Deltatick-Down" // of a GET: DownStream, or DownPoll
)

// Values of [HeaderDown].
const (
	DownStream = "stream" // the answer goes on until the link ends
	DownPoll   = "poll"   // the answer ends with what there is, or after a while with nothing
)

// MaxUp is in bytes: the largest body of a request over plain HTTP.
const MaxUp = 64 << 10

// RecordHead is in bytes: what comes before a record's payload.
const RecordHead = 4

// AppendRecord appends a record: a byte of kind, three of the payload's length, big endian, and the payload, of less than 2^24 bytes.
func AppendRecord(b []byte, kind RecordKind, payload []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(kind)<<24|uint32(len(payload)))
	return append(b, payload...)
}

// CutRecord splits off the first record, whose payload shares b's memory. When b has less than a whole record, ok is false and need says
// how many bytes it takes: those of the head, while not even that is there.
func CutRecord(b []byte) (kind RecordKind, payload, rest []byte, need int, ok bool) {
	if len(b) < RecordHead {
		return 0, nil, b, RecordHead, false
	}
	head := binary.BigEndian.Uint32(b)
	kind, need = RecordKind(head>>24), RecordHead+int(head&(1<<24-1))
	if len(b) < need {
		return kind, nil, b, need, false
	}
	return kind, b[RecordHead:need], b[need:], need, true
}

// ClosePayload is the payload of a RecordClose.
func ClosePayload(code CloseCode) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(code)), code.Text()...)
}

// ReadClose reads the payload of a RecordClose.
func ReadClose(payload []byte) (*Closed, error) {
	if len(payload) < 2 {
		return nil, fmt.Errorf("%w: a close record of %d bytes", ErrMalformed, len(payload))
	}
	return &Closed{Code: CloseCode(binary.BigEndian.Uint16(payload)), Text: string(payload[2:])}, nil
}
