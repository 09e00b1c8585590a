package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// TestMain lets this program be its own children, as the command is.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == childArg {
		os.Exit(runChild(os.Args[2], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

func unset(string) (string, bool) { return "", false }

func TestServerAndFloorAreComparedForEachGame(t *testing.T) {
	for game := range games {
		var out, errOut bytes.Buffer
		code := run(t.Context(), []string{"-rooms", "1", "-room-size", "2", "-pairs", "1", "-warm", "0s", "-for", "1s", "-game", game}, unset, &out, &errOut)
		if code != 0 {
			t.Fatalf("%s: exit code %d: %s", game, code, errOut.String())
		}
		if !strings.Contains(out.String(), "CPU a player and tick") {
			t.Errorf("%s: no figures in\n%s", game, out.String())
		}
	}
}

func TestIdleConnectionsAreWeighed(t *testing.T) {
	var out, errOut bytes.Buffer
	if code := run(t.Context(), []string{"-idle", "16", "-warm", "0s", "-for", "1s"}, unset, &out, &errOut); code != 0 {
		t.Fatalf("exit code %d: %s", code, errOut.String())
	}
	if !strings.Contains(out.String(), "16 connections") {
		t.Errorf("no figures in\n%s", out.String())
	}
}

func TestAFlagThatCannotBeUsedIsNamed(t *testing.T) {
	for _, args := range [][]string{{"-rooms", "0"}, {"-game", "chess"}, {"-codec", "gzip"}, {"-for", "1h"}, {"-warm", "-1s"}, {"-idle", "1000000"}} {
		var out, errOut bytes.Buffer
		if code := run(t.Context(), args, unset, &out, &errOut); code != 2 || !strings.Contains(errOut.String(), args[0]+":") {
			t.Errorf("%v: exit code %d, %q", args, code, errOut.String())
		}
	}
}

func TestALoadThatIsNotSustainedIsKnown(t *testing.T) {
	good := figures{snapshots: [2]float64{59.8, 60}, inputs: 60}
	if !good.sustained() {
		t.Error("a good run is said to be none")
	}
	for _, f := range []figures{
		{snapshots: [2]float64{50, 60}, inputs: 60}, {snapshots: [2]float64{57, 58}, inputs: 60}, {snapshots: [2]float64{60, 60}, inputs: 40},
	} {
		if f.sustained() {
			t.Errorf("%+v is said to be sustained", f)
		}
	}
}
