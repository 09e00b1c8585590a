package session

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/gorilla/websocket"

	"github.com/deltatick/deltatick/protocol"
)

// muteConn is the connection that gorilla has. gorilla writes by itself while it reads, to answer a close frame or to tell what was
// wrong with another, and would do so in the middle of a frame that is being written elsewhere, or wait there for a socket that is
// full while a match comes to write. So after the handshake nothing of it goes out: the code of the close frame is noted, and whoever
// writes on the connection sends it in turn.
//
// It also sees to it that messages are not made of headers: gorilla reads over empty fragments without a word, and a limit of bytes in
// messages does not see them.
type muteConn struct {
	net.Conn

	// Of the goroutine that shakes hands, then of the one that reads.
	muted bool
	code  protocol.CloseCode // of the close frame that gorilla would have sent; 0: none
	bare  int                // bytes read since the last whole message or control frame that were not its payload; what is read ahead is among them
	skips bool               // what is read is thrown away

	// Of the goroutine that reads.
	ahead     *bufio.Reader // gorilla's
	early     []byte        // has been read from the socket already
	late      error         // has been met behind that
	attending bool          // nothing else may be read from the socket
}

// Write takes a whole control frame (RFC 6455, section 5.5), since gorilla writes those in one call.
func (m *muteConn) Write(frame []byte) (int, error) {
	if !m.muted {
		return m.Conn.Write(frame)
	}
	if len(frame) >= 2 && frame[0] == finalBit|websocket.CloseMessage {
		m.code = websocket.CloseNoStatusReceived
		if len(frame) >= 4 {
			m.code = protocol.CloseCode(binary.BigEndian.Uint16(frame[2:]))
		}
	}
	return len(frame), nil
}

// maxBare is how many bytes of headers a message may have: 256 fragments, where an honest one of the largest size has one or two.
const maxBare = 2048

var errBare = fmt.Errorf("%w: a message of headers", protocol.ErrFlooding)

// Read fails with errBare for messages in too many fragments.
func (m *muteConn) Read(b []byte) (int, error) {
	if m.bare > maxBare && !m.skips {
		return 0, errBare
	}
	n, err := m.next(b)
	m.bare += n
	return n, err
}

func (m *muteConn) next(b []byte) (int, error) {
	switch {
	case len(m.early) > 0:
		n := copy(b, m.early)
		m.early = m.early[n:]
		return n, nil
	case m.late != nil:
		return 0, m.late
	case m.attending:
		return 0, errAttending
	}
	return m.Conn.Read(b)
}

// took notes that bytes read were payload.
func (m *muteConn) took(payload int) { m.bare = max(0, m.bare-payload) }

// whole notes the end of a message or control frame.
func (m *muteConn) whole() { m.bare = 0 }

// skip lets anything pass from now on: the connection is over, and is read only so that its close frame arrives.
func (m *muteConn) skip() { m.skips = true }

// SetWriteDeadline keeps gorilla's deadlines from those who do write.
func (m *muteConn) SetWriteDeadline(t time.Time) error {
	if m.muted {
		return nil
	}
	return m.Conn.SetWriteDeadline(t)
}

// hijack is a response whose connection becomes a muteConn when it is taken over.
type hijack struct {
	http.ResponseWriter
	conn *muteConn
}

// Hijack takes the connection from the HTTP server.
func (h *hijack) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	h.conn = &muteConn{Conn: conn}
	if rw.Reader.Buffered() == 0 { // or else gorilla refuses the handshake
		h.conn.ahead = bufio.NewReaderSize(h.conn, readBuffer)
		rw.Reader = h.conn.ahead
	}
	return h.conn, rw, nil
}
