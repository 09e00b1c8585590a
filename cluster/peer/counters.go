package peer

import "sync/atomic"

// Counters are a mesh's figures. All may be read at any time.
type Counters struct {
	Open                  atomic.Int64 // connections now, of both directions
	Dialled, DialFailures atomic.Int64 // connections to other nodes that were made, and that could not be
	Served, Refused       atomic.Int64 // connections of other nodes, and those that did not prove the secret
	Calls, Casts          atomic.Int64 // that this node made
	Answered              atomic.Int64 // calls of others that this node answered
	Lost                  atomic.Int64 // connections that ended before Close, of both directions
	DroppedCasts          atomic.Int64 // that never left: the queue was full, or the connection ended
	UnknownCasts          atomic.Int64 // of other nodes, of methods that this one does not know: another version's
	Malformed             atomic.Int64 // frames that were no frames; each ends its connection
}
