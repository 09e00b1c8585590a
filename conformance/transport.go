package conformance

import (
	"net/http"
	"time"

	"github.com/gorilla/websocket"

	"github.com/deltatick/deltatick/protocol"
)

// transportCases are about WebSockets themselves.
func transportCases() []Case {
	return []Case{
		{"websocket/it is opened without credentials in the address", needsWebSocket, func(t *T) { t.dial() }},
		{"websocket/compression is never agreed on", needsWebSocket, func(t *T) {
			header := http.Header{"Sec-Websocket-Extensions": {"permessage-deflate; client_max_window_bits"}}
			dialer := *websocket.DefaultDialer
			dialer.EnableCompression = true
			conn, resp, err := dialer.DialContext(t.ctx, t.cfg.URL, nil)
			t.must(err, "dial")
			defer func() { _ = conn.Close() }()
			t.check(resp.Header.Get("Sec-Websocket-Extensions") == "", "offered %v, agreed on %q", header, resp.Header.Get("Sec-Websocket-Extensions"))
		}},
		{"websocket/a page of a foreign origin is refused", needsWebSocket, func(t *T) {
			status, _, err := handshake(t.ctx, t.cfg.URL, http.Header{"Origin": {"https://nobody-knows.example"}})
			t.check(err != nil || status != http.StatusSwitchingProtocols, "it was let in")
			t.check(status == http.StatusForbidden, "status %d", status)
		}},
		{"websocket/an origin that names nobody is refused", needsWebSocket, func(t *T) {
			status, _, _ := handshake(t.ctx, t.cfg.URL, http.Header{"Origin": {"null"}})
			t.check(status == http.StatusForbidden, "status %d", status)
		}},
		{"websocket/a request for the address that is no handshake is refused", needsWebSocket, func(t *T) {
			status, _, err := ask(t.ctx, http.DefaultClient, http.MethodGet, httpURL(t.cfg.URL), nil)
			t.must(err, "ask")
			t.check(status >= 400 && status < 500, "status %d", status)
		}},
		{"websocket/a text message is malformed", needsWebSocket, func(t *T) {
			p := t.guest()
			t.must(p.webSocket().message(websocket.TextMessage, []byte("hello")), "send")
			p.closed(protocol.CloseMalformed)
		}},
		{"websocket/a text message first is malformed", needsWebSocket, func(t *T) {
			p := t.dial()
			t.must(p.webSocket().message(websocket.TextMessage, []byte("hello")), "send")
			p.closed(protocol.CloseMalformed)
		}},
		{"websocket/a frame in pieces is one frame", needsWebSocket, func(t *T) {
			p := t.guest()
			w, err := p.webSocket().conn.NextWriter(websocket.BinaryMessage)
			t.must(err, "begin")
			for _, b := range encoded(&protocol.Ping{Kind: protocol.KindPing, Time: 99}) {
				_, err = w.Write([]byte{b})
				t.must(err, "write")
			}
			t.must(w.Close(), "end")
			p.await("pong", func(a arrival) bool { return a.kind == protocol.KindPong })
		}},
		{"websocket/a ping is answered with its data", needsWebSocket, func(t *T) {
			p := t.guest()
			t.must(p.webSocket().conn.WriteControl(websocket.PingMessage, []byte("life"), time.Now().Add(writeTimeout)), "ping")
			select {
			case data := <-p.webSocket().pongs:
				t.check(data == "life", "answered with %q", data)
			case <-time.After(t.cfg.Patience):
				t.failf("not answered")
			}
		}},
		{"websocket/a close is answered with a close", needsWebSocket, func(t *T) {
			p := t.guest()
			message := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
			t.must(p.webSocket().conn.WriteControl(websocket.CloseMessage, message, time.Now().Add(writeTimeout)), "close")
			p.closed(protocol.CloseNormal)
		}},
		{"websocket/a close without a bye keeps the session", needsWebSocket, func(t *T) {
			p := t.guest()
			message := websocket.FormatCloseMessage(websocket.CloseGoingAway, "")
			t.must(p.webSocket().conn.WriteControl(websocket.CloseMessage, message, time.Now().Add(writeTimeout)), "close")
			p.over()
			t.resume(p)
		}},
		{"websocket/a message that breaks off keeps the session", needsWebSocket, func(t *T) {
			p := t.guest()
			_, err := p.webSocket().conn.NetConn().Write([]byte{0x82, 0x80 | 100, 0, 0, 0, 0, 0x95, byte(protocol.KindInput), 1})
			t.must(err, "write")
			p.wire.cut()
			t.resume(p)
		}},
		{"websocket/a frame that is not masked ends the connection", needsWebSocket, func(t *T) {
			p := t.guest()
			_, err := p.webSocket().conn.NetConn().Write([]byte{0x82, 3, 0x93, byte(protocol.KindPing), 1})
			t.must(err, "write")
			p.over()
		}},
		{"websocket/a control frame of 126 bytes ends the connection", needsWebSocket, func(t *T) {
			p := t.guest()
			_, err := p.webSocket().conn.NetConn().Write(append([]byte{0x89, 0x80 | 126, 0, 126, 0, 0, 0, 0}, make([]byte, 126)...))
			t.must(err, "write")
			p.over()
		}},
		{"websocket/a reserved bit ends the connection", needsWebSocket, func(t *T) {
			p := t.guest()
			_, err := p.webSocket().conn.NetConn().Write([]byte{0xc2, 0x80 | 1, 0, 0, 0, 0, 0xc0})
			t.must(err, "write")
			p.over()
		}},
		{"websocket/a quiet connection is asked for a sign of life", needsWebSocket | needsSlowness, func(t *T) {
			p := t.guest()
			select {
			case <-p.webSocket().pings:
			case <-time.After(protocol.SilentTimeout):
				t.failf("it was not")
			}
		}},
		{"websocket/a silent one is closed in time", needsWebSocket | needsSlowness, func(t *T) {
			p := t.guest()
			p.webSocket().mute.Store(true)
			p.closedWithin(protocol.CloseSilent, 2*protocol.SilentTimeout)
		}},
	}
}

func (p *peer) webSocket() *webSocket { return p.wire.(*webSocket) }

// over expects the end of the connection, however it comes.
func (p *peer) over() {
	for {
		a, came := p.next(p.t.cfg.Patience)
		p.t.check(came, "the connection is still there")
		if a.err != nil {
			return
		}
	}
}

// linkCases are about links over plain HTTP.
func linkCases() []Case {
	post := func(t *T, body []byte, header ...string) (int, []byte) {
		status, answer, err := ask(t.ctx, http.DefaultClient, http.MethodPost, httpURL(t.cfg.URL), body, header...)
		t.must(err, "ask")
		return status, answer
	}
	return []Case{
		{"http/a link can be opened with its hello", needsHTTP, func(t *T) {
			p := t.dial()
			hello := protocol.AppendRecord(nil, protocol.RecordFrame, encoded(p.hello()))
			status, id := post(t, hello)
			t.check(status == http.StatusCreated && len(id) >= 16, "status %d, a name of %d bytes", status, len(id))
			status, records, err := ask(t.ctx, http.DefaultClient, http.MethodGet, httpURL(t.cfg.URL), nil,
				protocol.HeaderLink, string(id), protocol.HeaderDown, protocol.DownPoll)
			t.must(err, "poll")
			kind, frame, _, _, ok := protocol.CutRecord(records)
			t.check(status == http.StatusOK && ok && kind == protocol.RecordFrame, "status %d, record %d", status, kind)
			first, _ := protocol.PeekKind(frame)
			t.check(first == protocol.KindWelcome, "a %v came", first)
		}},
		{"http/a link that is not there is not found", needsHTTP, func(t *T) {
			status, _ := post(t, nil, protocol.HeaderLink, "nobody-knows")
			t.check(status == http.StatusNotFound, "status %d", status)
		}},
		{"http/a page of a foreign origin is refused", needsHTTP, func(t *T) {
			status, _ := post(t, nil, "Origin", "https://nobody-knows.example")
			t.check(status == http.StatusForbidden, "status %d", status)
		}},
		{"http/a body that is too big is refused", needsHTTP, func(t *T) {
			p := t.guest()
			status, _, err := p.wire.(*link).ask(t.ctx, http.MethodPost, make([]byte, protocol.MaxUp+1))
			t.must(err, "ask")
			t.check(status == http.StatusRequestEntityTooLarge, "status %d", status)
		}},
		{"http/half a record costs the link, and the session goes on", needsHTTP, func(t *T) {
			p := t.guest()
			status, _, err := p.wire.(*link).ask(t.ctx, http.MethodPost, []byte{0, 0, 0, 9, 0x93})
			t.must(err, "ask")
			t.check(status == http.StatusBadRequest, "status %d", status)
			p.over()
			t.resume(p)
		}},
		{"http/a ping is answered with its data, and unknown records are skipped", needsHTTP, func(t *T) {
			p := t.dial()
			hello := protocol.AppendRecord(nil, protocol.RecordFrame, encoded(p.hello()))
			hello = protocol.AppendRecord(protocol.AppendRecord(hello, 99, []byte("?")), protocol.RecordPing, []byte("life"))
			_, id := post(t, hello)
			var kinds []protocol.RecordKind
			for len(kinds) < 2 {
				status, records, err := ask(t.ctx, http.DefaultClient, http.MethodGet, httpURL(t.cfg.URL), nil,
					protocol.HeaderLink, string(id), protocol.HeaderDown, protocol.DownPoll)
				t.must(err, "poll")
				t.check(status == http.StatusOK, "status %d", status)
				for kind, payload, rest, _, ok := protocol.CutRecord(records); ok; kind, payload, rest, _, ok = protocol.CutRecord(rest) {
					kinds = append(kinds, kind)
					t.check(kind != protocol.RecordPong || string(payload) == "life", "a pong with %q", payload)
				}
			}
			t.check(kinds[0] == protocol.RecordFrame && kinds[1] == protocol.RecordPong, "records %v", kinds)
		}},
		{"http/what comes is not to be kept by anyone on the way", needsHTTP, func(t *T) {
			q, err := http.NewRequestWithContext(t.ctx, http.MethodPost, httpURL(t.cfg.URL), nil)
			t.must(err, "request")
			resp, err := http.DefaultClient.Do(q)
			t.must(err, "ask")
			t.must(resp.Body.Close(), "close")
			t.check(resp.Header.Get("Cache-Control") != "", "nothing says so")
		}},
	}
}
