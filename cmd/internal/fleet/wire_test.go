package fleet_test

import (
	"io"
	"net"
	"testing"
	"time"

	"github.com/deltatick/deltatick/cmd/internal/fleet"
)

// echo answers with what it is sent.
func echo(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = io.Copy(c, c)
			_ = c.Close()
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-done
	})
	return l
}

// says sends a word and reports whether it comes back in time.
func says(t *testing.T, c net.Conn, patience time.Duration) bool {
	t.Helper()
	if _, err := io.WriteString(c, "word"); err != nil {
		return false
	}
	_ = c.SetReadDeadline(time.Now().Add(patience))
	_, err := io.ReadFull(c, make([]byte, 4))
	return err == nil
}

func TestAWireStallsAndIsCutAndMended(t *testing.T) {
	w, err := fleet.NewWire(echo(t).Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	dial := func() net.Conn {
		c, err := net.Dial("tcp", w.Addr())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	const long, short = 10 * time.Second, 50 * time.Millisecond
	c := dial()
	defer c.Close()
	if !says(t, c, long) {
		t.Fatal("nothing comes over a whole wire")
	}
	w.Stall()
	if says(t, c, short) {
		t.Error("something comes over a wire that stalls")
	}
	w.Mend()
	_ = c.SetReadDeadline(time.Now().Add(long))
	if _, err := io.ReadFull(c, make([]byte, 4)); err != nil {
		t.Errorf("what was under way does not come: %v", err)
	}
	w.Cut()
	_ = c.SetReadDeadline(time.Now().Add(long))
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("a wire that is cut keeps its connection")
	}
	during := dial()
	defer during.Close()
	if says(t, during, long) {
		t.Error("a wire that is cut takes another")
	}
	w.Mend()
	after := dial()
	defer after.Close()
	if !says(t, after, long) {
		t.Error("nothing comes over a mended wire")
	}
}
