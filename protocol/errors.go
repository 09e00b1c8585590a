package protocol

//lint:file-ignore U1000 msgpack finds the _msgpack field by reflection.

import (
	"errors"
	"fmt"
)

// Error codes of replies and notices (docs/PROTOCOL.md, section 4).
const (
	CodeUnknownRequest = "unknown-request"
	CodeUnknownEvent   = "unknown-event"
	CodeBadPayload     = "bad-payload"
	CodeNotFound       = "not-found"
	CodeFull           = "full"
	CodeForbidden      = "forbidden"
	CodeAlready        = "already"
	CodeWrongPhase     = "wrong-phase"
	CodeRateLimited    = "rate-limited"
	CodeUnavailable    = "unavailable"
	CodeTooLate        = "too-late"
	CodeAuthExpired    = "auth-expired"
	CodeUnauthorized   = "unauthorized"
	CodeInternal       = "internal"

	CodeTooBig    = "too-big"   // a transfer larger than what may be sent there
	CodeCancelled = "cancelled" // a transfer that its receiver has given up
	CodeTimeout   = "timeout"   // a transfer that did not get on
	CodeCorrupt   = "corrupt"   // a transfer whose bytes are not those of their sum
)

// Error is a refusal that a client is told. It travels in a [Reply]; rooms return it from request handlers.
type Error struct {
	_msgpack struct{} `msgpack:",as_array"`

	Code    string
	Field   string // payload field at fault, or ""
	Message string
}

// Error makes it an error: code, field, message.
func (e *Error) Error() string {
	if e.Field == "" {
		return fmt.Sprintf("%s: %s", e.Code, e.Message)
	}
	return fmt.Sprintf("%s: %s: %s", e.Code, e.Field, e.Message)
}

// Refuse makes an [Error].
func Refuse(code, message string) *Error { return &Error{Code: code, Message: message} }

// RefuseField makes an [Error] of code bad-payload about one payload field.
func RefuseField(field, message string) *Error {
	return &Error{Code: CodeBadPayload, Field: field, Message: message}
}

// Errors with which the owner of a stream of client frames tells the connection what became of one.
var (
	// ErrRateLimited means that the frame was dropped, and counted, for coming too fast: the client is told, once in a while.
	ErrRateLimited = errors.New("rate limited")
	// ErrFlooding means that too many frames were dropped for coming too fast: the connection is closed with CloseFlooding.
	ErrFlooding = errors.New("flooding")
)
