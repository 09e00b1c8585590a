package session_test

import (
	"testing"

	"github.com/gorilla/websocket"

	"github.com/deltatick/deltatick/protocol"
)

// fragments cuts a message into pieces of so many bytes at most 125, each a frame with a mask of zeros.
func fragments(message []byte, size int) (wire []byte) {
	opcode := byte(websocket.BinaryMessage)
	for len(message) > size {
		wire = append(append(wire, opcode, 0x80|byte(size), 0, 0, 0, 0), message[:size]...)
		message, opcode = message[size:], 0
	}
	return append(append(wire, 0x80|opcode, 0x80|byte(len(message)), 0, 0, 0, 0), message...)
}

// wire gives bytes to the socket in the background, as far as they are taken. It has ended when wait returns.
func (c *client) wire(bytes []byte) (wait func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = c.ws.NetConn().Write(bytes) // until the server has closed
	}()
	return func() {
		c.cut()
		<-done
	}
}

func TestAMessageMayComeInFragments(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		c, _ := w.join("ann")
		for range 3 { // each has all of what is allowed
			defer c.wire(fragments(echoOf(1, protocol.MaxClientFrame), 125))()
			if r := expect[protocol.Reply](c, protocol.KindReply); r.Error != nil || len(r.Payload) != protocol.MaxClientFrame-10 {
				t.Errorf("reply with error %v and %d bytes", r.Error, len(r.Payload))
			}
		}
		for range 400 { // whose headers together would be above it
			c.raw(echo(0))
		}
	})
}

func TestAMessageOfHeadersIsFlooding(t *testing.T) {
	empty := func(n int) (wire []byte) {
		wire = []byte{websocket.BinaryMessage, 0x80, 0, 0, 0, 0}
		for range n {
			wire = append(wire, 0, 0x80, 0, 0, 0, 0)
		}
		return wire
	}
	for name, bytes := range map[string][]byte{
		"in fragments of a byte":            fragments(echoOf(1, 1000), 1),
		"of empty fragments":                empty(1000),
		"that ends after empty fragments":   append(empty(1000), fragments([]byte{0x91, 99}, 125)...),
		"of empty fragments after a larger": append(fragments(make([]byte, 4000), 125)[:30*131], empty(1000)[6:]...),
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, nil, func(t *testing.T, w *world) {
				c, welcome := w.join("ann")
				defer c.wire(bytes)()
				if code := c.closed(); code != protocol.CloseFlooding {
					t.Errorf("closed with %d", code)
				}
				w.resume(welcome.Token, 0)
			})
		})
	}
}

func TestAFrameThatClaimsToBeCompressedIsABrokenRule(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		c, welcome := w.join("ann")
		const compressed = 0x40 // RFC 7692, section 6
		defer c.wire([]byte{0x80 | compressed | websocket.BinaryMessage, 0x81, 0, 0, 0, 0, 0})()
		<-c.frames
		if !websocket.IsCloseError(c.err, websocket.CloseProtocolError) {
			t.Errorf("closed with %v", c.err)
		}
		w.resume(welcome.Token, 0)
	})
}
