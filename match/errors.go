package match

import "errors"

const defaultTickRate = 60

// Errors of joining.
var (
	ErrFull = errors.New("match is full")
	ErrOver = errors.New("match is over")
)
