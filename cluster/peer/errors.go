package peer

import "errors"

var (
	// ErrUnreachable: the node cannot be reached, or the connection to it ended before it answered. A call may have been done or not.
	ErrUnreachable = errors.New("peer: the node cannot be reached")
	// ErrFull: too much waits for the node already. Nothing was sent.
	ErrFull = errors.New("peer: too much waits for the node")
	// ErrTooLarge: a payload or an answer is larger than [MaxPayload], or a method's name too long. Nothing was sent.
	ErrTooLarge = errors.New("peer: too large")
	// ErrClosed: the mesh was closed.
	ErrClosed = errors.New("peer: closed")
	// ErrRemote is wrapped by errors of a handler that are no [*protocol.Error]: with their text.
	ErrRemote = errors.New("peer: the node failed to answer")

	errFrame   = errors.New("peer: malformed frame")
	errUnknown = errors.New("peer: nobody knows where the node is")
)
