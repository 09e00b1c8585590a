package session

import (
	"errors"
	"fmt"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// Transport carries the messages of one connection. One goroutine calls Read, SetLimit and OnControl; one at a time, but not always the
// same, Write, Ping, Pong and WriteClose; and anyone Close.
type Transport interface {
	// Read returns the next binary message, good until the next call. ErrTooBig and ErrText are about one message, which is
	// skipped, and memory is never taken for more than the limit; every other error means that nothing more will come. It is a
	// [*Farewell] when the peer is owed a close frame.
	Read() ([]byte, error)
	// SetLimit sets the most bytes that a message may have. It is called before the first Read, and maybe between later ones.
	SetLimit(bytes int)
	// OnControl is called before the first Read. Read calls f for every sign of life that is not a message, such as a pong. For a
	// ping, which is f's to have answered, data is what belongs into the Pong. An error of f ends the connection and comes out of Read.
	OnControl(f func(ping bool, data string) error)
	// Write sends a message within a time, and does not keep it. After an error nothing more can be written.
	Write(frame []byte, within time.Duration) error
	// Ping asks the peer for a sign of life.
	Ping(within time.Duration) error
	// Pong answers a ping with its data.
	Pong(data string, within time.Duration) error
	// WriteClose tells the peer why the connection ends; nothing is written after it.
	WriteClose(code protocol.CloseCode, within time.Duration) error
	// Close ends the connection at once. Calls in progress return with an error. It may be called more than once.
	Close() error
}

// Prompt is a [Transport] that can also write without waiting. Its methods belong to those of which one is called at a time.
type Prompt interface {
	Transport
	// TryWrite sends a message, head followed by body, neither of which it keeps, as far as that goes without waiting for anything.
	// It reports whether all of it is out. The rest is kept and is for Finish to send, before anything else is written.
	TryWrite(head, body []byte) (all bool, err error)
	// Finish sends what TryWrite has kept, within a time.
	Finish(within time.Duration) error
}

// Errors of [Transport.Read] that are about one message.
var (
	ErrTooBig = errors.New("message over the limit")
	ErrText   = errors.New("message is text, not binary")
)

// Farewell is the end of what a [Transport] reads when the peer is owed a close frame for it: the answer to its own, or word of how it
// has broken the transport's rules.
type Farewell struct {
	Code protocol.CloseCode // RFC 6455, section 7.4
	Err  error
}

// Error says what has come to an end and what is owed.
func (f *Farewell) Error() string { return fmt.Sprintf("%v (answered with %d)", f.Err, f.Code) }

// Unwrap gives the transport's own error.
func (f *Farewell) Unwrap() error { return f.Err }
