package simulator

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
)

// junit is the format in which continuous integration reads test results: a suite for each group, a case for each promise.
type junit struct {
	XMLName  xml.Name `xml:"testsuites"`
	Name     string   `xml:"name,attr"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Suites   []junitSuite
}

type junitSuite struct {
	XMLName  xml.Name `xml:"testsuite"`
	Name     string   `xml:"name,attr"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Time     string   `xml:"time,attr"` // seconds
	Cases    []junitCase
}

type junitCase struct {
	XMLName xml.Name      `xml:"testcase"`
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Failure *junitFailure `xml:"failure,omitempty"`
	Skipped *junitSkipped `xml:"skipped,omitempty"`
}

type junitSkipped struct {
	Message string `xml:"message,attr"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// reasons are all the ways in which a server can fail a bot.
var reasons = []string{
	FailedConnect, FailedJoin, FailedClosed, FailedDesync, FailedSeat, FailedAbsent, FailedRate, FailedEvents, FailedMalformed, FailedChat,
	FailedPresence,
}

// WriteJUnit writes the report as JUnit XML: in the suite of a group, a case for each way in which a bot can be failed, and one for each
// criterion; and a suite for each group of attackers, for the invariants, and for leaks and drifts.
func (r Report) WriteJUnit(w io.Writer) error {
	all := junit{Name: r.Title}
	for _, g := range r.Groups {
		suite := g.suite(r.Measured)
		all.Suites = append(all.Suites, suite)
		all.Tests += suite.Tests
		all.Failures += suite.Failures
	}
	for _, a := range r.Attacks {
		suite := a.suite(r.Measured)
		all.Suites = append(all.Suites, suite)
		all.Tests += suite.Tests
		all.Failures += suite.Failures
	}
	if len(r.Invariants) > 0 {
		suite := r.invariantSuite()
		all.Suites = append(all.Suites, suite)
		all.Tests += suite.Tests
		all.Failures += suite.Failures
	}
	if suite := r.Upkeep.suite(r.Measured); suite.Tests > 0 {
		all.Suites = append(all.Suites, suite)
		all.Tests += suite.Tests
		all.Failures += suite.Failures
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (r GroupReport) suite(measured float64) junitSuite {
	s := junitSuite{Name: r.Name, Time: fmt.Sprintf("%.3f", measured)}
	add := func(name string, failure *junitFailure) {
		s.Cases = append(s.Cases, junitCase{Class: r.Name, Name: name, Failure: failure})
		if s.Tests++; failure != nil {
			s.Failures++
		}
	}
	for _, reason := range reasons {
		add("no bot was failed: "+reason, r.failure(reason))
	}
	for _, v := range r.Verdicts {
		var failure *junitFailure
		if !v.Met {
			failure = &junitFailure{Message: v.String()}
		}
		add(v.Criterion, failure)
	}
	return s
}

// suite has a case for each leak and each drift that was looked for; none without Config.Soak.
func (u Upkeep) suite(measured float64) junitSuite {
	s := junitSuite{Name: "upkeep", Time: fmt.Sprintf("%.3f", measured)}
	add := func(name string, ok bool, what fmt.Stringer) {
		c := junitCase{Class: "upkeep", Name: name}
		if s.Tests++; !ok {
			s.Failures++
			c.Failure = &junitFailure{Message: what.String()}
		}
		s.Cases = append(s.Cases, c)
	}
	for _, l := range u.Leaks {
		add("no leak: "+l.Of, l.OK, l)
	}
	for _, t := range u.Trend {
		add("no drift: "+t.Of, t.OK, t)
	}
	return s
}

// suite has one case, for what must not work.
func (r AttackReport) suite(measured float64) junitSuite {
	c := junitCase{Class: r.Name, Name: "no attack worked: " + r.Attack}
	for breach, n := range sorted(r.Breaches) {
		if c.Failure == nil {
			c.Failure = &junitFailure{Message: fmt.Sprintf("%d of %d attempts", int(total(r.Breaches)), r.Attempts)}
		}
		c.Failure.Text += fmt.Sprintf("%d times: %s\n", n, breach)
	}
	if c.Failure == nil && r.Attempts == 0 {
		c.Skipped = &junitSkipped{Message: "not over once"}
	}
	s := junitSuite{Name: r.Name, Tests: 1, Time: fmt.Sprintf("%.3f", measured), Cases: []junitCase{c}}
	if c.Failure != nil {
		s.Failures = 1
	}
	return s
}

// failure is what bots were failed with for a reason, or nil.
func (r GroupReport) failure(reason string) *junitFailure {
	failed, text := 0, ""
	for _, bot := range r.Each {
		if slices.ContainsFunc(bot.Failures, func(f Failure) bool { return f.Reason == reason }) {
			failed++
		}
		for _, f := range bot.Failures {
			if f.Reason == reason {
				text += fmt.Sprintf("bot %d: %s\n", bot.Bot, f.Detail)
			}
		}
	}
	if failed == 0 {
		return nil
	}
	return &junitFailure{Message: fmt.Sprintf("%d of %d bots", failed, r.Bots), Text: text}
}
