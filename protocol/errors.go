package protocol

import "fmt"

// Error codes of replies (docs/PROTOCOL.md, section 4).
const (
	ErrUnknownRequest = "unknown-request"
	ErrBadPayload     = "bad-payload"
	ErrNotFound       = "not-found"
	ErrFull           = "full"
	ErrForbidden      = "forbidden"
	ErrAlready        = "already"
	ErrWrongPhase     = "wrong-phase"
	ErrRateLimited    = "rate-limited"
	ErrUnavailable    = "unavailable"
	ErrInternal       = "internal"
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
	return &Error{Code: ErrBadPayload, Field: field, Message: message}
}
