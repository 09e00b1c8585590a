package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// standIn, in the environment, has this program act as one of a fleet: it says that it is ready, and ends with status 3 when it is told to.
const standIn = "DELTATICK_FLEET_STAND_IN"

func TestMain(m *testing.M) {
	if os.Getenv(standIn) == "" {
		os.Exit(m.Run())
	}
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGTERM)
	fmt.Println("Ready to accept connections, msg=ready")
	<-told
	os.Exit(3)
}

func TestProcessesAreListedAndOneThatDiesIsNamedWithItsEnd(t *testing.T) {
	t.Setenv(standIn, "1")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, program := range []string{"server", "matchserver", "redis-server"} {
		if err := os.Symlink(self, filepath.Join(dir, program)); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	from, out := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		args := []string{"-addr", "127.0.0.1:0", "-bin", dir, "-redis-server", filepath.Join(dir, "redis-server"), "-lobby-nodes", "1", "-match-servers", "2"}
		err := run(ctx, args, func(string) (string, bool) { return "", false }, out, io.Discard)
		_ = out.CloseWithError(err)
		ended <- err
	}()
	said := bufio.NewScanner(from)
	row := regexp.MustCompile(`^(\S+) +(\S.*\S) +pid (\d+) +(redis|http)://127\.0\.0\.1:\d+$`)
	roles, pids := map[string]string{}, map[string]int{}
	for said.Scan() && !strings.HasPrefix(said.Text(), "deltatick is ready") {
		if cells := row.FindStringSubmatch(said.Text()); cells != nil {
			roles[cells[1]] = cells[2]
			pids[cells[1]], _ = strconv.Atoi(cells[3])
		}
	}
	for name, role := range map[string]string{
		"redis": "store", "match-1": "match server", "match-2": "match server", "lobby-1": "lobby node", "fleet": "load balancer",
	} {
		if roles[name] != role || pids[name] == 0 {
			t.Fatalf("%s is listed as %q with pid %d", name, roles[name], pids[name])
		}
	}
	for _, death := range []struct {
		name   string
		signal syscall.Signal
		how    string
	}{{"match-2", syscall.SIGKILL, "signal: killed"}, {"lobby-1", syscall.SIGTERM, "exit status 3"}} {
		if err := syscall.Kill(pids[death.name], death.signal); err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprintf("%s (pid %d) has ended: %s", death.name, pids[death.name], death.how)
		if !said.Scan() || said.Text() != want {
			t.Fatalf("said %q, want %q", said.Text(), want)
		}
	}
	stop() // what the fleet ends by itself is no news
	for said.Scan() {
		t.Errorf("said at the end: %q", said.Text())
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
