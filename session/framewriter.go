package session

import (
	"encoding/binary"
	"math"
	"net"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/deltatick/deltatick/protocol"
)

// frameWriter writes WebSocket frames as a server does: whole messages, not masked, not compressed (RFC 6455, section 5.2).
type frameWriter struct {
	conn net.Conn
}

const finalBit = 1 << 7

// scratches are buffers in which a header and its payload are brought together, for one write and one packet.
var scratches = sync.Pool{New: func() any { return new([]byte) }}

// appendHeader appends the header of a final frame.
func appendHeader(b []byte, opcode byte, payload int) []byte {
	b = append(b, finalBit|opcode)
	switch {
	case payload < 126:
		return append(b, byte(payload))
	case payload <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(b, 126), uint16(payload))
	}
	return binary.BigEndian.AppendUint64(append(b, 127), uint64(payload))
}

// write sends a frame of any kind.
func (w *frameWriter) write(opcode byte, payload []byte, within time.Duration) error {
	if err := w.conn.SetWriteDeadline(time.Now().Add(within)); err != nil {
		return err
	}
	if len(payload) > maxSpare {
		frame := net.Buffers{appendHeader(nil, opcode, len(payload)), payload}
		_, err := frame.WriteTo(w.conn)
		return err
	}
	b := scratches.Get().(*[]byte)
	defer scratches.Put(b)
	*b = append(appendHeader((*b)[:0], opcode, len(payload)), payload...)
	_, err := w.conn.Write(*b)
	return err
}

func (w *frameWriter) Write(frame []byte, within time.Duration) error {
	return w.write(websocket.BinaryMessage, frame, within)
}

func (w *frameWriter) Ping(within time.Duration) error {
	return w.write(websocket.PingMessage, nil, within)
}

func (w *frameWriter) Pong(data string, within time.Duration) error {
	return w.write(websocket.PongMessage, []byte(data), within)
}

func (w *frameWriter) WriteClose(code protocol.CloseCode, within time.Duration) error {
	return w.write(websocket.CloseMessage, websocket.FormatCloseMessage(int(code), code.Text()), within)
}
