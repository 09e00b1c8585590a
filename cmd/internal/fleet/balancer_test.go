package fleet_test

import (
	"io"
	"net"
	"testing"

	"go.uber.org/goleak"

	"github.com/deltatick/deltatick/cmd/internal/fleet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// backend answers each connection with its name.
func backend(t *testing.T, name string) net.Listener {
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
			_, _ = io.WriteString(c, name)
			_ = c.Close()
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-done
	})
	return l
}

func TestConnectionsGoToAllBackendsThatTakeThem(t *testing.T) {
	a, b, gone := backend(t, "a"), backend(t, "b"), backend(t, "gone")
	_ = gone.Close()
	balancer, err := fleet.NewBalancer("127.0.0.1:0", func() []string {
		return []string{a.Addr().String(), gone.Addr().String(), b.Addr().String()}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer balancer.Close()
	count := map[string]int{}
	for range 30 {
		c, err := net.Dial("tcp", balancer.Addr())
		if err != nil {
			t.Fatal(err)
		}
		name, err := io.ReadAll(c)
		if err != nil {
			t.Fatal(err)
		}
		count[string(name)]++
		_ = c.Close()
	}
	if count["a"] < 10 || count["b"] < 10 || count["a"]+count["b"] != 30 {
		t.Errorf("connections: %v", count)
	}
}

func TestAClosedBalancerEndsItsConnections(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	balancer, err := fleet.NewBalancer("127.0.0.1:0", func() []string { return []string{silent.Addr().String()} })
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", balancer.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	there, err := silent.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer there.Close()
	balancer.Close()
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("the connection is still there")
	}
}
