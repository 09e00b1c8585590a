package page

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/deltatick/deltatick/simulator"
	"github.com/deltatick/deltatick/simulator/hostile"
	"github.com/deltatick/deltatick/simulator/invariant"
)

// reportView is a report as its template shows it.
type reportView struct {
	frame
	Report   simulator.Report
	Heading  string
	Verdict  string // in a few words
	Facts    []fact
	Promises []promise
	Broken   []invariant.Result // those of them with a break
	Failures []failure
	Unshown  int // failures beyond those
	Notes    []string
	Groups   []drawing
	Server   []drawing
	Attacks  []drawing
	Answers  []answers
}

type fact struct{ Name, Value string }

// promise is something that was to hold.
type promise struct {
	Met               bool
	Unseen            bool // nothing was ever held against it, so that Met says nothing
	Group, Text, Seen string
}

type failure struct {
	Group string
	simulator.BotReport
	simulator.Failure
}

type answers struct {
	simulator.AttackReport
	About          string // what the attackers did
	Counts, Worked []count
}

type count struct {
	Name string
	N    int
}

// shownFailures bounds the table of them; the JSON has all.
const shownFailures = 200

func newReportView(r simulator.Report) reportView {
	heading := cmp.Or(r.Title, "A simulator's run")
	v := reportView{
		frame: newFrame(heading + " - deltatick simulator"), Report: r, Heading: heading, Verdict: verdict(r), Facts: facts(r), Promises: promises(r),
	}
	for _, g := range r.Groups {
		for _, bot := range g.Each {
			for _, f := range bot.Failures {
				if len(v.Failures) < shownFailures {
					v.Failures = append(v.Failures, failure{g.Name, bot, f})
				} else {
					v.Unshown++
				}
			}
		}
	}
	for _, i := range r.Invariants {
		if i.Breaks > 0 {
			v.Broken = append(v.Broken, i)
		}
	}
	for _, a := range r.Attacks {
		attack, _ := hostile.Named(a.Attack) // of another version perhaps, and then nothing is said of it
		v.Answers = append(v.Answers, answers{a, attack.About, counts(a.Answers), counts(a.Breaches)})
	}
	v.Notes = notes(r)
	id := 0
	for _, set := range []struct {
		to    *[]drawing
		plots []plot
	}{{&v.Groups, groupPlots(r)}, {&v.Server, serverPlots(r)}, {&v.Attacks, attackPlots(r)}} {
		for _, p := range set.plots {
			id++
			d := p.draw()
			d.ID = id
			*set.to = append(*set.to, d)
		}
	}
	return v
}

func verdict(r simulator.Report) string {
	if r.OK() {
		return "Passed"
	}
	var parts []string
	for _, n := range []struct {
		n         int
		one, many string
	}{{r.Failed, "bot was failed", "bots were failed"}, {r.Unmet, "criterion was not met", "criteria were not met"}, {r.Breaches, "attack worked", "attacks worked"},
		{r.Broken, "invariant was broken", "invariants were broken"}} {
		if n.n > 0 {
			parts = append(parts, plural(n.n, n.one, n.many))
		}
	}
	if !r.Upkeep.OK() {
		parts = append(parts, "the server leaked or drifted")
	}
	return "Failed: " + strings.Join(parts, ", ")
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func facts(r simulator.Report) []fact {
	population, attackers := plural(r.Bots, "bot", "bots")+" in "+plural(r.Lobbies, "lobby", "lobbies"), 0
	for _, a := range r.Attacks {
		attackers += a.Bots
	}
	if attackers > 0 {
		population += ", " + plural(attackers, "attacker", "attackers")
	}
	all := []fact{
		{"Server", r.URL},
		{"Began", r.Began.UTC().Format("2006-01-02 15:04:05 MST")},
		{"Measured", seconds(r.Measured)},
		{"Population", population},
		{"Seed", fmt.Sprint(r.Seed)},
		{"Simulator", fmt.Sprintf("%.2f cores", r.CPU)},
	}
	if shared := r.Shared(); shared != "" {
		all = append(all, fact{"Run", strings.TrimPrefix(shared, "run ")})
	}
	if r.Began.Equal(time.Time{}) {
		all = slices.Delete(all, 1, 2)
	}
	if u := r.Upkeep; u.Joining > 0 {
		all = append(all, fact{"Everybody in after", seconds(u.Joining)})
	}
	if u := r.Upkeep; u.Busy > 0 {
		all = append(all, fact{"The bots' machine", fmt.Sprintf("%.2f cores busy", u.Busy)})
	}
	if u := r.Upkeep; u.Samples > 0 {
		text := fmt.Sprintf("%.2f cores, %s resident", u.CPU, bytesText(u.Resident))
		switch {
		case u.Each <= 0: // not known, or nothing that could be told from what it had before
		case attackers > 0:
			text += ", " + bytesText(u.Each) + " a bot or attacker"
		default:
			text += ", " + bytesText(u.Each) + " a bot"
		}
		all = append(all, fact{"The server", text})
	}
	return all
}

func promises(r simulator.Report) []promise {
	all := []promise{{Met: r.Failed == 0, Group: "all", Text: "no bot is failed by the server", Seen: fmt.Sprintf("%d of %d", r.Failed, r.Bots)}}
	if len(r.Attacks) > 0 {
		all = append(all, promise{Met: r.Breaches == 0, Group: "all", Text: "no attack works", Seen: fmt.Sprint(r.Breaches)})
	}
	for _, g := range r.Groups {
		for _, c := range g.Verdicts {
			_, seen, _ := strings.Cut(c.String(), ": ")
			all = append(all, promise{Met: c.Met, Group: g.Name, Text: c.Criterion, Seen: seen})
		}
	}
	for _, i := range r.Invariants {
		p := promise{Met: i.Breaks == 0, Unseen: i.Checks == 0, Group: "all", Text: "invariant " + string(i.Name)}
		if p.Unseen {
			p.Seen = simulator.HowChecked(i.Name)
		} else {
			p.Seen = fmt.Sprintf("%d of %d checks broken", i.Breaks, i.Checks)
		}
		all = append(all, p)
	}
	said := func(met bool, what fmt.Stringer) {
		text, seen, _ := strings.Cut(what.String(), ": ")
		all = append(all, promise{Met: met, Group: "the server", Text: text, Seen: seen})
	}
	for _, l := range r.Upkeep.Leaks {
		said(l.OK, l)
	}
	for _, t := range r.Upkeep.Trend {
		said(t.OK, t)
	}
	return all
}

// notes are what a reader has to know to judge the figures.
func notes(r simulator.Report) (all []string) {
	if r.Interrupted {
		all = append(all, "The run was ended before its time.")
	}
	if r.Busy() {
		all = append(all, "The bots' machine was too busy to send every input in time: the figures say as much about it as about the server.")
	}
	switch s := r.Server; {
	case s == nil:
		all = append(all, "The server was not looked at from outside.")
	case len(s.Samples) == 0:
		all = append(all, "The server could not be looked at from outside: "+cmp.Or(s.Why, "the run was too short")+".")
	case s.Misses > 0:
		all = append(all, fmt.Sprintf("%d looks at the server from outside failed, the last with: %s.", s.Misses, s.Why))
	}
	return all
}

func counts(m map[string]int) (all []count) {
	for _, name := range slices.SortedFunc(maps.Keys(m), func(a, b string) int { return cmp.Or(m[b]-m[a], cmp.Compare(a, b)) }) {
		all = append(all, count{name, m[name]})
	}
	return all
}

// comparisonView is a comparison as its template shows it.
type comparisonView struct {
	frame
	simulator.Comparison
	Runs []run
}

type run struct {
	Name    string
	OK      bool
	Heading string
	Verdict string
	Facts   []fact
}

func newComparisonView(c simulator.Comparison) comparisonView {
	v := comparisonView{frame: newFrame("Two runs compared - deltatick simulator"), Comparison: c}
	for i, r := range []simulator.Report{c.Before, c.After} {
		v.Runs = append(v.Runs, run{[]string{"Before", "After"}[i], r.OK(), cmp.Or(r.Title, "A simulator's run"), verdict(r), facts(r)})
	}
	return v
}
