package simulator

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/deltatick/deltatick/simulator/scrape"
)

// maxReport bounds a report that is read: two hundred groups over an hour are less.
const maxReport = 1 << 30

// ReadReport reads a report from its JSON.
func ReadReport(r io.Reader) (Report, error) {
	var report Report
	limited := &io.LimitedReader{R: r, N: maxReport}
	if err := json.NewDecoder(limited).Decode(&report); err != nil {
		return report, fmt.Errorf("not a simulator's report: %w", err)
	}
	if len(report.Groups) == 0 && len(report.Attacks) == 0 && report.Part == 0 { // a part may have nobody to play
		return report, errors.New("not a simulator's report: it has no groups")
	}
	return report, nil
}

// Comparison is two reports side by side.
type Comparison struct {
	Before, After Report
	Doubts        []string          // in what the two are not of one kind; changes that may come of that are neither better nor worse
	Groups        []GroupComparison // those of After in order, then those that only Before has
}

// GroupComparison has the figures of the groups of one name.
type GroupComparison struct {
	Name    string
	Only    string // "before" or "after" when the other has no such group, and there are no Changes then
	Changes []Change
}

// Change is a figure in two reports.
type Change struct {
	Figure        string // one of [Figures], or of the server
	Unit          string // "" for a count
	Before, After float64
	Better, Worse bool // by at least a twentieth and the figure's floor, where one direction is better
}

// Percent is the change in percent of the former value; ok is false where that is 0.
func (c Change) Percent() (percent float64, ok bool) {
	return 100 * (c.After - c.Before) / c.Before, c.Before != 0
}

// Compare puts the figures of groups of the same name beside each other: those that were measured both times and are not 0 in both. The server, where
// both looked at it from outside, is a group called "the server"; breaks of invariants are one called "broken invariants", and what the run took and left behind
// is one called "upkeep".
func Compare(before, after Report) Comparison {
	alike := likenessOf(before, after)
	c := Comparison{Before: before, After: after, Doubts: alike.doubts}
	find := func(groups []GroupReport, name string) int {
		return slices.IndexFunc(groups, func(g GroupReport) bool { return g.Name == name })
	}
	for _, g := range after.Groups {
		at := find(before.Groups, g.Name)
		if at < 0 {
			c.Groups = append(c.Groups, GroupComparison{Name: g.Name, Only: "after"})
			continue
		}
		was := before.Groups[at]
		c.Groups = append(c.Groups, GroupComparison{Name: g.Name, Changes: alike.judged(changes(was, g), was.Bots != g.Bots)})
	}
	for _, g := range before.Groups {
		if find(after.Groups, g.Name) < 0 {
			c.Groups = append(c.Groups, GroupComparison{Name: g.Name, Only: "before"})
		}
	}
	if before.Server != nil && after.Server != nil {
		if found := serverChanges(before.Server.Samples, after.Server.Samples); len(found) > 0 {
			c.Groups = append(c.Groups, GroupComparison{Name: "the server", Changes: alike.judged(found, true)})
		}
	}
	if found := invariantChanges(before, after); len(found) > 0 {
		c.Groups = append(c.Groups, GroupComparison{Name: "broken invariants", Changes: found})
	}
	if found := upkeepChanges(before.Upkeep, after.Upkeep); len(found) > 0 {
		c.Groups = append(c.Groups, GroupComparison{Name: "upkeep", Changes: alike.judged(found, true)})
	}
	return c
}

// invariantChanges are the breaks of invariants that were checked both times, where there was one.
func invariantChanges(before, after Report) (all []Change) {
	for _, is := range after.Invariants {
		for _, was := range before.Invariants {
			if was.Name == is.Name && was.Checks > 0 && is.Checks > 0 && was.Breaks+is.Breaks > 0 {
				all = append(all, newBreaks(string(is.Name), float64(was.Breaks), float64(is.Breaks)))
			}
		}
	}
	return all
}

// upkeepChanges are what was known both times, and the trends and leaks that both were judged by.
func upkeepChanges(before, after Upkeep) (all []Change) {
	for _, f := range []struct {
		name, unit string
		of         func(Upkeep) float64
	}{
		{"server.cpu", "cores", func(u Upkeep) float64 { return u.CPU }},
		{"server.resident", "MB", func(u Upkeep) float64 { return u.Resident / 1e6 }},
		{"server.per_bot", "kB", func(u Upkeep) float64 { return u.Each / 1e3 }},
		{"machine.busy", "cores", func(u Upkeep) float64 { return u.Busy }},
		{"joining", "s", func(u Upkeep) float64 { return u.Joining }},
	} {
		if was, is := f.of(before), f.of(after); was > 0 && is > 0 { // 0 is not known
			all = append(all, newChange(f.name, f.unit, was, is))
		}
	}
	for _, is := range after.Leaks {
		for _, was := range before.Leaks {
			if was.Of == is.Of {
				all = append(all, newChange(is.Of+", left over", "", was.After-was.Before, is.After-is.Before))
			}
		}
	}
	for _, is := range after.Trend {
		for _, was := range before.Trend {
			if was.Of == is.Of && was.Windows >= minWindows && is.Windows >= minWindows {
				all = append(all, newChange(is.Of+", rise", "", was.Rise, is.Rise))
			}
		}
	}
	return all
}

func changes(before, after GroupReport) (all []Change) {
	for _, name := range Figures() {
		f := figures[name]
		was, measured := f.of(before)
		is, measuredToo := f.of(after)
		if measured && measuredToo && (was != 0 || is != 0) {
			all = append(all, newChange(name, f.unit, was, is))
		}
	}
	return all
}

// serverChanges are means over the samples, and for memory the largest.
func serverChanges(before, after []scrape.Sample) (all []Change) {
	for _, f := range []struct {
		name, unit string
		of         func(scrape.Sample) *float64
		fold       func([]float64) float64
	}{
		{"cpu.mean", "cores", func(s scrape.Sample) *float64 { return s.CPU }, mean},
		{"memory.max", "MB", func(s scrape.Sample) *float64 { return scaled(s.Memory, 1e-6) }, slices.Max[[]float64]},
		{"goroutines.max", "", func(s scrape.Sample) *float64 { return s.Goroutines }, slices.Max[[]float64]},
		{"tick_late.p99.max", "ms", func(s scrape.Sample) *float64 { return s.LateP99 }, slices.Max[[]float64]},
		{"encodings.mean", "/s", func(s scrape.Sample) *float64 { return s.Encodings }, mean},
	} {
		was, is := known(before, f.of), known(after, f.of)
		if len(was) > 0 && len(is) > 0 {
			all = append(all, newChange(f.name, f.unit, f.fold(was), f.fold(is)))
		}
	}
	return all
}

func known(samples []scrape.Sample, of func(scrape.Sample) *float64) (values []float64) {
	for _, s := range samples {
		if v := of(s); v != nil {
			values = append(values, *v)
		}
	}
	return values
}

func mean(values []float64) (sum float64) {
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// WriteTo writes the comparison as tables for people, one for each group.
func (c Comparison) WriteTo(w io.Writer) (int64, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "before: %s\nafter:  %s\n", c.Before.headline(), c.After.headline())
	for _, doubt := range c.Doubts {
		fmt.Fprintf(&b, "NOTE: %s\n", doubt)
	}
	for _, g := range c.Groups {
		if g.Only != "" {
			fmt.Fprintf(&b, "\n%s: only %s\n", g.Name, g.Only)
			continue
		}
		fmt.Fprintf(&b, "\n%s\n\n", g.Name)
		t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintln(t, "\tbefore\tafter\tchange\t\t\t")
		for _, change := range g.Changes {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t\n", change.Figure, change.Text(change.Before), change.Text(change.After),
				change.Difference(), change.PercentText(), change.Word())
		}
		_ = t.Flush() // into memory
	}
	n, err := io.WriteString(w, b.String())
	return int64(n), err
}

// headline tells a run in a line.
func (r Report) headline() string {
	verdict := "ok"
	if !r.OK() {
		verdict = "failed"
	}
	return strings.TrimPrefix(fmt.Sprintf("%s, %s, %d bots for %.0f s, %s", cmp.Or(r.Title, "no title"), r.Began.Format("2006-01-02 15:04 MST"), r.Bots, r.Measured, verdict), ", ")
}

// Text is one of the figure's values with its unit.
func (c Change) Text(value float64) string { return figure{unit: c.spaced()}.text(value) }

// spaced is the unit behind a number.
func (c Change) spaced() string {
	if c.Unit == "" || c.Unit[0] == '/' {
		return c.Unit
	}
	return " " + c.Unit
}

// Difference is by how much the figure changed, with its sign.
func (c Change) Difference() string {
	text := c.Text(math.Abs(c.After - c.Before))
	switch {
	case text == c.Text(0):
		return text
	case c.After > c.Before:
		return "+" + text
	}
	return "-" + text
}

// PercentText is Percent for people, or "" where there is none.
func (c Change) PercentText() string {
	percent, ok := c.Percent()
	if !ok {
		return ""
	}
	return fmt.Sprintf("%+.1f %%", percent)
}

// Word is "better", "worse" or "".
func (c Change) Word() string {
	switch {
	case c.Better:
		return "better"
	case c.Worse:
		return "worse"
	}
	return ""
}
