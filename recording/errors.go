package recording

import (
	"errors"
	"fmt"

	"github.com/deltatick/deltatick/protocol"
)

var (
	// ErrNotARecording means that a file does not begin like one.
	ErrNotARecording = errors.New("not a recording")
	// ErrFormat means that a recording was written by a version of deltatick that this one cannot read.
	ErrFormat = errors.New("recording has an unknown format")
	// ErrTorn means that a recording stops without an end: its writer died, or the file was cut off. What is before is good.
	ErrTorn = errors.New("recording stops in the middle")
	// ErrNoTick means that a tick is not in the recording.
	ErrNoTick = errors.New("tick is not in the recording")
	// ErrFull means that a recording has reached its size or its length. It can still be closed.
	ErrFull = errors.New("recording is full")
	// ErrSlow means that a recording ended because its file took ticks more slowly than the match made them.
	ErrSlow = errors.New("recording fell behind")
	// ErrNoStart means that a recording begins in the middle of its match, without a checkpoint, so that the match cannot be made
	// again from it.
	ErrNoStart = errors.New("recording does not begin with its match")
	// ErrOtherGame means that a recording was made by a game whose name, settings, tables or inputs differ.
	ErrOtherGame = errors.New("recording is of another game, or another version of it")
)

// damaged says what is wrong with bytes of a recording. It wraps protocol.ErrMalformed.
func damaged(format string, args ...any) error {
	return fmt.Errorf("recording: %w: %s", protocol.ErrMalformed, fmt.Sprintf(format, args...))
}
