package server_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/server"
)

// oneConn is a listener that has one connection to give.
type oneConn struct {
	conns chan net.Conn
	done  chan struct{}
}

func (l *oneConn) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *oneConn) Close() error {
	close(l.done)
	return nil
}

func (l *oneConn) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

// newServer is one that is not run yet.
func newServer(t *testing.T, cfg server.Config) *server.Server {
	t.Helper()
	cfg.Kinds, cfg.Guests = []match.Kind{tallyKind()}, true
	s, err := server.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// visit gives a test the other end of a connection to a server's front door, in a bubble.
func visit(t *testing.T, test func(t *testing.T, conn net.Conn)) {
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		l := &oneConn{conns: make(chan net.Conn, 1), done: make(chan struct{})}
		l.conns <- there
		ctx, stop := context.WithCancel(t.Context())
		served := make(chan error)
		go func() {
			served <- newServer(t, server.Config{}).Serve(ctx, l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost {
					_, _ = io.Copy(io.Discard, r.Body)
				}
			}))
		}()
		test(t, here)
		_ = here.Close()
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
		time.Sleep(time.Second) // net/http lingers for half of one on what it has refused
	})
}

func TestWhoeverIsSlowWithARequestIsCutOff(t *testing.T) {
	for name, tc := range map[string]struct {
		begin string
		by    time.Duration
	}{
		"with its header":               {"GET / HTTP/1.1\r\nHost: x\r\n", 5 * time.Second},
		"with a body that is read":      {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n", 15 * time.Second},
		"with a body that nobody reads": {"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n", 15 * time.Second},
		"with the next request":         {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			visit(t, func(t *testing.T, conn net.Conn) {
				began := time.Now()
				go func() { _, _ = io.Copy(io.Discard, conn) }()
				_, err := io.WriteString(conn, tc.begin)
				for more := !strings.HasSuffix(tc.begin, "\r\n\r\n") || strings.Contains(tc.begin, "Content-Length"); err == nil; {
					time.Sleep(time.Second)
					if more {
						_, err = io.WriteString(conn, "x")
					} else if time.Since(began) > tc.by {
						_, err = io.WriteString(conn, "GET / HTTP/1.1\r\n")
					}
				}
				if took := time.Since(began); took < tc.by || took > tc.by+2*time.Second {
					t.Errorf("cut off after %v, expected %v", took, tc.by)
				}
			})
		})
	}
}

func TestAHeaderThatIsTooLargeIsRefused(t *testing.T) {
	visit(t, func(t *testing.T, conn net.Conn) {
		go func() {
			_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\nCookie: "+strings.Repeat("x", 1<<20))
		}()
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("status %d", resp.StatusCode)
		}
	})
}

func TestAServerThatListensIsDrainedAndClosedWithItsContext(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	asked := 0
	pages := fstest.MapFS{"index.html": {Data: []byte("my page")}}
	err := newServer(t, server.Config{Pages: pages}).ListenAndServe(ctx, "127.0.0.1:0", func(url string) {
		go func() {
			defer stop()
			for path, want := range map[string]string{"/": "my page", "/readyz": "ready\n", "/client.mjs": ""} {
				resp, err := http.Get(url + path)
				if err != nil {
					t.Error(err)
					return
				}
				if got := body(resp); resp.StatusCode != http.StatusOK || want != "" && got != want {
					t.Errorf("%s: %d %q", path, resp.StatusCode, got)
				}
				_ = resp.Body.Close()
				asked++
			}
			http.DefaultClient.CloseIdleConnections()
		}()
	})
	if err != nil || asked != 3 {
		t.Errorf("%d answers, then %v", asked, err)
	}
}

func TestAnAddressOfAllThisMachineIsOpenedAtLocalhost(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	var told string
	err := newServer(t, server.Config{}).ListenAndServe(ctx, ":0", func(url string) { told = url; stop() })
	if err != nil || !strings.HasPrefix(told, "http://localhost:") {
		t.Errorf("open %q, then %v", told, err)
	}
}

func TestAnAddressThatCannotBeListenedOnStartsNothing(t *testing.T) {
	err := newServer(t, server.Config{}).ListenAndServe(t.Context(), "nowhere", func(url string) { t.Errorf("ready at %s", url) })
	if err == nil {
		t.Error("no error")
	}
}

func TestAListenerThatFailsEndsTheServer(t *testing.T) {
	l := &oneConn{done: make(chan struct{})}
	_ = l.Close()
	if err := newServer(t, server.Config{}).Serve(t.Context(), closedTwice{l}, nil); !errors.Is(err, net.ErrClosed) {
		t.Errorf("ended with %v", err)
	}
}

// closedTwice is a listener that may be closed again.
type closedTwice struct{ *oneConn }

func (closedTwice) Close() error { return nil }
