package main

import (
	"context"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/deltatick/deltatick/games/arena"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/server"
	"github.com/deltatick/deltatick/simulator/floor"
)

func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == floorArg { // this process is a floor of a test
		os.Exit(runFloor(os.Args[2], os.Stdin, os.Stdout, os.Stderr))
	}
	if len(os.Args) > 1 && os.Args[1] == partArg { // or a part of a test's run
		os.Exit(runPart(context.Background(), os.Args[2:], os.LookupEnv, os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

func TestASearchSaysWhatItKeepsAndFlagsOfNoSearchAreRefused(t *testing.T) {
	none := func(string) (string, bool) { return "", false }
	cfg, err := parse([]string{"-find-max", "-keep", "rate.min >= 40, failed == 0", "-bots", "16"}, none, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if e := cfg.run.Groups[0].Expect; len(e) != 2 || e[0].String() != "rate.min >= 40/s" || cfg.run.For != findFor || cfg.run.Settle != findSettle {
		t.Errorf("%v, %v after %v", e, cfg.run.For, cfg.run.Settle)
	}
	for _, args := range [][]string{
		{"-keep", "failed == 0"}, {"-most", "9"}, {"-floor=false"}, {"-keep", "joy >= 1", "-find-max"}, {"-json", "x", "-find-max"}, {"-part", "1/2", "-find-max"}, {"-processes", "2", "-find-max"},
		{"-processes", "0"}, {"-processes", "65"}, {"-processes", "2", "-part", "1/2"},
		{"-part", "0/2"}, {"-part", "3/2"}, {"-part", "2"}, {"-at", "noon"}, {"-most", "0", "-find-max"},
	} {
		code, out, errOut := command(t, nil, args...)
		name, _, _ := strings.Cut(args[0], "=")
		if code != 2 || out != "" || strings.Count(errOut, "\n") != 1 || !strings.Contains(errOut, name+":") {
			t.Errorf("%v: exit code %d, %q", args, code, errOut)
		}
	}
}

func TestASearchEndsWithTheMostThatMayBeTried(t *testing.T) {
	url := realServer(t)
	code, out, errOut := command(t, nil, "-find-max", "-url", url, "-bots", "4", "-room-size", "4", "-most", "8", "-for", "1s", "-settle", "1ms", "-keep", "visits >= 1", "-min-rate", "0")
	if code != 0 || errOut != "" || !strings.Contains(out, "server: 8 kept it") || !strings.Contains(out, "floor: frames of ") {
		t.Errorf("exit code %d, %q\n%s", code, errOut, out)
	}
}

func TestAFloorIsAProcessThatTellsWhatItUsesAndEndsWhenTold(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	p, err := startFloor(ctx, floor.Config{Rooms: 1, Frame: 10})
	if err != nil {
		t.Fatal(err)
	}
	if used, err := p.cpu(); err != nil || used < 0 || !p.addr.Addr().IsLoopback() {
		t.Errorf("%v, %v, at %v", used, err, p.addr)
	}
	if err := p.end(); err != nil {
		t.Error(err)
	}
	if _, err := startFloor(ctx, floor.Config{}); err == nil {
		t.Error("a floor without rooms was started")
	}
}

// realServer serves arena on the loopback, and ends with the test. It returns its URL.
func realServer(t *testing.T) string {
	t.Helper()
	srv, err := server.New(server.Config{Kinds: []match.Kind{arena.Kind()}, Guests: true, DrainWait: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- srv.Run(ctx) }()
	front := httptest.NewServer(srv.Handler())
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the server ended with %v", err)
		}
		front.Close()
	})
	return "ws" + strings.TrimPrefix(front.URL, "http") + "/ws"
}
