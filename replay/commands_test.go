package replay_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/deltatick/deltatick/games/arena"
	"github.com/deltatick/deltatick/games/swarm"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/recording"
	"github.com/deltatick/deltatick/replay"
)

// run is the command with the arena built in.
func run(t *testing.T, args ...string) (out string, err error) {
	t.Helper()
	var b bytes.Buffer
	err = replay.Run(t.Context(), args, &b, io.Discard, arena.Kind())
	return b.String(), err
}

// tear is a copy of a file without its last bytes.
func tear(t *testing.T, name string) string {
	t.Helper()
	whole, err := os.ReadFile(name)
	must(t, err)
	torn := filepath.Join(t.TempDir(), "torn"+recording.Extension)
	must(t, os.WriteFile(torn, whole[:len(whole)-100], 0o600))
	return torn
}

func TestListTellsTheEssentialsOfEveryFile(t *testing.T) {
	whole := record(t, 4)
	torn := tear(t, whole)
	out, err := run(t, "list", whole, torn)
	must(t, err)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 3 {
		t.Fatal(out)
	}
	for i, want := range [][]string{{"arena", "2023-11-14 22:13:20", "4s", "240", "shutdown"}, {"arena", "3s", "180", "torn"}} {
		for _, word := range want {
			if !strings.Contains(lines[i+1], " "+word) {
				t.Errorf("no %q in %q", word, lines[i+1])
			}
		}
	}
	if out, err := run(t, "list", whole, os.DevNull); !errors.Is(err, recording.ErrNotARecording) || !strings.Contains(out, whole) {
		t.Errorf("with a file that is none: %v, %s", err, out)
	}
}

func TestVerifyTellsWhetherAMatchComesOutTheSame(t *testing.T) {
	name := record(t, 2)
	out, err := run(t, "verify", name, tear(t, name))
	if err != nil || strings.Count(out, "are the same") != 2 || !strings.Contains(out, "all 120 ticks") || strings.Count(out, "torn") < 1 {
		t.Errorf("%v: %s", err, out)
	}
	err = replay.Run(t.Context(), []string{"verify", name}, io.Discard, io.Discard, swarm.Kind())
	if err == nil || !strings.Contains(err.Error(), "arena is not built into") {
		t.Errorf("without the game: %v", err)
	}
	changed := arena.Kind()
	changed.Name = "arena"
	inner := changed.New
	changed.New = func() match.Game { return slower{inner()} }
	var b bytes.Buffer
	err = replay.Run(t.Context(), []string{"verify", name}, &b, io.Discard, changed)
	if err == nil || !strings.Contains(b.String(), "tick 61: ") {
		t.Errorf("with a game that has changed: %v: %s", err, b.String())
	}
}

// slower is a game that skips a step, as a version with a fault might.
type slower struct{ match.Game }

func (g slower) Step(t *match.Tick) {
	if t.Number() != 61 {
		g.Game.Step(t)
	}
}

func TestExtractWritesStatesEventsAndInputs(t *testing.T) {
	name := record(t, 20)
	out, err := run(t, "extract", name, "-tick", "100")
	must(t, err)
	var state struct {
		Tick  uint32
		State map[string][]map[string]any
	}
	must(t, json.Unmarshal([]byte(out), &state))
	if ships := state.State["ships"]; state.Tick != 100 || len(ships) != 8 || ships[0]["id"] == nil || ships[0]["x"] == nil {
		t.Errorf("state: %s", out)
	}
	out, err = run(t, "extract", "-from", "10", "-to", "12", "-part", "inputs", name)
	must(t, err)
	if lines := strings.Split(strings.TrimSpace(out), "\n"); len(lines) != 3 || !strings.Contains(lines[2], `"turn":1`) {
		t.Errorf("inputs: %s", out)
	}
	out, err = run(t, "extract", name)
	must(t, err)
	if !strings.Contains(out, `"name":"kill"`) {
		t.Errorf("events: %.200s", out)
	}
	for part, columns := range map[string]int{"state": 5, "events": 4, "inputs": 8} {
		out, err := run(t, "extract", name, "-format", "csv", "-part", part)
		must(t, err)
		rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
		if err != nil || len(rows) < 2 || len(rows[0]) != columns {
			t.Errorf("%s as csv: %d rows, %v", part, len(rows), err)
		}
	}
}

func TestAPartThatIsCutOutIsARecording(t *testing.T) {
	name := record(t, 4)
	for _, c := range []struct {
		from, to string
		kinds    []match.Kind // built in when it is cut
		verified string
	}{
		{"1", "150", nil, ""},
		{"100", "150", []match.Kind{arena.Kind()}, ""},
		{"100", "240", []match.Kind{arena.Kind()}, ""},
		{"100", "150", nil, "does not begin with its match"},
	} {
		part := filepath.Join(t.TempDir(), "part.dtr")
		cut := []string{"extract", name, "-format", "recording", "-from", c.from, "-to", c.to, "-o", part}
		must(t, replay.Run(t.Context(), cut, io.Discard, io.Discard, c.kinds...))
		_, err := run(t, "verify", part)
		if (err == nil) != (c.verified == "") || err != nil && !strings.Contains(err.Error(), c.verified) {
			t.Errorf("%s to %s: %v", c.from, c.to, err)
		}
		want, err := run(t, "extract", name, "-tick", "150")
		must(t, err)
		if got, err := run(t, "extract", part, "-tick", "150"); err != nil || got != want {
			t.Errorf("%s to %s: another world, %v", c.from, c.to, err)
		}
		f, err := recording.OpenFile(part)
		must(t, err)
		if players := f.End().Players; len(players) != 1 || players[0] != "ada" {
			t.Errorf("%s to %s: players %v", c.from, c.to, players)
		}
		must(t, f.Close())
	}
}

func TestBadCommandLinesAreRefusedInOneLine(t *testing.T) {
	name := record(t, 1)
	for _, args := range [][]string{
		{}, {"dance"}, {"list"}, {"verify"}, {"verify", "-fast", name}, {"extract"}, {"extract", name, name}, {"extract", name, "-tick", "61"},
		{"extract", name, "-from", "20", "-to", "10"}, {"extract", name, "-tick", "3", "-from", "1"}, {"extract", name, "-format", "xml"},
		{"extract", name, "-part", "sound"}, {"serve"}, {"serve", name, "-speed", "99"}, {"serve", name, "-addr", "nowhere"},
		{"serve", filepath.Join(t.TempDir(), "missing")},
	} {
		if _, err := run(t, args...); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v: %v", args, err)
		}
	}
	for _, args := range [][]string{{"-h"}, {"extract", "-h"}, {"serve", "-h"}} {
		if out, err := run(t, args...); !errors.Is(err, flag.ErrHelp) || out == "" {
			t.Errorf("%v: %v", args, err)
		}
	}
}
