package client

import (
	"fmt"
	"sync"

	"github.com/deltatick/deltatick/protocol"
)

// Bounds of the events that wait for the server to say that it handled them.
const (
	maxSends     = 256
	maxSendBytes = 64 << 10
)

// outbox numbers the client's own events over the session and keeps them until the server has handled them. Who holds mu also writes them, so
// that they leave in order.
type outbox struct {
	mu    sync.Mutex
	kept  []protocol.Send // the oldest first; their numbers are given when they are written
	bytes int             // of their channels, names and payloads
	taken uint32          // number of the newest one that the server has handled
	sock  *socket         // that all of kept was written to; nil while offline
}

// Send sends an event (delivery class event): in order, and handled by the server once, whatever sockets it takes. While there is none it waits.
// payload is encoded before Send returns. A refusal comes as a [Notice]. Errors: ErrFull, ErrEnded, ErrTooBig, or one about a payload that msgpack
// cannot encode or a channel or name that no server takes.
func (c *Client) Send(channel, name string, payload any) error {
	raw, err := protocol.Encode(payload)
	if err != nil {
		return err
	}
	size := len(channel) + len(name) + len(raw)
	switch {
	case !protocol.ValidIdent(channel) || !protocol.ValidIdent(name):
		return fmt.Errorf("client: event %q on channel %q: want names of a-z, 0-9, dot, underscore and dash", name, channel)
	case size > protocol.MaxClientFrame-sendHead:
		return fmt.Errorf("%s %s: %w", channel, name, ErrTooBig)
	case c.over():
		return ErrEnded
	}
	o := &c.outbox
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.kept) >= maxSends || o.bytes+size > maxSendBytes {
		return fmt.Errorf("%s %s: %w", channel, name, ErrFull)
	}
	o.kept = append(o.kept, protocol.Send{Kind: protocol.KindSend, Channel: channel, Name: name, Payload: raw})
	o.bytes += size
	c.stats.sends.Add(1)
	if o.sock != nil {
		o.write(len(o.kept) - 1)
	}
	return nil
}

// sendHead is more than what an event's frame needs beside channel, name and payload.
const sendHead = 16

// write writes the i-th event. When that fails, the socket is lost, and the event is written to the next. It needs mu.
func (o *outbox) write(i int) {
	frame := o.kept[i]
	frame.Seq = o.taken + uint32(i) + 1
	if o.sock.write(protocol.KindSend, protocol.MustEncode(&frame)) != nil {
		o.sock = nil
	}
}

// handled forgets the events up to a number.
func (o *outbox) handled(taken uint32) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.forget(taken)
}

func (o *outbox) forget(taken uint32) {
	n := 0
	for n < len(o.kept) && o.taken < taken {
		o.bytes -= len(o.kept[n].Channel) + len(o.kept[n].Name) + len(o.kept[n].Payload)
		o.taken++
		n++
	}
	rest := copy(o.kept, o.kept[n:])
	clear(o.kept[rest:])
	o.kept = o.kept[:rest]
}

// regain writes to a new socket of the session what the server has not handled.
func (o *outbox) regain(sock *socket, taken uint32) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.forget(taken)
	o.flush(sock)
}

// begin gives up what was for a session that is gone, which is reported, or keeps what waited for the first one, and goes on in the socket's.
func (o *outbox) begin(sock *socket, taken uint32, first bool) (abandoned int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !first {
		abandoned = len(o.kept)
		o.kept, o.bytes = nil, 0
	}
	o.taken = taken
	o.flush(sock)
	return abandoned
}

func (o *outbox) flush(sock *socket) {
	o.sock = sock
	for i := 0; i < len(o.kept) && o.sock != nil; i++ {
		o.write(i)
	}
}

// waiting is how many events the server has not said that it handled.
func (o *outbox) waiting() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.kept)
}

// lose has events wait for the next socket.
func (o *outbox) lose() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sock = nil
}
