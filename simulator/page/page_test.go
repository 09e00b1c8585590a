package page_test

import (
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/deltatick/deltatick/simulator"
	"github.com/deltatick/deltatick/simulator/hostile"
	"github.com/deltatick/deltatick/simulator/invariant"
	"github.com/deltatick/deltatick/simulator/page"
	"github.com/deltatick/deltatick/simulator/scrape"
)

// evil is what no name should be able to do to a page.
const evil = `<script>alert(1)</script>"'&--></svg></style>`

// report is of two groups and one of attackers, over a number of laps. Texts from outside end with what is given.
func report(laps int, text string) simulator.Report {
	r := simulator.Report{
		Title: "a title" + text, URL: "ws://host" + text, Bots: 6, Lobbies: 2, Seed: 1, Measured: float64(laps), Began: time.Unix(1e9, 0),
		Failed: 1, Unmet: 1, Breaches: 1, Broken: 1,
		Invariants: []invariant.Result{
			{Name: invariant.Owner, Checks: 40}, {Name: invariant.Leak}, {Name: invariant.Hash, Checks: 31, Breaks: 1, Details: []string{"bot 7: it differs" + text}},
		},
		Upkeep: simulator.Upkeep{
			CPU: 0.5, Resident: 4e7, Each: 5e4, Joining: 2, Busy: 1.5, Samples: 9,
			Leaks: []simulator.Leak{{Of: "sessions" + text, Before: 1, After: 3, Bound: 1}},
			Trend: []simulator.Trend{{Of: "resident memory" + text, Rise: 1e6, Bound: 4e6, Windows: 12, OK: true}},
		},
		Server: &scrape.Report{Misses: 1, Why: "no answer" + text},
	}
	spread := func(i int) simulator.Spread {
		return simulator.Spread{Count: 9, P50: 10, P99: float64(10 + i%7), Max: 90}
	}
	for _, name := range []string{"first" + text, "second" + text} {
		g := simulator.GroupReport{
			Name: name, Role: simulator.Player, Game: "arena" + text, Bots: 3, Latency: spread(1), Interval: spread(2), Presence: simulator.Spread{Count: 9, P99: 77}, Failed: 1,
			Verdicts: []simulator.Verdict{{Criterion: "gap.p99 <= 40ms", Value: 52, Measured: true}, {Criterion: "desyncs <= 0", Measured: true, Met: true}},
			Each:     []simulator.BotReport{{Bot: 7, Match: "m" + text, Seat: 3, Failures: []simulator.Failure{{Reason: "chat", Detail: "refused: be nice" + text}}}},
		}
		for i := range laps {
			g.Laps = append(g.Laps, simulator.Lap{
				At: float64(i + 1), Took: 1, Seated: 3, Playing: 3, Rate: 60, Latency: spread(i), Interval: spread(i), Presence: spread(i), Failed: i % 2,
				In: map[string]float64{"snapshot": 3000, "event" + text: 50}, Out: map[string]float64{"input": 900},
				Reconnects: uint64(i % 3), Drops: map[string]uint64{"stale" + text: 1},
			})
		}
		r.Groups = append(r.Groups, g)
	}
	for i := range laps {
		r.Server.Samples = append(r.Server.Samples, scrape.Sample{At: float64(i), CPU: new(0.5), Memory: new(4e7), Closes: map[string]float64{"4504" + text: 2}})
	}
	r.Attacks = []simulator.AttackReport{{
		Name: "raiders" + text, Attack: "flood", Bots: 2, Laps: []simulator.AttackLap{{At: 1, Took: 1, Attempts: 4, Breaches: 1}},
		Report: hostile.Report{Attempts: 4, Answers: map[string]int{"closed 4506 flooding" + text: 3}, Breaches: map[string]int{"it got in" + text: 1}},
	}}
	return r
}

func write(t *testing.T, r simulator.Report) string {
	t.Helper()
	var b strings.Builder
	if err := page.Write(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// elements reads a page as XML, which ours are but for their void elements, and counts its elements by name.
func elements(t *testing.T, html string) map[string]int {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(html))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	count, open := map[string]int{}, []string{}
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("the page does not parse: %v", err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			count[e.Name.Local]++
			open = append(open, e.Name.Local)
			for _, a := range e.Attr {
				if strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "style" || a.Name.Local == "src" || a.Name.Local == "href" {
					t.Errorf("<%s> has %s=%q", e.Name.Local, a.Name.Local, a.Value)
				}
			}
		case xml.EndElement:
			if last := open[len(open)-1]; last != e.Name.Local {
				t.Errorf("<%s> is closed by </%s>", last, e.Name.Local)
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t.Errorf("left open: %v", open)
	}
	return count
}

func TestAPageHasEveryGroupCriterionFailureAndAttack(t *testing.T) {
	html := write(t, report(20, ""))
	found := elements(t, html)
	for _, want := range []string{
		"a title", "ws://host", "1 bot was failed", "1 criterion was not met", "1 attack worked", "first", "second", "gap.p99 &lt;= 40ms", "52ms", "✗ not met", "✓ met",
		"refused: be nice", "raiders", "3 × closed 4506 flooding", "1 × it got in", "no answer", "snapshot", "4504", "Resident memory", "2001-09-09",
		"1 invariant was broken", "the server leaked or drifted", "invariant owner", "0 of 40 checks broken", "1 of 31 checks broken", "– never checked", "bot 7: it differs",
		"1 before, 3 after, at most 1", "rises by 1.0M", "Presence, set to seen", ">77<", "50 kB a bot or attacker", "1.50 cores busy",
	} {
		if !strings.Contains(html, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(html, "ZgotmplZ") {
		t.Error("the template package found something unsafe")
	}
	if found["svg"] < 10 || found["desc"] != found["svg"] || found["title"] != found["svg"]+1 || found["path"] == 0 {
		t.Errorf("elements: %v", found)
	}
}

func TestWhatComesFromOutsideIsTextAndNothingElse(t *testing.T) {
	plain, hostile := elements(t, write(t, report(20, ""))), write(t, report(20, evil))
	if strings.Contains(hostile, "<script") {
		t.Error("a name made a script")
	}
	found := elements(t, hostile)
	if fmt.Sprint(found) != fmt.Sprint(plain) {
		t.Errorf("names changed the page's elements from %v to %v", plain, found)
	}
	var b strings.Builder
	if err := page.WriteComparison(&b, simulator.Compare(report(3, evil), report(5, evil))); err != nil {
		t.Fatal(err)
	}
	if elements(t, b.String())["script"] != 0 || strings.Contains(b.String(), "<script") {
		t.Error("a name made a script in a comparison")
	}
}

func TestAPageLoadsNothing(t *testing.T) {
	html := write(t, report(3, ""))
	if !strings.Contains(html, `content="default-src &#39;none&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;; style-src &#39;sha256-`) {
		t.Error("the page lacks its content security policy")
	}
	if outside := regexp.MustCompile(`@import|url\(|<link|<img|<iframe`).FindAllString(html, -1); outside != nil {
		t.Errorf("the page refers to %v", outside)
	}
}

func TestAnHoursPageIsNoLargerThanCanBeSeen(t *testing.T) {
	hour, tenth := len(write(t, report(3600, ""))), len(write(t, report(360, "")))
	if hour > 2*tenth {
		t.Errorf("%d bytes for an hour, %d for a tenth of it", hour, tenth)
	}
}

func TestTheWorstOfWhatIsDrawnAsOnePointIsSeen(t *testing.T) {
	r := report(3600, "")
	r.Groups[0].Laps[1801].Latency.P99 = 987 // one lap of an hour
	if html := write(t, r); !strings.Contains(html, ">1000<") {
		t.Error("the axis does not reach a peak of 987 ms")
	}
}

func TestEmptyReportsMakePages(t *testing.T) {
	for name, r := range map[string]simulator.Report{
		"nothing": {}, "no laps": report(0, ""), "one lap": report(1, ""), "unseen": {Server: &scrape.Report{}},
	} {
		if html := write(t, r); strings.Contains(html, "NaN") || elements(t, html)["html"] != 1 {
			t.Errorf("%s: %s", name, html)
		}
	}
}

func TestAComparisonHasBothRunsAndWhatChanged(t *testing.T) {
	after := report(5, "")
	after.Groups[0].Latency.P99 = 99
	after.Invariants[2].Breaks, after.Upkeep.Joining, after.Upkeep.Leaks[0].After = 5, 3, 8
	var b strings.Builder
	if err := page.WriteComparison(&b, simulator.Compare(report(5, ""), after)); err != nil {
		t.Fatal(err)
	}
	elements(t, b.String())
	for _, want := range []string{"Before", "After", "first", "second", "the server", "effect.p99", "11 ms", "99 ms", "&#43;88 ms", "&#43;800.0 %", "worse",
		"broken invariants", "hash", "&#43;400.0 %", "joining", "sessions, left over", "resident memory, rise"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}
