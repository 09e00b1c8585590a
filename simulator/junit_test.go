package simulator_test

import (
	"bytes"
	"encoding/xml"
	"strings"
	"testing"

	"github.com/deltatick/deltatick/simulator"
)

func TestJUnitHasACaseForEveryPromiseAndSaysWhichWereBroken(t *testing.T) {
	c, err := simulator.ParseCriterion("rate.min >= 59")
	if err != nil {
		t.Fatal(err)
	}
	r := mustPlayAll(t, faults{wrongHash: true}, simulator.Config{Title: `<"all">`}, simulator.Group{Name: "a & b", Expect: []simulator.Criterion{c}})
	var out bytes.Buffer
	if err := r.WriteJUnit(&out); err != nil {
		t.Fatal(err)
	}
	var read struct {
		Name     string `xml:"name,attr"`
		Tests    int    `xml:"tests,attr"`
		Failures int    `xml:"failures,attr"`
		Suites   []struct {
			Name  string `xml:"name,attr"`
			Cases []struct {
				Name    string `xml:"name,attr"`
				Failure *struct {
					Text string `xml:",chardata"`
				} `xml:"failure"`
				Skipped *struct{} `xml:"skipped"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(out.Bytes(), &read); err != nil {
		t.Fatalf("%v:\n%s", err, out.String())
	}
	if read.Name != `<"all">` || len(read.Suites) != 2 || read.Suites[0].Name != "a & b" || read.Suites[1].Name != "invariants" ||
		read.Tests != len(read.Suites[0].Cases)+len(read.Suites[1].Cases) || read.Failures != 2 {
		t.Errorf("%+v", read)
	}
	for _, c := range read.Suites[0].Cases {
		if desync := strings.HasSuffix(c.Name, "desync"); desync != (c.Failure != nil) {
			t.Errorf("case %q: failure %v", c.Name, c.Failure)
		} else if desync && !strings.Contains(c.Failure.Text, "view hashes differed") {
			t.Errorf("case %q: %q", c.Name, c.Failure.Text)
		}
	}
	for _, c := range read.Suites[1].Cases {
		if broken := c.Name == "held: hash"; broken != (c.Failure != nil) {
			t.Errorf("case %q: failure %v", c.Name, c.Failure)
		}
		if never := c.Name == "held: hidden" || c.Name == "held: leak"; never != (c.Skipped != nil) {
			t.Errorf("case %q: skipped %v", c.Name, c.Skipped)
		}
	}
	if last := read.Suites[0].Cases[len(read.Suites[0].Cases)-1]; last.Name != "rate.min >= 59/s" {
		t.Errorf("the last case is %q", last.Name)
	}
}

func TestJUnitFailsWhenTheServerLeaksOrRefusesPresence(t *testing.T) {
	r := simulator.Report{
		Groups: []simulator.GroupReport{{Name: "g", Bots: 1, Failed: 1, Each: []simulator.BotReport{{Failures: []simulator.Failure{{Reason: simulator.FailedPresence}}}}}},
		Upkeep: simulator.Upkeep{Leaks: []simulator.Leak{{Of: "sessions", Before: 1, After: 2, Bound: 1}, {Of: "lobbies", OK: true}}, Trend: []simulator.Trend{{Of: "memory"}}},
	}
	var out bytes.Buffer
	if err := r.WriteJUnit(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`failures="3">`, `name="no bot was failed: presence"`, `name="no leak: sessions"`, `name="no drift: memory"`, "1 before, 2 after"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it lacks %q:\n%s", want, out.String())
		}
	}
}
