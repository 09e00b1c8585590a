package clienttest

import (
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/gorilla/websocket"

	"github.com/deltatick/deltatick/protocol"
)

// backlog is how many frames a client can be ahead of the test.
const backlog = 4096

// Conn is the server's end of one connection. Frames are read as they come and kept for the test, in order; any goroutine may
// send.
type Conn struct {
	ws     *websocket.Conn
	frames chan []byte
	err    error // why reading ended; set before frames is closed

	writing chan struct{} // held by who writes; a channel, so that virtual time goes on while another waits
}

func newConn(ws *websocket.Conn) *Conn {
	return &Conn{ws: ws, frames: make(chan []byte, backlog), writing: make(chan struct{}, 1)}
}

func (c *Conn) read() {
	defer close(c.frames)
	for {
		_, frame, err := c.ws.ReadMessage()
		if err != nil {
			c.err = err
			return
		}
		c.frames <- frame
	}
}

// Next waits for the client's next frame and checks its structure. After the connection's end it returns why it ended.
func (c *Conn) Next() (protocol.Kind, []byte, error) {
	frame, ok := <-c.frames
	if !ok {
		return 0, nil, c.err
	}
	kind, err := protocol.Check(frame, protocol.FromClient)
	return kind, frame, err
}

// NextOf skips frames until one of a kind.
func (c *Conn) NextOf(want protocol.Kind) ([]byte, error) {
	for {
		kind, frame, err := c.Next()
		if err != nil {
			return nil, fmt.Errorf("waiting for %s: %w", want, err)
		}
		if kind == want {
			return frame, nil
		}
	}
}

// Hello reads the client's first frame.
func (c *Conn) Hello() (protocol.Hello, error) {
	kind, frame, err := c.Next()
	if err != nil {
		return protocol.Hello{}, err
	}
	if kind != protocol.KindHello {
		return protocol.Hello{}, fmt.Errorf("%s before the hello", kind)
	}
	return protocol.NewReader().Hello(frame)
}

// Welcome answers the hello. Fields that must not be empty are filled in where they are.
func (c *Conn) Welcome(w protocol.Welcome) error {
	w.Kind, w.Version = protocol.KindWelcome, protocol.Version
	if w.Codec == "" {
		w.Codec = protocol.CodecMP
	}
	if w.Token == "" {
		w.Token = "token"
	}
	if w.Session == "" {
		w.Session, w.User, w.Name = "session", "user", "name"
	}
	if w.PingEvery == 0 {
		w.PingEvery = 500
	}
	w.Grace, w.MaxFrame, w.Server = 60_000, protocol.MaxClientFrame, "clienttest"
	return c.Send(&w)
}

// Send encodes a frame and sends it.
func (c *Conn) Send(frame any) error {
	b, err := protocol.Encode(frame)
	if err != nil {
		return err
	}
	return c.SendRaw(b)
}

// SendRaw sends bytes as one binary message.
func (c *Conn) SendRaw(b []byte) error {
	c.writing <- struct{}{}
	defer func() { <-c.writing }()
	return c.ws.WriteMessage(websocket.BinaryMessage, b)
}

// SendSlowly sends bytes as one binary message in several parts with a pause after each but the last.
func (c *Conn) SendSlowly(b []byte, parts int, pause time.Duration) error {
	c.writing <- struct{}{}
	defer func() { <-c.writing }()
	head := binary.BigEndian.AppendUint64([]byte{0x82, 127}, uint64(len(b)))
	if _, err := c.ws.NetConn().Write(head); err != nil {
		return err
	}
	for part := range slices.Chunk(b, (len(b)+parts-1)/parts) {
		if _, err := c.ws.NetConn().Write(part); err != nil {
			return err
		}
		if b = b[len(part):]; len(b) > 0 {
			time.Sleep(pause)
		}
	}
	return nil
}

// SendText sends a text message, which the protocol forbids.
func (c *Conn) SendText(s string) error {
	c.writing <- struct{}{}
	defer func() { <-c.writing }()
	return c.ws.WriteMessage(websocket.TextMessage, []byte(s))
}

// Close closes with a code.
func (c *Conn) Close(code protocol.CloseCode) error {
	message := websocket.FormatCloseMessage(int(code), code.Text())
	err := c.ws.WriteControl(websocket.CloseMessage, message, time.Now().Add(time.Second))
	c.Cut()
	return err
}

// Cut drops the connection without a close frame.
func (c *Conn) Cut() { _ = c.ws.NetConn().Close() }

// CutMidFrame writes the beginning of a frame, then cuts.
func (c *Conn) CutMidFrame() {
	c.writing <- struct{}{}
	defer func() { <-c.writing }()
	_, _ = io.WriteString(c.ws.NetConn(), "\x82\x7e\x01\x00\x98\x15")
	c.Cut()
}
