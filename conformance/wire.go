package conformance

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/deltatick/deltatick/protocol"
)

// wire carries frames to the server and back. One goroutine receives, another sends.
type wire interface {
	send(frames ...[]byte) error // as fast as it goes
	// receive returns the next frame, as a copy. It fails with a *protocol.Closed when the server has closed.
	receive() ([]byte, error)
	// cut loses the connection without a word.
	cut()
}

// webSocket is the wire of a WebSocket.
type webSocket struct {
	conn  *websocket.Conn
	pings chan string // data of a ping that came and that nobody has looked at, if there is one
	pongs chan string // the same of pongs
	mute  atomic.Bool // pings are not answered
}

func dialWebSocket(ctx context.Context, url string) (*webSocket, error) {
	conn, resp, err := websocket.DefaultDialer.DialContext(ctx, url, nil)
	if err != nil {
		if resp != nil {
			return nil, fmt.Errorf("%w: %s", err, resp.Status)
		}
		return nil, err
	}
	conn.SetReadLimit(protocol.MaxServerFrame)
	w := &webSocket{conn: conn, pings: make(chan string, 1), pongs: make(chan string, 1)}
	// Here, since whoever receives calls them.
	answer := conn.PingHandler()
	conn.SetPingHandler(func(data string) error {
		note(w.pings, data)
		if w.mute.Load() {
			return nil
		}
		return answer(data)
	})
	conn.SetPongHandler(func(data string) error {
		note(w.pongs, data)
		return nil
	})
	return w, nil
}

// note leaves something to be looked at, unless there is something.
func note(to chan<- string, data string) {
	select {
	case to <- data:
	default:
	}
}

const writeTimeout = 5 * time.Second

func (w *webSocket) send(frames ...[]byte) error {
	for _, frame := range frames {
		if err := w.message(websocket.BinaryMessage, frame); err != nil {
			return err
		}
	}
	return nil
}

func (w *webSocket) message(kind int, data []byte) error {
	_ = w.conn.SetWriteDeadline(time.Now().Add(writeTimeout))
	return w.conn.WriteMessage(kind, data)
}

func (w *webSocket) receive() ([]byte, error) {
	kind, frame, err := w.conn.ReadMessage()
	var closed *websocket.CloseError
	switch {
	case errors.As(err, &closed) && closed.Code != websocket.CloseAbnormalClosure:
		return nil, &protocol.Closed{Code: protocol.CloseCode(closed.Code), Text: closed.Text}
	case err != nil:
		return nil, err
	case kind != websocket.BinaryMessage:
		return nil, errors.New("a text message came")
	}
	return frame, nil
}

func (w *webSocket) cut() { _ = w.conn.NetConn().Close() }

// handshake asks for a WebSocket with further headers and returns the status of a refusal, or 101.
func handshake(ctx context.Context, url string, header http.Header) (int, http.Header, error) {
	conn, resp, err := websocket.DefaultDialer.DialContext(ctx, url, header)
	if err == nil {
		_ = conn.Close()
	} else if resp == nil {
		return 0, nil, err
	}
	return resp.StatusCode, resp.Header, nil
}
