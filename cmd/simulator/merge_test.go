package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/deltatick/deltatick/simulator"
)

// partFile writes the report of a part of two, of one group that has that many visits and a criterion of at most 6.
func partFile(t *testing.T, dir string, part, visits int) string {
	t.Helper()
	text, err := json.Marshal(simulator.Report{Run: "r", Part: part, Parts: 2, Groups: []simulator.GroupReport{{
		Name: "players", Bots: 4, Visits: visits, Verdicts: []simulator.Verdict{{Criterion: "visits <= 6", Value: float64(visits), Measured: true, Met: true}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, string(rune('0'+part))+".json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReportsOfPartsAreMergedAndJudgedAsOne(t *testing.T) {
	for visits, want := range map[int]int{3: 0, 4: 1} { // 6 and 8 together
		dir := t.TempDir()
		to := func(name string) string { return filepath.Join(dir, name) }
		code, out, errOut := command(t, nil, "merge", "-json", to("all.json"), "-junit", to("all.xml"), "-html", to("all.html"), partFile(t, dir, 2, visits), partFile(t, dir, 1, visits))
		if code != want || errOut != "" || !strings.Contains(out, "8 bots") || !strings.Contains(out, "run r, played by 2 processes") || strings.Contains(out, "NOT MET") != (want == 1) {
			t.Errorf("%d visits each: exit code %d, %q\n%s", visits, code, errOut, out)
		}
		merged, err := readReport(to("all.json"))
		if err != nil || merged.Groups[0].Visits != 2*visits || merged.Unmet != want || merged.Parts != 2 {
			t.Errorf("%+v, %v", merged, err)
		}
		for name, says := range map[string]string{"all.xml": "visits &lt;= 6", "all.html": "played by 2 processes"} {
			if text, err := os.ReadFile(to(name)); err != nil || !strings.Contains(string(text), says) {
				t.Errorf("%s lacks %q (%v)", name, says, err)
			}
		}
	}
}

func TestWhatCannotBeMergedIsOneLineThatSaysWhy(t *testing.T) {
	dir := t.TempDir()
	one, whole := partFile(t, dir, 1, 1), reportFile(t, dir, "whole.json", 0)
	for want, args := range map[string][]string{
		"one.json two.json": nil, "2/2 is missing": {one}, "of no part": {one, whole}, "none.json": {one, filepath.Join(dir, "none.json")},
		"-nonsense": {"-nonsense", one}, "-html": {"-html", dir, one, partFile(t, dir, 2, 1)},
	} {
		code, out, errOut := command(t, nil, append([]string{"merge"}, args...)...)
		if code != 2 || out != "" || strings.Count(errOut, "\n") != 1 || !strings.Contains(errOut, want) {
			t.Errorf("%v: exit code %d, %q, %q, want %q", args, code, out, errOut, want)
		}
	}
	if code, out, _ := command(t, nil, "merge", "-h"); code != 0 || !strings.Contains(out, "-junit") {
		t.Errorf("help: exit code %d, %q", code, out)
	}
}

func TestSeveralProcessesPlayOneRunAndHaveOneReport(t *testing.T) {
	t.Parallel()
	url, file := realServer(t), filepath.Join(t.TempDir(), "all.json")
	code, out, errOut := command(t, nil, "-processes", "2", "-url", url, "-bots", "4", "-room-size", "2", "-for", "2s", "-min-rate", "0", "-json", file)
	if code != 0 || errOut != "" || !strings.Contains(out, "4 bots in 2 lobbies") || strings.Count(out, "ok: ") != 1 || !strings.Contains(out, "1/2    1s  seated 2/2") ||
		!strings.Contains(out, "2/2    1s  seated 2/2") {
		t.Errorf("exit code %d, %q\n%s", code, errOut, out)
	}
	r, err := readReport(file)
	if err != nil || r.Parts != 2 || r.Part != 0 || len(r.Groups[0].Each) != 4 || r.Groups[0].Interval.Count == 0 || r.Groups[0].Laps[0].Seated != 4 || r.Server == nil {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestAProcessThatCannotPlaySaysWhyAndEndsTheRun(t *testing.T) {
	t.Parallel()
	code, out, errOut := command(t, nil, "-processes", "3", "-url", realServer(t), "-game", "chess", "-quiet")
	if code != 1 || out != "" || strings.Count(errOut, "\n") != 1 || !strings.Contains(errOut, `no game "chess"`) || !strings.Contains(errOut, "/3: ") {
		t.Errorf("exit code %d, %q, %q", code, out, errOut)
	}
}
