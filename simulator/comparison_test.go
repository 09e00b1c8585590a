package simulator_test

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/deltatick/deltatick/simulator"
)

func TestComparedFiguresHaveTheirDifferences(t *testing.T) {
	before := mustPlayAll(t, faults{}, simulator.Config{}, simulator.Group{Name: "same"}, simulator.Group{Name: "gone"})
	after := mustPlayAll(t, faults{halfRate: true}, simulator.Config{}, simulator.Group{Name: "same"}, simulator.Group{Name: "new"})
	before.Upkeep.Busy, after.Upkeep.Busy = 0, 0 // whatever else runs here
	var file bytes.Buffer
	if err := json.NewEncoder(&file).Encode(after); err != nil {
		t.Fatal(err)
	}
	read, err := simulator.ReadReport(&file)
	if err != nil {
		t.Fatal(err)
	}
	c := simulator.Compare(before, read)
	if len(c.Groups) != 4 || c.Groups[3].Name != "upkeep" || c.Groups[0].Only != "" || c.Groups[1].Only != "after" || c.Groups[2].Only != "before" {
		t.Fatalf("%+v", c.Groups)
	}
	found := map[string]simulator.Change{}
	for _, change := range c.Groups[0].Changes {
		found[change.Figure] = change
	}
	if rate := found["rate.median"]; !rate.Worse || rate.Better || math.Abs(rate.After-rate.Before/2) > 1 {
		t.Errorf("half as many snapshots: %+v", rate)
	}
	if gap := found["gap.p50"]; !gap.Worse || gap.Before < 16 || gap.After < 32 || gap.PercentText() != "+100.0 %" && gap.After < 2*gap.Before*0.99 {
		t.Errorf("half as many snapshots: %+v", gap)
	}
	if failed := found["failed"]; !failed.Worse || failed.Before != 0 || failed.After != 4 {
		t.Errorf("%+v", failed)
	}
	if _, there := found["desyncs"]; there {
		t.Error("a figure that was 0 both times is there")
	}
	var b strings.Builder
	if _, err := c.WriteTo(&b); err != nil || !strings.Contains(b.String(), "new: only after") || !strings.Contains(b.String(), "worse") {
		t.Errorf("%v:\n%s", err, b.String())
	}
	same := simulator.Compare(before, before)
	for _, change := range same.Groups[0].Changes {
		if change.Better || change.Worse || change.Before != change.After {
			t.Errorf("a run beside itself: %+v", change)
		}
	}
}

func TestWhatTwoRunsOfTheSameDifferByIsNeitherBetterNorWorse(t *testing.T) {
	of := func(gap, slack, late float64, desyncs, reconnects uint64) simulator.Report {
		return simulator.Report{Groups: []simulator.GroupReport{{
			Name: "g", Interval: simulator.Spread{Count: 9, P50: gap, P99: gap, Max: gap}, Slack: simulator.Spread{Count: 9, P50: slack}, Late: late, Desyncs: desyncs, Reconnects: reconnects,
		}}}
	}
	before := of(10, 5, 0.002, 1, 20)
	words := func(after simulator.Report) map[string]string {
		all := map[string]string{}
		for _, c := range simulator.Compare(before, after).Groups[0].Changes {
			all[c.Figure] = c.Word()
		}
		return all
	}
	small := words(of(10.9, 4.1, 0.011, 1, 29)) // all of them by more than 5 %
	for figure, word := range small {
		if word != "" {
			t.Errorf("%s is called %s", figure, word)
		}
	}
	large := words(of(12.1, 3.9, 0.013, 2, 31))
	for figure, want := range map[string]string{"gap.p50": "worse", "gap.p99": "worse", "gap.max": "", "slack.p50": "worse", "late": "worse", "desyncs": "worse", "reconnects": "worse"} {
		if large[figure] != want {
			t.Errorf("%s is called %q, want %q", figure, large[figure], want)
		}
	}
}

func TestWhatRunsOfTwoKindsDifferByIsNoVerdict(t *testing.T) {
	of := func(bots int, busy, gap, cpu float64, desyncs uint64) simulator.Report {
		return simulator.Report{
			Upkeep: simulator.Upkeep{Busy: busy, Cores: 2, CPU: cpu},
			Groups: []simulator.GroupReport{{Name: "players", Bots: bots, Interval: simulator.Spread{Count: 9, P50: gap}, Desyncs: desyncs}},
		}
	}
	before := of(8, 0.5, 17, 0.2, 0)
	for name, test := range map[string]struct {
		after  simulator.Report
		doubts int
		worse  string
	}{
		"of one kind":     {of(8, 0.6, 34, 0.4, 3), 0, "desyncs gap.p50 server.cpu"},
		"busy machine":    {of(8, 1.9, 34, 0.4, 3), 1, "desyncs"},
		"more bots":       {of(80, 0.6, 34, 0.4, 3), 1, ""},
		"more bots, busy": {of(80, 1.9, 34, 0.4, 3), 2, ""},
	} {
		c := simulator.Compare(before, test.after)
		var worse []string
		for _, g := range c.Groups {
			for _, change := range g.Changes {
				if change.Worse {
					worse = append(worse, change.Figure)
				}
			}
		}
		slices.Sort(worse)
		var table strings.Builder
		_, _ = c.WriteTo(&table)
		if strings.Join(worse, " ") != test.worse || len(c.Doubts) != test.doubts || strings.Count(table.String(), "NOTE: ") != test.doubts {
			t.Errorf("%s: worse are %v, want %q; %q", name, worse, test.worse, c.Doubts)
		}
	}
}

func TestWhatIsNoReportIsRefused(t *testing.T) {
	for _, text := range []string{"", "{}", "[]", `{"groups": 3}`, "no JSON"} {
		if _, err := simulator.ReadReport(strings.NewReader(text)); err == nil {
			t.Errorf("%q was taken for a report", text)
		}
	}
}
