package httplink_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
	"github.com/deltatick/deltatick/session/httplink"
)

// pipes is a listener for connections in memory, whose time is the bubble's.
type pipes struct{ conns chan net.Conn }

func (p pipes) Accept() (net.Conn, error) {
	if c, ok := <-p.conns; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}

func (p pipes) Close() error { return nil }

func (p pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

func (p pipes) dial(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	p.conns <- there
	return here, nil
}

func TestAStreamOutlastsTheDeadlinesOfItsServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub, err := session.NewHub(session.Config{Auth: session.Guest{}, Handler: quiet{}})
		if err != nil {
			t.Fatal(err)
		}
		handler, err := httplink.New(httplink.Config{Hub: hub})
		if err != nil {
			t.Fatal(err)
		}
		l := pipes{make(chan net.Conn)}
		front := &http.Server{Handler: handler, ReadTimeout: 2 * time.Second, WriteTimeout: 3 * time.Second}
		served := make(chan error)
		go func() { served <- front.Serve(l) }()
		client := &http.Client{Transport: &http.Transport{DialContext: l.dial}}
		do := func(method string, body []byte, header ...string) *http.Response {
			q, err := http.NewRequest(method, "http://game.example/ws", bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			for i := 0; i < len(header); i += 2 {
				q.Header.Set(header[i], header[i+1])
			}
			resp, err := client.Do(q)
			if err != nil {
				t.Fatal(err)
			}
			return resp
		}
		opened := do(http.MethodPost, hello())
		id, err := io.ReadAll(opened.Body)
		if err != nil {
			t.Fatal(err)
		}
		stream := do(http.MethodGet, nil, protocol.HeaderLink, string(id), protocol.HeaderDown, protocol.DownStream)
		read := make(chan struct{})
		go func() {
			defer close(read)
			_, _ = io.Copy(io.Discard, stream.Body)
		}()
		for range 10 {
			time.Sleep(time.Second)
			ping := frame(&protocol.Ping{Kind: protocol.KindPing, Time: 1})
			if resp := do(http.MethodPost, ping, protocol.HeaderLink, string(id)); resp.StatusCode != http.StatusNoContent {
				t.Fatalf("the link is gone: status %d", resp.StatusCode)
			}
			select {
			case <-read:
				t.Fatal("the stream was broken off")
			default:
			}
		}
		if err := hub.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		<-read
		client.CloseIdleConnections()
		close(l.conns)
		_ = front.Close()
		<-served
	})
}
