package session

import (
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/gorilla/websocket"

	"github.com/deltatick/deltatick/protocol"
)

// ServeHTTP makes a WebSocket of a request and serves it until it ends. A page of a foreign origin gets 403.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ws, err := h.upgrader.Upgrade(w, r, nil)
	if err != nil {
		h.cfg.Counters.Handshakes.Add(1)
		h.log.Debug("handshake refused", "remote", r.RemoteAddr, "origin", r.Header.Get("Origin"), "err", err)
		return
	}
	// How a connection ended is counted and logged in Serve; there is nobody else to tell.
	_ = h.Serve(r.Context(), newWebSocket(ws))
}

// newUpgrader leaves the buffers to gorilla, which takes over those of the HTTP server, and compression off: see docs/PROTOCOL.md,
// section 1.
func newUpgrader(origins []string, timeout time.Duration) websocket.Upgrader {
	return websocket.Upgrader{
		HandshakeTimeout: timeout,
		CheckOrigin:      func(r *http.Request) bool { return originAllowed(origins, r) },
	}
}

// webSocket is the [Transport] of a WebSocket.
type webSocket struct {
	ws *websocket.Conn

	// Of the reading goroutine.
	limit int
	buf   []byte
}

func newWebSocket(ws *websocket.Conn) *webSocket { return &webSocket{ws: ws} }

const firstReadBuffer = 512 // bytes; enough for every frame of a game but few

func (w *webSocket) SetLimit(bytes int) { w.limit = bytes }

// Read counts the bytes itself. gorilla's own limit would close with 1009, and the client is owed CloseTooBig.
func (w *webSocket) Read() ([]byte, error) {
	kind, r, err := w.ws.NextReader()
	if err != nil {
		return nil, err
	}
	if kind != websocket.BinaryMessage {
		return nil, ErrText
	}
	for n := 0; ; {
		if n == len(w.buf) {
			if n > w.limit {
				return nil, ErrTooBig
			}
			// One byte above the limit is room enough to see that it is broken.
			grown := make([]byte, min(max(firstReadBuffer, 2*n), w.limit+1))
			copy(grown, w.buf[:n])
			w.buf = grown
		}
		m, err := r.Read(w.buf[n:])
		n += m
		switch {
		case err == nil:
		case !errors.Is(err, io.EOF):
			return nil, err
		case n > w.limit:
			return nil, ErrTooBig
		default:
			return w.buf[:n], nil
		}
	}
}

func (w *webSocket) OnControl(f func() error) {
	w.ws.SetPongHandler(func(string) error { return unlessLimited(f()) })
	answer := w.ws.PingHandler()
	w.ws.SetPingHandler(func(data string) error {
		if err := f(); err != nil {
			return unlessLimited(err)
		}
		return answer(data)
	})
}

func unlessLimited(err error) error {
	if errors.Is(err, protocol.ErrRateLimited) {
		return nil
	}
	return err
}

func (w *webSocket) Write(frame []byte, within time.Duration) error {
	// Its error is nil always: gorilla only stores the time.
	_ = w.ws.SetWriteDeadline(time.Now().Add(within))
	return w.ws.WriteMessage(websocket.BinaryMessage, frame)
}

func (w *webSocket) Ping(within time.Duration) error {
	return w.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(within))
}

func (w *webSocket) WriteClose(code protocol.CloseCode, within time.Duration) error {
	message := websocket.FormatCloseMessage(int(code), code.Text())
	return w.ws.WriteControl(websocket.CloseMessage, message, time.Now().Add(within))
}

func (w *webSocket) Close() error { return w.ws.Close() }
