package relay

import (
	"errors"
	"fmt"
)

// Errors of [Relay.Connect] and [Relay.Serve], beside [*protocol.Closed] and ctx's. After each of these, and after a Closed that comes
// back, calling Connect again goes on with the session, if it is still there.
var (
	// ErrUnreachable: there is no connection, or no welcome in time.
	ErrUnreachable = errors.New("relay: the match's node cannot be reached")
	// ErrLost: the connection broke, or nothing was heard over it.
	ErrLost = errors.New("relay: the connection to the match's node is lost")
	// ErrForgotten: the other node does not have the session any more, or is another process by now; what it kept for it is lost, or was another relay's. Another
	// Connect begins a session, and takes the place of any relay for the same seat.
	ErrForgotten = errors.New("relay: the match's node has no such session any more")
	// ErrCodec: the player has come back with another codec, which a hello has to say.
	ErrCodec = errors.New("relay: the player reads another codec now")
	// ErrUntaken: the player's session is not here any more.
	ErrUntaken = errors.New("relay: nobody is there for the player's events")
)

// MovedError says that the match does not run there, or no more.
type MovedError struct {
	Node    string // that it runs on; "": not known
	Address string // where clients reach that; likewise
	Epoch   uint32 // likewise 0
}

// Error says where it is.
func (e *MovedError) Error() string {
	if e.Node == "" {
		return "relay: the match does not run there"
	}
	return fmt.Sprintf("relay: the match runs on %s, epoch %d", e.Node, e.Epoch)
}
