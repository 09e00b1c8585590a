package redis_test

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// server is a real redis-server of a test's own, which keeps nothing on disk.
type server struct {
	t       testing.TB
	port    int
	cluster bool
	dir     string
	process *exec.Cmd
	said    bytes.Buffer
}

// startServer starts a server on a free port and waits for it. Without redis-server on the machine the test is skipped, or fails in CI.
func startServer(t testing.TB, asCluster bool) *server {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	s := &server{t: t, port: freePort(t), cluster: asCluster, dir: t.TempDir()}
	t.Cleanup(s.kill)
	s.start()
	if asCluster {
		s.say("CLUSTER ADDSLOTSRANGE 0 16383")
		s.await("cluster_state:ok", "CLUSTER INFO")
	}
	return s
}

// freePort finds a port whose neighbour 10,000 further, which the bus of a cluster takes, exists as well.
func freePort(t testing.TB) int {
	t.Helper()
	for {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		port := l.Addr().(*net.TCPAddr).Port
		_ = l.Close()
		if port < 55_000 {
			return port
		}
	}
}

func (s *server) url() string { return fmt.Sprintf("redis://127.0.0.1:%d", s.port) }

// start starts the server, empty.
func (s *server) start() {
	s.t.Helper()
	args := []string{"--port", fmt.Sprint(s.port), "--bind", "127.0.0.1", "--dir", s.dir, "--save", "", "--appendonly", "no"}
	if s.cluster {
		args = append(args, "--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf")
	}
	s.process = exec.Command("redis-server", args...)
	s.process.Stdout, s.process.Stderr = &s.said, &s.said
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.await("+PONG", "PING")
}

// kill ends the server as a power cut would.
func (s *server) kill() {
	if s.process != nil {
		_ = s.process.Process.Kill()
		_ = s.process.Wait()
		s.process = nil
	}
}

// pause and resume make the server stall: connections stay, and nothing is answered.
func (s *server) pause()  { s.signal(syscall.SIGSTOP) }
func (s *server) resume() { s.signal(syscall.SIGCONT) }

func (s *server) signal(sig os.Signal) {
	s.t.Helper()
	if err := s.process.Process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
}

// say sends a command and returns what begins the answer.
func (s *server) say(command string) string {
	c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.port))
	if err != nil {
		return err.Error()
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(time.Second))
	if _, err := fmt.Fprintf(c, "%s\r\n", command); err != nil {
		return err.Error()
	}
	answer := make([]byte, 4096)
	n, err := c.Read(answer)
	if err != nil {
		return err.Error()
	}
	return string(answer[:n])
}

// await repeats a command until the answer is as wanted.
func (s *server) await(wanted, command string) {
	s.t.Helper()
	answer := ""
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if answer = s.say(command); strings.Contains(answer, wanted) {
			return
		}
	}
	s.t.Fatalf("%s: %q, want %q; the server said:\n%s", command, answer, wanted, s.said.String())
}
