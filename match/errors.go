package match

import "errors"

// Errors of joining.
var (
	ErrFull = errors.New("match is full")
	ErrOver = errors.New("match is over")
)
