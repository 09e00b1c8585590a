package simulator

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/deltatick/deltatick/simulator/invariant"
)

// invariants puts what the guard found into a report, when all bots are gone.
func (r *run) invariants(report *Report) {
	for _, p := range r.players {
		if c := p.client(); c != nil { // else its last visit was accounted for when it left
			r.guard.ledger.Client(c.Stats(), p.index+1)
		}
	}
	report.Invariants = r.guard.ledger.Results()
	report.Broken = broken(report.Invariants)
}

// broken is how many invariants were.
func broken(all []invariant.Result) (n int) {
	for _, i := range all {
		if i.Breaks > 0 {
			n++
		}
	}
	return n
}

// allHeard reports whether everybody has heard what must have been heard of the newest messages and calls.
func (r *run) allHeard(said map[string]invariant.Said, called map[string][]invariant.Call) bool {
	all := true
	r.listeners(func(l *invariant.Listener) { all = all && l.Has(called) })
	r.ears(said, func(ear *invariant.Ear, _ string, s invariant.Said) { all = all && ear.Has(s) })
	return all
}

// judgeCalls holds the server to it.
func (r *run) judgeCalls(called map[string][]invariant.Call) {
	r.listeners(func(l *invariant.Listener) { l.Judge(called) })
}

// listeners goes through the bots that are connected and hear calls.
func (r *run) listeners(hear func(l *invariant.Listener)) {
	for _, p := range r.players {
		p.mu.Lock()
		v := p.visit
		p.mu.Unlock()
		if v != nil && p.crowd.Sends.Every > 0 && v.client.Online() {
			hear(v.senses.listener)
		}
	}
}

// judgeChat holds the server to it.
func (r *run) judgeChat(said map[string]invariant.Said) {
	r.ears(said, func(ear *invariant.Ear, lobby string, s invariant.Said) { ear.Judge(lobby, s) })
}

// ears goes through the bots that are connected and in a lobby in which something was said.
func (r *run) ears(said map[string]invariant.Said, hear func(ear *invariant.Ear, lobby string, s invariant.Said)) {
	for _, p := range r.players {
		p.mu.Lock()
		v := p.visit
		p.mu.Unlock()
		if v == nil || v.senses.ear == nil || !v.client.Online() {
			continue
		}
		if lobby := v.client.Lobby().State(); lobby != nil && said[lobby.ID].ID != 0 {
			hear(v.senses.ear, lobby.ID, said[lobby.ID])
		}
	}
}

// howChecked is what has an invariant looked at.
var howChecked = map[invariant.Name]string{
	invariant.Capacity: "by bots in lobbies, and by the list of lobbies",
	invariant.Owner:    "by bots that play",
	invariant.Ticks:    "by bots that play",
	invariant.Events:   "by bots that stay in their lobby",
	invariant.Hash:     "by bots that play",
	invariant.Hidden:   "in swarm with the setting view, or of bots whose code says what they may see",
	invariant.Seats:    "at the end of a run that is not broken off",
	invariant.Leak:     "with -alone",
}

// HowChecked says what has an invariant looked at, for one that never was.
func HowChecked(name invariant.Name) string { return "it is looked at only " + howChecked[name] }

// writeInvariants is the part of the table about them.
func (r Report) writeInvariants(b *strings.Builder) {
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\ninvariant\tchecks\tbroken\t")
	for _, i := range r.Invariants {
		if i.Checks == 0 {
			fmt.Fprintf(t, "%s\t-\t-\t\n", i.Name)
			continue
		}
		fmt.Fprintf(t, "%s\t%d\t%d\t\n", i.Name, i.Checks, i.Breaks)
	}
	_ = t.Flush() // into memory
	var unchecked []string
	for _, i := range r.Invariants {
		if i.Checks == 0 {
			unchecked = append(unchecked, fmt.Sprintf("%s (only %s)", i.Name, howChecked[i.Name]))
		}
	}
	if len(unchecked) > 0 {
		fmt.Fprintf(b, "not looked at in this run: %s\n", strings.Join(unchecked, ", "))
	}
	if r.Broken > 0 {
		fmt.Fprintf(b, "\nFAILED: %s broken\n", many(r.Broken, "invariant was", "invariants were"))
	}
	for _, i := range r.Invariants {
		for _, text := range i.Details[:min(len(i.Details), shownFailures)] {
			fmt.Fprintf(b, "  %s: %s\n", i.Name, text)
		}
	}
}

// invariantSuite has a case for each invariant; one that was never checked is skipped.
func (r Report) invariantSuite() junitSuite {
	s := junitSuite{Name: "invariants", Tests: len(r.Invariants), Time: fmt.Sprintf("%.3f", r.Measured)}
	for _, i := range r.Invariants {
		c := junitCase{Class: "invariants", Name: "held: " + string(i.Name)}
		switch {
		case i.Breaks > 0:
			s.Failures++
			c.Failure = &junitFailure{Message: fmt.Sprintf("%d of %d checks", i.Breaks, i.Checks), Text: strings.Join(i.Details, "\n")}
		case i.Checks == 0:
			c.Skipped = &junitSkipped{Message: "never checked: " + HowChecked(i.Name)}
		}
		s.Cases = append(s.Cases, c)
	}
	return s
}
