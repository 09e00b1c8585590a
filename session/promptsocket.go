package session

import (
	"syscall"
	"time"

	"github.com/gorilla/websocket"
)

// descriptor is the file descriptor of a socket; nil where there is none.
type descriptor = syscall.RawConn

// promptSocket is a WebSocket right on a socket, without TLS or anything else between: the kernel takes what it has room for, and the
// rest can wait.
//
// The runtime's own lock on writes to a descriptor is free whenever TryWrite takes it: nobody else writes (muteConn sees to gorilla).
// And no deadline is ever left behind by those who wait, since one that has passed would fail writes that do not.
type promptSocket struct {
	*webSocket
	raw     descriptor
	attempt func(fd uintptr) bool // made once: a new one for each call would be garbage
	rest    []byte                // what is not out of the last message

	// Of the reading goroutine; see Attend.
	arrived func(fd uintptr) bool // onArrival; made once, like attempt
	take    func() (more bool)

	// Between attempt and its caller.
	pending []byte
	wrote   int
	err     error
}

func newPromptSocket(w *webSocket, raw descriptor) *promptSocket {
	p := &promptSocket{webSocket: w, raw: raw}
	p.attempt = func(fd uintptr) bool {
		p.wrote, p.err = writeNow(fd, p.pending)
		return true // never wait until it is writable
	}
	p.arrived = p.onArrival
	return p
}

// TryWrite copies the message into one buffer and gives that to the kernel.
func (p *promptSocket) TryWrite(head, body []byte) (all bool, err error) {
	b := scratches.Get().(*[]byte)
	defer func() {
		p.pending = nil
		if cap(*b) <= maxSpare {
			scratches.Put(b)
		}
	}()
	*b = append(append(appendHeader((*b)[:0], websocket.BinaryMessage, len(head)+len(body)), head...), body...)
	p.pending = *b
	if err = p.raw.Write(p.attempt); err == nil {
		err = p.err
	}
	if err != nil {
		return false, err
	}
	if p.wrote < len(*b) {
		p.rest = append([]byte(nil), (*b)[p.wrote:]...)
		return false, nil
	}
	return true, nil
}

// Finish waits for the socket.
func (p *promptSocket) Finish(within time.Duration) error {
	rest := p.rest
	p.rest = nil
	if err := p.conn.SetWriteDeadline(time.Now().Add(within)); err != nil {
		return err
	}
	_, err := p.conn.Write(rest)
	return p.done(err)
}

// done takes the deadline back.
func (p *promptSocket) done(err error) error {
	if err != nil {
		return err
	}
	return p.conn.SetWriteDeadline(time.Time{})
}

func (p *promptSocket) Write(frame []byte, within time.Duration) error {
	return p.done(p.webSocket.Write(frame, within))
}

func (p *promptSocket) Ping(within time.Duration) error { return p.done(p.webSocket.Ping(within)) }

func (p *promptSocket) Pong(data string, within time.Duration) error {
	return p.done(p.webSocket.Pong(data, within))
}
