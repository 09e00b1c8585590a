package protocol

import (
	"errors"
	"slices"
	"sync/atomic"
)

// errorCodes are all that an [Error] has.
var errorCodes = [...]string{
	CodeUnknownRequest, CodeUnknownEvent, CodeBadPayload, CodeNotFound, CodeFull, CodeForbidden, CodeAlready, CodeWrongPhase,
	CodeRateLimited, CodeUnavailable, CodeTooLate, CodeAuthExpired, CodeUnauthorized, CodeInternal,
	CodeTooBig, CodeCancelled, CodeTimeout, CodeCorrupt,
}

// Refusals counts what was refused, by error code. The zero value has counted nothing. Any goroutine may use it.
type Refusals struct {
	counts [len(errorCodes)]atomic.Uint64
}

// Count counts an error that is, or wraps, an [Error]. Others, and nil, are not refusals.
func (r *Refusals) Count(err error) {
	var refused *Error
	if errors.As(err, &refused) {
		if i := slices.Index(errorCodes[:], refused.Code); i >= 0 {
			r.counts[i].Add(1)
		}
	}
}

// Of is how many were counted with a code.
func (r *Refusals) Of(code string) uint64 {
	if i := slices.Index(errorCodes[:], code); i >= 0 {
		return r.counts[i].Load()
	}
	return 0
}
