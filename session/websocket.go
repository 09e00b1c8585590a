package session

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// ServeHTTP makes a WebSocket of a request and returns; a goroutine that ends with the connection serves it. So the goroutine of the
// HTTP server, with its stack, its buffers and its request, is not kept for as long as a player plays. The connection outlives the
// request's context, of which the authenticator gets the values, and is closed by [Hub.Shutdown]. A page of a foreign origin gets 403, and
// an address that is over its limits what [Hub.Enter] says.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	leave, ok := h.Enter(w, r)
	if !ok {
		return
	}
	hijack := &hijack{ResponseWriter: w}
	ws, err := h.upgrader.Upgrade(hijack, r, nil)
	if err != nil {
		leave()
		why := RefusedUpgrade
		if !OriginAllowed(h.cfg.Origins, r) {
			why = RefusedOrigin
		}
		h.cfg.Counters.Handshakes[why].Add(1)
		h.log.Debug("handshake refused", "remote", r.RemoteAddr, "origin", r.Header.Get("Origin"), "err", err)
		return
	}
	serve, err := h.Accept(newWebSocket(ws, hijack.conn))
	if err != nil {
		leave()
		return // the peer was told
	}
	go func(ctx context.Context) {
		defer leave()
		_ = serve(ctx) // how a connection ended is counted and logged; there is nobody else to tell
	}(context.WithoutCancel(r.Context()))
}

// readBuffer is in bytes: every frame of a player fits but few. gorilla takes over the buffer that it gets with a connection, and the HTTP
// server's has 4 KiB, most of which never fills.
const readBuffer = 512

// newUpgrader leaves compression off: see docs/PROTOCOL.md, section 1. The pool, from which nothing is ever taken since gorilla writes
// nothing but the handshake, keeps it from allocating a buffer for writes.
func newUpgrader(origins []string, timeout time.Duration) websocket.Upgrader {
	return websocket.Upgrader{
		HandshakeTimeout: timeout,
		WriteBufferPool:  new(sync.Pool),
		CheckOrigin:      func(r *http.Request) bool { return OriginAllowed(origins, r) },
	}
}

// webSocket is the [Transport] of a WebSocket. gorilla shakes hands and reads; frames are written here (framewriter.go).
type webSocket struct {
	frameWriter
	ws   *websocket.Conn
	mute *muteConn

	// Of the reading goroutine.
	limit int
	buf   []byte
}

// newWebSocket makes a transport of a connection whose handshake is done.
func newWebSocket(ws *websocket.Conn, conn *muteConn) Transport {
	conn.muted = true
	w := &webSocket{frameWriter: frameWriter{conn: conn.Conn}, ws: ws, mute: conn}
	if raw := rawConn(conn.Conn); raw != nil {
		return newPromptSocket(w, raw)
	}
	return w
}

const firstReadBuffer = 64 // bytes; enough for an input and a ping

func (w *webSocket) SetLimit(bytes int) { w.limit = bytes }

// Read counts the bytes itself. gorilla's own limit would close with 1009, and the client is owed CloseTooBig.
func (w *webSocket) Read() ([]byte, error) {
	kind, r, err := w.ws.NextReader()
	if err != nil {
		return nil, w.ended(err)
	}
	if kind != websocket.BinaryMessage {
		w.mute.skip()
		return nil, ErrText
	}
	for n := 0; ; {
		if n == len(w.buf) {
			if n > w.limit {
				w.mute.skip()
				return nil, ErrTooBig
			}
			// One byte above the limit is room enough to see that it is broken.
			grown := make([]byte, min(max(firstReadBuffer, 2*n), w.limit+1))
			copy(grown, w.buf[:n])
			w.buf = grown
		}
		m, err := r.Read(w.buf[n:])
		n += m
		w.mute.took(m)
		switch {
		case err == nil:
		case !errors.Is(err, io.EOF):
			return nil, w.ended(err)
		case n > w.limit:
			w.mute.skip()
			return nil, ErrTooBig
		default:
			w.mute.whole()
			return w.buf[:n], nil
		}
	}
}

// ended adds what gorilla would have said to the peer to the error with which it stops reading.
func (w *webSocket) ended(err error) error {
	if w.mute.code == 0 {
		return err
	}
	return &Farewell{Code: w.mute.code, Err: err}
}

func (w *webSocket) OnControl(f func(ping bool, data string) error) {
	w.ws.SetPongHandler(func(string) error {
		w.mute.whole()
		return f(false, "")
	})
	w.ws.SetPingHandler(func(data string) error {
		w.mute.whole()
		return f(true, data)
	})
}

func (w *webSocket) Close() error { return w.conn.Close() }

// rawConn is the descriptor under a connection that is nothing more than a socket, and nil for any other, such as one with TLS: what is
// wrapped around a socket may have work of its own to do in Write, which must not be passed by.
func rawConn(conn net.Conn) (raw descriptor) {
	var err error
	switch c := conn.(type) {
	case *net.TCPConn:
		raw, err = c.SyscallConn()
	case *net.UnixConn:
		raw, err = c.SyscallConn()
	}
	if err != nil {
		return nil
	}
	return raw
}
