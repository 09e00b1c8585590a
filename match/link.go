package match

import "github.com/deltatick/deltatick/protocol"

// Link is one connection's way out for a seat's frames. A seat has one at a time and gets a new one with each connection. Its
// methods are called by the match's goroutine and never block.
type Link interface {
	// Codec names the codec of snapshot bodies that the client reads: protocol.CodecMP or protocol.CodecPacked.
	Codec() string
	// Send queues a frame behind all that was sent before. It reports false when the connection is over.
	Send(frame []byte) bool
	// Ready reports whether the last offered frame has left, so that Offer would take another.
	Ready() bool
	// Offer takes one frame, head followed by body, both copied before it returns, to be written when the socket is free. It
	// reports false, and takes nothing, when the last one has not left yet or the connection is over: the match then encodes
	// a newer state later instead of queueing this one.
	Offer(head, body []byte) bool
	// Close ends the connection.
	Close(code protocol.CloseCode)
}

// Outbox takes a player's reliable events. It outlives connections. Emit is called by the match's goroutine and never blocks; what
// cannot be kept is the outbox's to count.
type Outbox interface {
	Emit(channel, name string, payload []byte, tick uint32)
}
