package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/deltatick/deltatick/simulator"
)

// reportFile writes a report of one group.
func reportFile(t *testing.T, dir, name string, desyncs uint64) string {
	t.Helper()
	text, err := json.Marshal(simulator.Report{Groups: []simulator.GroupReport{{Name: "players", Desyncs: desyncs}}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTwoReportsAreComparedAndThatIsNoFailure(t *testing.T) {
	dir := t.TempDir()
	before, after, html := reportFile(t, dir, "before.json", 2), reportFile(t, dir, "after.json", 7), filepath.Join(dir, "page.html")
	code, out, errOut := command(t, nil, "compare", "-html", html, before, after)
	if code != 0 || errOut != "" || !strings.Contains(out, "players") || !strings.Contains(out, "+5") || !strings.Contains(out, "worse") {
		t.Errorf("exit code %d, %q, %q", code, out, errOut)
	}
	if page, err := os.ReadFile(html); err != nil || !strings.Contains(string(page), "desyncs") {
		t.Errorf("the page: %q, %v", page, err)
	}
}

func TestABadComparisonIsOneLineThatSaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	good, bad := reportFile(t, dir, "good.json", 0), filepath.Join(dir, "bad.json")
	if err := os.WriteFile(bad, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args []string
		want string
	}{
		{nil, "two reports"}, {[]string{good}, "good.json"}, {[]string{good, bad}, "bad.json"}, {[]string{good, bad + "x"}, "bad.jsonx"},
		{[]string{good, good, good}, "good.json"}, {[]string{"-nonsense", good, good}, "nonsense"}, {[]string{"-html"}, "html"},
	} {
		code, out, errOut := command(t, nil, append([]string{"compare"}, test.args...)...)
		if code != 2 || out != "" || strings.Count(errOut, "\n") != 1 || !strings.Contains(errOut, test.want) {
			t.Errorf("%v: exit code %d, %q, %q", test.args, code, out, errOut)
		}
	}
	if code, out, _ := command(t, nil, "compare", "-h"); code != 0 || !strings.Contains(out, "-html") {
		t.Errorf("help: exit code %d, %q", code, out)
	}
}

func TestMetricsAreThoseOfTheServerUnlessSaidOtherwise(t *testing.T) {
	none := func(string) (string, bool) { return "", false }
	for _, test := range []struct {
		args []string
		want string
	}{
		{nil, ""},
		{[]string{"-metrics", "none"}, simulator.NoMetrics},
		{[]string{"-metrics", "http://127.0.0.1:9100/m"}, "http://127.0.0.1:9100/m"},
	} {
		cfg, err := parse(test.args, none, nil, nil)
		if err != nil || cfg.run.Metrics != test.want {
			t.Errorf("%v: %q, %v", test.args, cfg.run.Metrics, err)
		}
	}
}
