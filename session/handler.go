package session

import (
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// Handler is the house behind the connections. For one session its methods are called one at a time, by changing goroutines; for
// different sessions at once. They should not block for long: the session's next frame waits, and nothing else does. A panic
// is logged and contained.
type Handler interface {
	// Connected is called when the session has a connection: its first one (resumed is false), or another. The welcome and, on
	// a resume, the missed events are queued by then, and no frame of the connection has been handled. It may be called again
	// without a Disconnected between, when a connection takes the place of an older one.
	Connected(s *Session, resumed bool)
	// Request answers a request. A [*protocol.Error] goes to the client as it is; any other error is logged, as a panic is,
	// and told as "internal"; [protocol.ErrFlooding] closes the connection. The reply is nil or anything msgpack encodes to a map.
	Request(s *Session, q protocol.Request) (reply any, err error)
	// Event takes an event of the client's: each once and in the order in which the client sent them. payload is encoded msgpack, nil of it for
	// none, and a copy. A [*protocol.Error] refuses the event, and is told to the client as a notice; any other error is logged, as a panic is, and
	// told as "internal"; [protocol.ErrFlooding] closes the connection.
	Event(s *Session, channel, name string, payload protocol.Raw) error
	// Disconnected is called when the session's connection has ended and no other has taken its place: it is away.
	Disconnected(s *Session)
	// Expired is called exactly once, when the session is over for good: it was away for the grace period, the client said
	// bye, or the hub shut down. Nothing is called for the session after it.
	Expired(s *Session)
}

// Stream takes the match frames of a session. Its methods are called like those of a [Handler], and must not keep frame. at is
// when the frame arrived; r is for decoding it.
//
// They return nil; or an error that is or wraps [protocol.ErrRateLimited] for a frame dropped, which the client is told at most once
// a second; [protocol.ErrFlooding] or [protocol.ErrMalformed], which close the connection with the codes of that name; or any
// other, which is logged and closes it as a fault of the server.
type Stream interface {
	// Input takes an input frame, and Ack an acknowledgement, of which nothing but the kind has been looked at: the stream
	// asks its limiter first and [protocol.Check] second.
	Input(at time.Time, r *protocol.Reader, frame []byte) error
	Ack(at time.Time, r *protocol.Reader, frame []byte) error
	// Resync takes a resync frame that has passed the check.
	Resync(at time.Time, r *protocol.Reader, frame []byte) error
}
