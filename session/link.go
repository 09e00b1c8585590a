package session

import "github.com/deltatick/deltatick/protocol"

// Link is a way out on one connection of a session, for the frames of a match. A session has at most one that is alive: opening
// another, or the end of the connection, makes it dead, and then its methods do nothing and report false. Any goroutine may call
// them, none blocks, and those of a nil Link are those of a dead one.
type Link struct {
	conn *conn
}

// Codec names the codec of snapshot bodies that the connection's client and the hub have agreed on.
func (l *Link) Codec() string {
	if l == nil {
		return ""
	}
	return l.conn.codec
}

// Send queues a copy of a frame behind all that was queued before it.
func (l *Link) Send(frame []byte) bool {
	return l != nil && l.conn.push(append([]byte(nil), frame...), l)
}

// Ready reports whether Offer would take a frame.
func (l *Link) Ready() bool { return l != nil && l.conn.out.ready(l) }

// Offer copies a frame, head followed by body, into the connection's place for a snapshot, from where it is written as soon as the socket
// is free and what was queued before it is written. It reports false, and takes nothing, while the last one is still there.
func (l *Link) Offer(head, body []byte) bool { return l != nil && l.conn.offer(l, head, body) }

// Close ends the connection with a code.
func (l *Link) Close(code protocol.CloseCode) {
	if l != nil && l.conn.out.isLink(l) {
		l.conn.end(code)
	}
}
