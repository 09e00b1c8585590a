package hosting_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/deltatick/deltatick/hosting"
)

// hookRun is a command that is running, and waits to be told how to end.
type hookRun struct {
	conn   net.Conn
	report hosting.Report
}

// end lets the command end with a code.
func (r hookRun) end(code int) {
	_, _ = fmt.Fprintln(r.conn, code)
	_ = r.conn.Close()
}

// hooks is a host whose commands a test takes one after another.
type hooks struct {
	*hosting.Hook
	listener *net.TCPListener
	ended    chan struct{}
}

func runHook(t *testing.T, timeout time.Duration) *hooks {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(hookAddress, listener.Addr().String())
	h := &hooks{listener: listener.(*net.TCPListener), ended: make(chan struct{})}
	if h.Hook, err = hosting.NewHook(hosting.HookConfig{Command: []string{os.Args[0], "-some", "argument"}, Timeout: timeout}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		defer close(h.ended)
		h.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-h.ended
		_ = listener.Close()
	})
	return h
}

// next is the command that is run next.
func (h *hooks) next(t *testing.T) hookRun {
	t.Helper()
	if err := h.listener.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	conn, err := h.listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	run := hookRun{conn: conn}
	event, input, _ := strings.Cut(line, " ")
	if err := json.Unmarshal([]byte(input), &run.report); err != nil {
		t.Fatal(err)
	}
	if event != string(run.report.Event) {
		t.Errorf("the argument is %s, the input says %s", event, run.report.Event)
	}
	return run
}

func (r hookRun) expect(t *testing.T, event hosting.Event, rooms int) {
	t.Helper()
	if r.report.Event != event || r.report.Rooms != rooms {
		t.Errorf("told %+v, want %s with %d rooms", r.report, event, rooms)
	}
}

func TestACommandIsRunForEveryStageOneAtATimeWithTheNewestLoad(t *testing.T) {
	h := runHook(t, 0)
	h.Ready()
	ready := h.next(t)
	ready.expect(t, hosting.EventReady, 0)
	for rooms := range 10 {
		h.SetLoad(load(rooms, "a", "b"))
	}
	ready.end(0)
	run := h.next(t)
	run.expect(t, hosting.EventLoad, 9)
	if want := []string{"a", "b"}; strings.Join(run.report.Players, " ") != strings.Join(want, " ") || run.report.RoomCapacity != 20 || run.report.PlayerCapacity != 50 {
		t.Errorf("the report is %+v", run.report)
	}
	h.SetLoad(load(9, "a", "b")) // is no news
	h.Drain()
	h.Ready() // too late
	run.end(0)
	run = h.next(t)
	run.expect(t, hosting.EventDrain, 9)
	h.Shutdown()
	run.end(0)
	run = h.next(t)
	run.expect(t, hosting.EventShutdown, 9)
	run.end(0)
	<-h.ended
}

func TestACommandThatFailsIsRunAgain(t *testing.T) {
	h := runHook(t, 0)
	h.Ready()
	for _, code := range []int{1, 7, 0} {
		run := h.next(t)
		run.expect(t, hosting.EventReady, 0)
		run.end(code)
	}
	h.Shutdown()
	run := h.next(t)
	run.expect(t, hosting.EventShutdown, 0)
	run.end(0)
	<-h.ended
}

func TestACommandThatDoesNotEndIsKilled(t *testing.T) {
	h := runHook(t, time.Second)
	h.Ready()
	stuck := h.next(t)
	if n, err := stuck.conn.Read(make([]byte, 1)); err == nil {
		t.Errorf("the command said %d bytes more", n)
	}
	again := h.next(t)
	again.expect(t, hosting.EventReady, 0)
	again.end(0)
}

func TestAHostThatCannotBeIsRefused(t *testing.T) {
	for _, text := range []string{"exec:", "exec:  ", "exec:no-such-program-anywhere", "kubernetes", "agones "} {
		if _, err := hosting.Open(text, os.LookupEnv, nil); err == nil {
			t.Errorf("%q is a host", text)
		}
	}
	bad := func(string) (string, bool) { return "70000", true }
	if _, err := hosting.Open("agones", bad, nil); err == nil || !strings.Contains(err.Error(), hosting.EnvAgonesPort) {
		t.Errorf("a port that is none: %v", err)
	}
}

func TestWithNobodyBehindItAHostEndsByItself(t *testing.T) {
	host, err := hosting.Open("none", os.LookupEnv, nil)
	if err != nil {
		t.Fatal(err)
	}
	host.Ready()
	host.Health()
	host.SetLoad(load(1))
	host.Drain()
	host.Shutdown()
	host.Shutdown()
	host.Run(t.Context())
}
