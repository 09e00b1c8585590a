package simulator

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/deltatick/deltatick/simulator/scrape"
)

// busyShare is the share of inputs left out above which the bots' own machine is suspected.
const busyShare = 0.03

// WriteTo writes the report as tables for people, one for each group.
func (r Report) WriteTo(w io.Writer) (int64, error) {
	var b strings.Builder
	for _, g := range r.Groups {
		interrupted := ""
		if r.Interrupted {
			interrupted = ", interrupted"
		}
		fmt.Fprintf(&b, "\n%s%d bots in %d lobbies of %s for %.1f s%s%s\n\n", r.title(g), g.Bots, g.Lobbies, g.Game, r.Measured, g.conditions(r.Seed), interrupted)
		g.write(&b)
	}
	for _, a := range r.Attacks {
		fmt.Fprintf(&b, "\n%s: %d attackers (%s), %d attempts\n", a.Name, a.Bots, a.Attack, a.Attempts)
		var answers []string
		for answer, n := range sorted(a.Answers) {
			answers = append(answers, fmt.Sprintf("%d %s", n, answer))
		}
		if len(answers) > 0 {
			fmt.Fprintf(&b, "%s\n", strings.Join(answers, ", "))
		}
	}
	fmt.Fprintf(&b, "%.2f cores used by the simulator\n", r.CPU)
	r.Upkeep.write(&b)
	r.outsideView(&b)
	if r.Busy() {
		fmt.Fprintln(&b, "beware: this machine was too busy to send every input in time; the figures say as much about it as about the server")
	}
	r.writeInvariants(&b)
	r.verdict(&b)
	n, err := io.WriteString(w, b.String())
	return int64(n), err
}

// Busy reports whether the bots' own machine was too busy to send every input in time, so that the figures say as much about it as about the server.
func (r Report) Busy() bool {
	sent, skipped := uint64(0), uint64(0)
	for _, g := range r.Groups {
		sent, skipped = sent+g.InputsSent, skipped+g.InputsSkipped
	}
	return float64(skipped) > busyShare*float64(sent)
}

// outsideView tells of the server as it was seen from outside.
func (r Report) outsideView(b *strings.Builder) {
	if r.Server == nil {
		return
	}
	var parts []string
	for _, f := range []struct {
		format string
		values []float64
		fold   func([]float64) float64
	}{
		{"%.2f cores", known(r.Server.Samples, func(s scrape.Sample) *float64 { return s.CPU }), mean},
		{"%.0f MB at most", known(r.Server.Samples, func(s scrape.Sample) *float64 { return scaled(s.Memory, 1e-6) }), slices.Max[[]float64]},
		{"ticks late by p99 %.2f ms at worst", known(r.Server.Samples, func(s scrape.Sample) *float64 { return s.LateP99 }), slices.Max[[]float64]},
	} {
		if len(f.values) > 0 {
			parts = append(parts, fmt.Sprintf(f.format, f.fold(f.values)))
		}
	}
	if len(parts) > 0 {
		fmt.Fprintf(b, "the server: %s\n", strings.Join(parts, ", "))
	}
	if r.Server.Misses > 0 {
		fmt.Fprintf(b, "%d of %d looks at the server from outside failed: %s\n", r.Server.Misses, r.Server.Misses+len(r.Server.Samples), r.Server.Why)
	}
}

// title names a group where there are several.
func (r Report) title(g GroupReport) string {
	if len(r.Groups) == 1 {
		return ""
	}
	return g.Name + ": "
}

func (r GroupReport) write(b *strings.Builder) {
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\tmin\tmedian\tmax\t")
	fmt.Fprintf(t, "snapshots/s per bot\t%.2f\t%.2f\t%.2f\t\n", r.Rate.Min, r.Rate.Median, r.Rate.Max)
	fmt.Fprintf(t, "round trip, ms\t%.2f\t%.2f\t%.2f\t\n", r.RTT.Min, r.RTT.Median, r.RTT.Max)
	fmt.Fprintln(t, "\tp50\tp99\tmax\t")
	spread := func(name string, s Spread) {
		if s.Count > 0 {
			fmt.Fprintf(t, "%s\t%.1f\t%.1f\t%.1f\t\n", name, s.P50, s.P99, s.Max)
		}
	}
	spread("input to effect, ms", r.Latency)
	spread("between snapshots, ms", r.Interval)
	spread("age of the newest snapshot, ms", r.Age)
	spread("input slack, ms", r.Slack)
	spread("cut to next snapshot, ms", r.Rejoin)
	spread("chat, said to heard, ms", r.Chat)
	spread("presence, set to seen, ms", r.Presence)
	spread("prediction off by, units", r.Error)
	_ = t.Flush() // into memory
	fmt.Fprintf(b, "\n%s/s in and %s/s out per bot, without WebSocket and TCP headers\n", bytesText(r.BytesIn), bytesText(r.BytesOut))
	fmt.Fprintf(b, "%d snapshots, %d keyframes, %d inputs (%.1f %% late, %d left out here)\n",
		r.Snapshots, r.Keyframes, r.InputsSent, 100*r.Late, r.InputsSkipped)
	fmt.Fprintf(b, "%d cuts, %d reconnects, %d desyncs\n", r.Cuts, r.Reconnects, r.Desyncs)
	if r.Sends > 0 {
		fmt.Fprintf(b, "%d events of the bots' own, heard %d times\n", r.Sends, r.Heard)
	}
	if r.Error.Count > 0 {
		fmt.Fprintf(b, "%d of %d predictions were wrong, and inputs run again %d times\n", r.Mispredicted, r.Error.Count, r.Corrections)
	}
	if r.Stalls > 0 {
		fmt.Fprintf(b, "%.1f times a minute and bot there was no snapshot for more than %v\n", r.Stalls, stall)
	}
	list(b, "resyncs", r.Resyncs)
	list(b, "dropped by the bots", r.Drops)
	list(b, "came back", r.Returns)
	list(b, "noticed by the server", r.Notices)
}

func (r GroupReport) conditions(seed uint64) string {
	text := ""
	if r.Network != "" {
		text += fmt.Sprintf(", over the network %s (seed %d)", r.Network, seed)
	}
	if r.Chaos {
		text += fmt.Sprintf(", with chaos (seed %d)", seed)
	}
	return text
}

func list[N int | uint64](b *strings.Builder, name string, counts map[string]N) {
	if len(counts) == 0 {
		return
	}
	var parts []string
	for key, n := range sorted(counts) {
		parts = append(parts, fmt.Sprintf("%s %d", key, n))
	}
	fmt.Fprintf(b, "%s: %s\n", name, strings.Join(parts, ", "))
}

// shownFailures is how many failures of a kind the table tells about; the JSON has them all.
const shownFailures = 3

func (r Report) verdict(b *strings.Builder) {
	for _, g := range r.Groups {
		for _, v := range g.Verdicts {
			met := "met"
			if !v.Met {
				met = "NOT MET"
			}
			fmt.Fprintf(b, "%s%v, %s\n", r.title(g), v, met)
		}
	}
	if r.Unmet > 0 {
		fmt.Fprintf(b, "\nFAILED: %d criteria were not met\n", r.Unmet)
	}
	if r.Breaches > 0 {
		fmt.Fprintf(b, "\nFAILED: %d attacks worked that must not\n", r.Breaches)
		for _, a := range r.Attacks {
			for breach, n := range sorted(a.Breaches) {
				fmt.Fprintf(b, "  %s, %d times: %s\n", a.Name, n, breach)
			}
		}
	}
	if !r.Upkeep.OK() {
		fmt.Fprintf(b, "\nFAILED: the server leaked or drifted\n")
	}
	if r.Failed == 0 {
		if r.OK() {
			fmt.Fprintf(b, "\nok: %s\n", r.good())
		}
		return
	}
	fmt.Fprintf(b, "\nFAILED: %d of %d bots were failed by the server\n", r.Failed, r.Bots)
	kinds := map[string][]string{}
	for _, g := range r.Groups {
		for _, bot := range g.Each {
			for _, f := range bot.Failures {
				kinds[f.Reason] = append(kinds[f.Reason], fmt.Sprintf("%sbot %d: %s", r.title(g), bot.Bot, f.Detail))
			}
		}
	}
	for reason, cases := range sorted(kinds) {
		fmt.Fprintf(b, "  %s, %d times\n", reason, len(cases))
		for _, text := range cases[:min(len(cases), shownFailures)] {
			fmt.Fprintf(b, "    %s\n", text)
		}
	}
}

// good says what did not happen.
func (r Report) good() string {
	if len(r.Attacks) == 0 {
		return "no bot was failed by the server"
	}
	text := "no bot was failed by the server, and no attack worked"
	for _, a := range r.Attacks {
		if a.Attempts == 0 {
			text += fmt.Sprintf("; but %s was not over once, and says nothing", a.Name)
		}
	}
	return text
}

func bytesText(n float64) string {
	switch {
	case n >= 1e6:
		return fmt.Sprintf("%.2f MB", n/1e6)
	case n >= 1e3:
		return fmt.Sprintf("%.2f kB", n/1e3)
	}
	return fmt.Sprintf("%.0f B", n)
}
