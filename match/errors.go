package match

import "errors"

// Errors of seats.
var (
	ErrFull   = errors.New("match is full")
	ErrOver   = errors.New("match is over")
	ErrNoSeat = errors.New("nobody sits there")
)
