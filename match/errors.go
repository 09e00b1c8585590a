package match

import "errors"

// Errors of seats.
var (
	ErrFull   = errors.New("match is full")
	ErrOver   = errors.New("match is over")
	ErrNoSeat = errors.New("nobody sits there")
	ErrTaken  = errors.New("somebody else sits there")
	// ErrElsewhere is what [Match.Run] returns for a match that goes on elsewhere.
	ErrElsewhere = errors.New("match goes on elsewhere")
)
