package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/deltatick/deltatick/protocol"
)

// webSocket is the carrier of a WebSocket.
type webSocket struct {
	ws    *websocket.Conn
	quiet time.Duration // longest silence that a receive puts up with

	buf []byte // owned by the reader: the newest frame
}

// writeBuffers is shared by all clients of a process: a bot that writes 30 bytes a tick needs no 4 KiB of its own.
var writeBuffers sync.Pool

// dialWebSocket dials and shakes hands.
func dialWebSocket(ctx context.Context, cfg Config) (carrier, error) {
	dialer := websocket.Dialer{
		NetDialContext:   cfg.NetDial,
		HandshakeTimeout: cfg.DialTimeout,
		ReadBufferSize:   4096,
		WriteBufferSize:  4096,
		WriteBufferPool:  &writeBuffers,
	}
	ws, resp, err := dialer.DialContext(ctx, cfg.URL, nil)
	if err != nil {
		if resp != nil && errors.Is(err, websocket.ErrBadHandshake) {
			err = fmt.Errorf("the server answered %s", resp.Status)
			if resp.StatusCode == http.StatusOK {
				err = errors.New("no WebSocket there: the server answered with a page")
			}
		}
		return nil, err
	}
	w := &webSocket{ws: ws, quiet: cfg.LinkTimeout}
	ws.SetReadLimit(protocol.MaxServerFrame)
	answer := ws.PingHandler()
	ws.SetPingHandler(func(data string) error {
		w.heard()
		return answer(data)
	})
	return w, nil
}

// heard starts the wait for the next sign of life. Deadlines of a connection in memory or in the kernel cannot fail while it
// is open, and the read tells when it is not.
func (w *webSocket) heard() { _ = w.ws.SetReadDeadline(time.Now().Add(w.quiet)) }

func (w *webSocket) receive() ([]byte, error) {
	w.heard()
	messageType, r, err := w.ws.NextReader()
	if err != nil {
		return nil, readError(err)
	}
	if messageType != websocket.BinaryMessage {
		return nil, fmt.Errorf("%w: text message", protocol.ErrMalformed)
	}
	w.buf = w.buf[:0]
	for {
		if len(w.buf) == cap(w.buf) {
			w.buf = append(w.buf, make([]byte, max(512, len(w.buf)))...)[:len(w.buf)]
		}
		n, err := r.Read(w.buf[len(w.buf):cap(w.buf)])
		w.buf = w.buf[:len(w.buf)+n]
		if err == io.EOF {
			return w.buf, nil
		}
		if err != nil {
			return nil, readError(err)
		}
		if len(w.buf) > 4096 {
			// A large keyframe over a slow link takes longer than the silence allowed, but is not silent.
			w.heard()
		}
	}
}

// readError turns a close frame into a *protocol.Closed.
func readError(err error) error {
	var closed *websocket.CloseError
	if errors.As(err, &closed) && closed.Code != websocket.CloseAbnormalClosure { // which means that there was no close frame
		return &protocol.Closed{Code: protocol.CloseCode(closed.Code), Text: closed.Text}
	}
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return fmt.Errorf("%w: nothing heard", ErrOffline)
	}
	return fmt.Errorf("%w: %w", ErrOffline, err)
}

func (w *webSocket) send(frame []byte) error {
	_ = w.ws.SetWriteDeadline(time.Now().Add(protocol.WriteTimeout)) // only stores the time
	return w.ws.WriteMessage(websocket.BinaryMessage, frame)
}

func (w *webSocket) cut() { _ = w.ws.NetConn().Close() }

// sendHalf writes a final binary frame of 100 masked bytes, of which 3 arrive. Whether they do is not in our hands, nor is the error.
func (w *webSocket) sendHalf() {
	_ = w.ws.NetConn().SetWriteDeadline(time.Now().Add(time.Second))
	_, _ = w.ws.NetConn().Write([]byte{0x82, 0x80 | 100, 0, 0, 0, 0, 0x95, byte(protocol.KindInput), 1})
}

func (w *webSocket) hangUp(code int) {
	_ = w.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
}
