package link_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/deltatick/deltatick/simulator/link"
)

// echo is a server on the loopback that says what it hears. It ends with the test.
func echo(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var work sync.WaitGroup
	work.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			work.Go(func() {
				_, _ = io.Copy(conn, conn)
				_ = conn.Close()
			})
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		work.Wait()
	})
	return listener.Addr().String()
}

// proxied runs a proxy until the returned function is called, which gives its lines.
func proxied(t *testing.T, p link.Proxy) (addr string, stop func() []string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	p.Log = &log
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- p.Serve(ctx, listener) }()
	return listener.Addr().String(), func() []string {
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
		return strings.Split(strings.TrimSuffix(log.String(), "\n"), "\n")
	}
}

func TestAProxyCarriesSeveralConnectionsWholeAndSaysSo(t *testing.T) {
	p := link.Profile{RTT: 20 * time.Millisecond, Jitter: 10 * time.Millisecond, Loss: 1}
	addr, stop := proxied(t, link.Proxy{To: echo(t), Profile: p})
	want := pattern(50_000)
	var clients sync.WaitGroup
	for range 3 {
		clients.Go(func() {
			conn, err := net.Dial("tcp", addr)
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()  //nolint:errcheck // it is over
			go conn.Write(want) //nolint:errcheck // seen below
			got := make([]byte, len(want))
			if _, err := io.ReadFull(conn, got); err != nil || !bytes.Equal(got, want) {
				t.Errorf("other bytes than were sent, or %v", err)
			}
		})
	}
	clients.Wait()
	lines := stop()
	if len(lines) != 3 {
		t.Fatalf("lines %q", lines)
	}
	for _, line := range lines {
		if !strings.Contains(line, "on 20,10,1, 50000 bytes up") || !strings.Contains(line, "50000 bytes down") {
			t.Error(line)
		}
	}
}

func TestAProxyEndsConnectionsWhenItIsInterrupted(t *testing.T) {
	addr, stop := proxied(t, link.Proxy{To: echo(t), Profile: link.Profile{RTT: time.Second}, Max: 1})
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // it is over
	_, _ = conn.Write([]byte("x"))
	_, _ = io.ReadFull(conn, make([]byte, 1))
	stop()
	if n, err := conn.Read(make([]byte, 1)); err == nil {
		t.Errorf("read %d bytes of a proxy that is gone", n)
	}
}

func TestAProxyWithoutAServerEndsTheConnectionAndSaysWhy(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := listener.Addr().String()
	_ = listener.Close()
	addr, stop := proxied(t, link.Proxy{To: nobody})
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Read(make([]byte, 1)); err == nil {
		t.Error("read from nobody")
	}
	_ = conn.Close()
	if lines := stop(); len(lines) != 1 || !strings.Contains(lines[0], "connection 1 from") || !strings.Contains(lines[0], "refused") {
		t.Errorf("lines %q", lines)
	}
}
