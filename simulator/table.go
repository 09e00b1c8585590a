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
	if shared := r.Shared(); shared != "" {
		fmt.Fprintf(&b, "\n%s\n", shared)
	}
	for _, g := range r.Groups {
		interrupted := ""
		if r.Interrupted {
			interrupted = ", interrupted"
		}
		fmt.Fprintf(&b, "\n%s%s in %s of %s for %.1f s%s%s\n\n", r.title(g), many(g.Bots, "bot", "bots"), many(g.Lobbies, "lobby", "lobbies"), g.Game, r.Measured,
			g.conditions(r.Seed), interrupted)
		g.write(&b)
	}
	for _, a := range r.Attacks {
		fmt.Fprintf(&b, "\n%s: %s (%s), %s\n", a.Name, many(a.Bots, "attacker", "attackers"), a.Attack, many(a.Attempts, "attempt", "attempts"))
		var answers []string
		for answer, n := range sorted(a.Answers) {
			answers = append(answers, fmt.Sprintf("%d %s", n, answer))
		}
		if len(answers) > 0 {
			fmt.Fprintf(&b, "%s\n", strings.Join(answers, ", "))
		}
	}
	for _, text := range r.AboutAnswers() {
		fmt.Fprintf(&b, "(%s)\n", text)
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

// Shared says which part of a run the report is of, or of how many processes; "" if one has played it alone.
func (r Report) Shared() string {
	switch {
	case r.Part > 0:
		return fmt.Sprintf("part %d/%d of run %s", r.Part, r.Parts, r.Run)
	case r.Parts > 0:
		return fmt.Sprintf("run %s, played by %s", r.Run, many(r.Parts, "process", "processes"))
	}
	return ""
}

// many is a number of things.
func many[N int | int64 | uint64](n N, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
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
	var parts []string
	if u := r.Upkeep; u.CPU > 0 {
		parts = append(parts, fmt.Sprintf("%.2f cores", u.CPU))
	}
	if u := r.Upkeep; u.Resident > 0 {
		text := fmt.Sprintf("%.1f MB resident", u.Resident/1e6)
		if u.Each > 0 {
			each := "bot"
			if len(r.Attacks) > 0 {
				each = "bot and attacker"
			}
			text += fmt.Sprintf(" (%.1f kB for each %s beyond what it had before)", u.Each/1e3, each)
		}
		parts = append(parts, text)
	}
	if r.Server != nil {
		if late := known(r.Server.Samples, func(s scrape.Sample) *float64 { return s.LateP99 }); len(late) > 0 {
			parts = append(parts, fmt.Sprintf("ticks late by p99 %.2f ms in the worst lap", slices.Max(late)))
		}
	}
	if len(parts) > 0 {
		fmt.Fprintf(b, "the server: %s\n", strings.Join(parts, ", "))
	}
	switch s := r.Server; {
	case s == nil || s.Misses == 0:
	case len(s.Samples) == 0:
		fmt.Fprintf(b, "looks at the server from outside failed: %s\n", s.Why)
	default:
		fmt.Fprintf(b, "%d of %d looks at the server from outside failed: %s\n", s.Misses, s.Misses+len(s.Samples), s.Why)
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
	if r.Plays() {
		fmt.Fprintf(t, "snapshots/s per bot\t%.2f\t%.2f\t%.2f\t\n", r.Rate.Min, r.Rate.Median, r.Rate.Max)
	}
	fmt.Fprintf(t, "round trip, ms\t%.2f\t%.2f\t%.2f\t\n", r.RTT.Min, r.RTT.Median, r.RTT.Max)
	spread := func(name string, s Spread) {
		if s.Count > 0 {
			fmt.Fprintf(t, "%s\t%.1f\t%.1f\t%.1f\t\n", name, s.P50, s.P99, s.Max)
		}
	}
	if r.Latency.Count+r.Interval.Count+r.Age.Count+r.Slack.Count+r.Rejoin.Count+r.Chat.Count+r.Presence.Count > 0 {
		fmt.Fprintln(t, "\tp50\tp99\tmax\t")
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
	if r.Plays() {
		fmt.Fprintf(b, "%s, %s, %s (%.1f %% late, %d left out here)\n", many(r.Snapshots, "snapshot", "snapshots"), many(r.Keyframes, "keyframe", "keyframes"),
			many(r.InputsSent, "input", "inputs"), 100*r.Late, r.InputsSkipped)
	}
	if r.Direct > 0 {
		fmt.Fprintf(b, "%s straight from the nodes of their matches\n", many(r.Direct, "snapshot", "snapshots"))
	}
	fmt.Fprintf(b, "%s, %s, %s\n", many(r.Cuts, "cut", "cuts"), many(r.Reconnects, "reconnect", "reconnects"), many(r.Desyncs, "desync", "desyncs"))
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

// Plays reports whether the group's bots play a match, and so have rates of snapshots.
func (r GroupReport) Plays() bool { return r.Role.plays() || r.Snapshots > 0 }

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
		fmt.Fprintf(b, "\nFAILED: %s not met\n", many(r.Unmet, "criterion was", "criteria were"))
	}
	if r.Breaches > 0 {
		fmt.Fprintf(b, "\nFAILED: %s that must not\n", many(r.Breaches, "attack worked", "attacks worked"))
		for _, a := range r.Attacks {
			for breach, n := range sorted(a.Breaches) {
				fmt.Fprintf(b, "  %s, %s: %s\n", a.Name, many(n, "time", "times"), breach)
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
	fmt.Fprintf(b, "\nFAILED: %d of %s %s failed by the server\n", r.Failed, many(r.Bots, "bot", "bots"), map[bool]string{true: "was", false: "were"}[r.Failed == 1])
	kinds := map[string][]string{}
	for _, g := range r.Groups {
		for _, bot := range g.Each {
			for _, f := range bot.Failures {
				kinds[f.Reason] = append(kinds[f.Reason], fmt.Sprintf("%sbot %d: %s", r.title(g), bot.Bot, f.Detail))
			}
		}
	}
	for reason, cases := range sorted(kinds) {
		fmt.Fprintf(b, "  %s, %s\n", reason, many(len(cases), "time", "times"))
		for _, text := range cases[:min(len(cases), shownFailures)] {
			fmt.Fprintf(b, "    %s\n", text)
		}
	}
}

// good says what did not happen.
func (r Report) good() string {
	if len(r.Groups) == 0 && len(r.Attacks) == 0 {
		return "this part had nobody to play, and says nothing: the run has fewer lobbies and attackers than parts"
	}
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
