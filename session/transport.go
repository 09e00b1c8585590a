package session

import (
	"errors"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// Transport carries the messages of one connection. One goroutine calls Read, SetLimit and OnControl, another Write, Ping and
// WriteClose, and anyone Close.
type Transport interface {
	// Read returns the next binary message, good until the next call. ErrTooBig and ErrText are about one message, which is
	// skipped, and memory is never taken for more than the limit; every other error means that nothing more will come.
	Read() ([]byte, error)
	// SetLimit sets the most bytes that a message may have. It is called before the first Read, and maybe between later ones.
	SetLimit(bytes int)
	// OnControl is called before the first Read. Read calls f for every sign of life that is not a message, such as a pong. When
	// f returns [protocol.ErrRateLimited] that sign is not answered; any other error ends the connection and comes out of Read.
	OnControl(f func() error)
	// Write sends a message within a time, and does not keep it. After an error nothing more can be written.
	Write(frame []byte, within time.Duration) error
	// Ping asks the peer for a sign of life.
	Ping(within time.Duration) error
	// WriteClose tells the peer why the connection ends; nothing is written after it.
	WriteClose(code protocol.CloseCode, within time.Duration) error
	// Close ends the connection at once. Calls in progress return with an error. It may be called more than once.
	Close() error
}

// Errors of [Transport.Read] that are about one message.
var (
	ErrTooBig = errors.New("message over the limit")
	ErrText   = errors.New("message is text, not binary")
)
