package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
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

// visit gives a test the other end of a connection to the front door, in a bubble.
func visit(t *testing.T, test func(t *testing.T, conn net.Conn)) {
	synctest.Test(t, func(t *testing.T) {
		front := newFront(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				_, _ = io.Copy(io.Discard, r.Body)
			}
		}))
		here, there := net.Pipe()
		l := &oneConn{conns: make(chan net.Conn, 1), done: make(chan struct{})}
		l.conns <- there
		served := make(chan error)
		go func() { served <- front.Serve(l) }()
		test(t, here)
		_ = here.Close()
		_ = front.Close()
		<-served
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
