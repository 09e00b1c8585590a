package simulator

import (
	"fmt"
	"strings"
	"time"
	"unicode"
)

// progress shows each second of the ramp, and then each lap: as lines, or, on a terminal, as one block that is redrawn in place. It belongs to one
// goroutine at a time.
type progress struct {
	run   *run
	began time.Time // the ramp, or the measured time
	drawn int       // lines of the block that is on the terminal
}

func newProgress(r *run, began time.Time) *progress {
	return &progress{run: r, began: began}
}

func (l *progress) show(now time.Time) {
	if l.run.cfg.Terminal {
		l.redraw(l.block(now))
		return
	}
	at := now.Sub(l.began).Seconds()
	for _, c := range l.run.crowds {
		name := ""
		if len(l.run.cfg.Groups) > 1 {
			name = "  " + c.Name
		}
		fmt.Fprintf(l.run.cfg.Progress, "%4.0fs%s  %s\n", at, name, c.line())
	}
	for _, r := range l.run.raids {
		fmt.Fprintf(l.run.cfg.Progress, "%4.0fs  %s  %s\n", at, r.Name, r.line())
	}
}

// line is a crowd's newest lap.
func (c *crowd) line() string {
	lap := c.laps[len(c.laps)-1]
	reconnects, desyncs := c.sums()
	bytes := fmt.Sprintf("in %s/s out %s/s  reconnects %d", bytesText(total(lap.In)), bytesText(total(lap.Out)), reconnects)
	if c.Role != Player {
		return fmt.Sprintf("there %d/%d  %s  failed %d", lap.Seated, len(c.players), bytes, lap.Failed)
	}
	return fmt.Sprintf("seated %d/%d  snapshots/s %.1f  effect p50 %.0f p99 %.0f ms  gap p99 %.1f ms  %s  desyncs %d  failed %d",
		lap.Seated, len(c.players), lap.Rate, lap.Latency.P50, lap.Latency.P99, lap.Interval.P99, bytes, desyncs, lap.Failed)
}

// sums are over all laps.
func (c *crowd) sums() (reconnects, desyncs uint64) {
	for _, lap := range c.laps {
		reconnects, desyncs = reconnects+lap.Reconnects, desyncs+lap.Desyncs
	}
	return reconnects, desyncs
}

// line is where a raid stands.
func (r *raid) line() string {
	sum := r.sum()
	return fmt.Sprintf("%s  attempts %d  breaches %d", r.Attack, sum.Attempts, int(total(sum.Breaches)))
}

// What the block on a terminal has at most, so that it fits one of 120 columns and 24 rows.
const (
	barCells   = 40
	nameCells  = 18
	shownLines = 18
)

// The control sequences of ECMA-48 (ANSI) and DEC that the block is drawn with. Without line wrap, a terminal that is too narrow cuts lines, and the
// block has as many rows as lines.
const (
	lineUp     = "\x1b[%dA\r"
	eraseLine  = "\x1b[K"
	eraseBelow = "\x1b[J"
	wrapOff    = "\x1b[?7l"
	wrapOn     = "\x1b[?7h"
)

// redraw draws the block over itself, in one write.
func (l *progress) redraw(lines []string) {
	var b strings.Builder
	b.WriteString(wrapOff)
	if l.drawn > 0 {
		fmt.Fprintf(&b, lineUp, l.drawn)
	}
	for _, line := range lines {
		b.WriteString(strings.TrimRight(line, " ") + eraseLine + "\n")
	}
	b.WriteString(eraseBelow + wrapOn)
	l.drawn = len(lines)
	fmt.Fprint(l.run.cfg.Progress, b.String())
}

// bar is one that is filled as far as done is of all.
func bar(done, all int64) string {
	filled := int(barCells * done / max(all, 1))
	return strings.Repeat("█", filled) + strings.Repeat("░", barCells-filled)
}

func (l *progress) block(now time.Time) []string {
	whole, passed := l.run.cfg.For, min(now.Sub(l.began).Round(time.Second), l.run.cfg.For)
	lines := []string{
		fmt.Sprintf("%s  %v of %v  %s", bar(int64(passed), int64(whole)), passed, whole, cells(l.run.cfg.Title, 40)),
		fmt.Sprintf("%-*s %13s %7s %15s %15s %11s %11s %7s %7s", nameCells, "group", "seated", "snap/s", "effect p50/p99", "gap p50/p99", "in/s", "out/s", "reconn", "failed"),
	}
	groups := 0
	for _, c := range l.run.crowds {
		if groups++; groups <= shownLines {
			lines = append(lines, c.row())
		}
	}
	for _, r := range l.run.raids {
		if groups++; groups <= shownLines {
			lines = append(lines, fmt.Sprintf("%s %s", cells(r.Name, nameCells), r.line()))
		}
	}
	if groups > shownLines {
		lines = append(lines, fmt.Sprintf("and %d more groups", groups-shownLines))
	}
	if text := l.run.outsideText(); text != "" {
		lines = append(lines, text)
	}
	return lines
}

// row is a crowd's newest lap in the block.
func (c *crowd) row() string {
	lap := c.laps[len(c.laps)-1]
	reconnects, _ := c.sums()
	rate := "-"
	if lap.Playing > 0 {
		rate = fmt.Sprintf("%.1f", lap.Rate)
	}
	return fmt.Sprintf("%s %13s %7s %15s %15s %11s %11s %7d %7d", cells(c.Name, nameCells), fmt.Sprintf("%d/%d", lap.Seated, len(c.players)), rate,
		pair(lap.Latency), pair(lap.Interval), bytesText(total(lap.In)), bytesText(total(lap.Out)), reconnects, lap.Failed)
}

// pair is a spread's two percentiles that matter most.
func pair(s Spread) string {
	if s.Count == 0 {
		return "-"
	}
	return fmt.Sprintf("%.0f / %.0f ms", s.P50, s.P99)
}

// outsideText is the server as it was last seen from outside, or "".
func (r *run) outsideText() string {
	if r.server == nil || r.server.outside == nil {
		return ""
	}
	s, ok := r.server.outside.Newest()
	if !ok {
		return "server: nothing seen from outside yet"
	}
	var parts []string
	for _, f := range []struct {
		value  *float64
		format string
	}{
		{s.CPU, "%.2f cores"}, {scaled(s.Memory, 1e-6), "%.0f MB"}, {s.Goroutines, "%.0f goroutines"}, {s.Players, "%.0f players"},
		{s.Sessions, "%.0f sessions"}, {s.LateP99, "ticks late p99 %.2f ms"},
	} {
		if f.value != nil {
			parts = append(parts, fmt.Sprintf(f.format, *f.value))
		}
	}
	return "server: " + strings.Join(parts, ", ")
}

func scaled(v *float64, by float64) *float64 {
	if v == nil {
		return nil
	}
	return new(*v * by)
}

// cells is text of a scenario in n columns of a terminal, which it cannot control.
func cells(text string, n int) string {
	runes := []rune(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, text))
	if len(runes) > n {
		runes = append(runes[:n-1], '…')
	}
	return string(runes) + strings.Repeat(" ", n-len(runes))
}
