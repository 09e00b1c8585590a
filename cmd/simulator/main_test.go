package main

import (
	"bytes"
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// command runs the command line and returns its exit code and what it printed.
func command(t *testing.T, env map[string]string, args ...string) (code int, out, errOut string) {
	t.Helper()
	var o, e bytes.Buffer
	lookup := func(name string) (string, bool) {
		value, ok := env[name]
		return value, ok
	}
	code = run(context.Background(), args, lookup, &o, &e)
	return code, o.String(), e.String()
}

func TestBadFlagsAreOneLineThatNamesThem(t *testing.T) {
	for _, args := range [][]string{
		{"-bots", "0"}, {"-bots", "many"}, {"-room-size", "-1"}, {"-for", "10ms"}, {"-for", "soon"}, {"-ramp", "-1s"},
		{"-join-within", "0s"}, {"-return-within", "48h"}, {"-min-rate", "-1"}, {"-min-rate", "NaN"}, {"-url", "http://localhost"},
		{"-network", "5g"}, {"-network", "150,30,99"}, {"-network", "4g,kbps=x"}, {"-proxy", "nowhere", "-to", "127.0.0.1:1"},
		{"-to", "127.0.0.1", "-proxy", "127.0.0.1:0"}, {"-chaos", "-proxy", "127.0.0.1:0", "-to", "127.0.0.1:1"}, {"-behaviour", "clever"}, {"-metrics", "localhost"}, {"-pid", "-1"}, {"-settings", "bots"}, {"-settings", "bots=x"}, {"-seed", "-1"}, {"-nonsense"},
	} {
		code, out, errOut := command(t, nil, args...)
		if code != 2 || out != "" || strings.Count(errOut, "\n") != 1 || !strings.Contains(errOut, args[0]) {
			t.Errorf("%v: exit code %d, %q", args, code, errOut)
		}
	}
}

func TestFlagsHaveTwinsInTheEnvironmentAndWin(t *testing.T) {
	env := map[string]string{"DELTATICK_SIM_BOTS": "100", "DELTATICK_SIM_FOR": "5s", "DELTATICK_SIM_SETTINGS": "bots=4, entities=9"}
	lookup := func(name string) (string, bool) {
		value, ok := env[name]
		return value, ok
	}
	cfg, err := parse([]string{"-bots", "7", "-quiet", "-min-rate", "0"}, lookup, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := cfg.run
	g := c.Groups[0]
	if g.Bots != 7 || c.For != 5*time.Second || g.Settings["bots"] != 4 || g.Settings["entities"] != 9 || c.Progress != nil || g.MinRate >= 0 {
		t.Errorf("%+v", c)
	}
	env["DELTATICK_SIM_BOTS"] = "x"
	if code, _, errOut := command(t, env); code != 2 || !strings.Contains(errOut, "DELTATICK_SIM_BOTS") {
		t.Errorf("exit code %d, %q", code, errOut)
	}
}

func TestAScenarioSaysWhoPlaysAndFlagsDoNot(t *testing.T) {
	file := filepath.Join(t.TempDir(), "s.yaml")
	text := "for: 20s\nseed: 3\ngroups: [{name: a, bots: 5}, {name: b, chaos: true}]\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	none := func(string) (string, bool) { return "", false }
	cfg, err := parse([]string{"-scenario", file, "-url", "ws://127.0.0.1:9/ws", "-for", "3s"}, none, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if c := cfg.run; len(c.Groups) != 2 || c.Groups[0].Bots != 5 || c.For != 3*time.Second || c.Seed != 3 || c.URL != "ws://127.0.0.1:9/ws" {
		t.Errorf("%+v", c)
	}
	for _, args := range [][]string{{"-bots", "3"}, {"-chaos"}, {"-game", "arena"}, {"-ramp", "1s"}} {
		code, out, errOut := command(t, nil, append(args, "-scenario", file)...)
		if code != 2 || out != "" || strings.Count(errOut, "\n") != 1 || !strings.Contains(errOut, args[0]+":") {
			t.Errorf("%v: exit code %d, %q", args, code, errOut)
		}
	}
	if code, _, errOut := command(t, nil, "-scenario", file+"x"); code != 2 || !strings.Contains(errOut, "-scenario") {
		t.Errorf("no such file: exit code %d, %q", code, errOut)
	}
}

func TestHelpNamesEveryFlagAndItsTwin(t *testing.T) {
	code, out, _ := command(t, nil, "-h")
	for _, want := range []string{"-bots", "DELTATICK_SIM_BOTS", "-chaos", "-json", "default 30s"} {
		if !strings.Contains(out, want) {
			t.Errorf("help lacks %s", want)
		}
	}
	if code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestNoServerIsOneLineThatSaysHowToStartOne(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "ws://" + listener.Addr().String() + "/ws"
	listener.Close() //nolint:errcheck // nobody listens there now
	code, _, errOut := command(t, nil, "-url", url)
	if code != 1 || strings.Count(errOut, "\n") != 1 || !strings.Contains(errOut, url) || !strings.Contains(errOut, "go run ./cmd/server") {
		t.Errorf("exit code %d, %q", code, errOut)
	}
}

func TestOtherMachinesAreRefusedUnlessAsked(t *testing.T) {
	code, _, errOut := command(t, nil, "-url", "ws://192.0.2.1/ws")
	if code != 2 || strings.Count(errOut, "\n") != 1 || !strings.Contains(errOut, "-allow-remote") {
		t.Errorf("exit code %d, %q", code, errOut)
	}
}
