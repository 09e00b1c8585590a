package simulator

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// ramp shows each second how many bots were started and how many are where they should be, until ctx ends.
func (l *progress) ramp(ctx context.Context, started *atomic.Int64) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case now := <-ticker.C:
			in, failed := 0, 0
			for _, c := range l.run.crowds {
				there, failures := c.arrived()
				in, failed = in+there, failed+failures
			}
			text := fmt.Sprintf("%d of %d bots started, %d in, %d failed", started.Load(), len(l.run.players), in, failed)
			if l.run.cfg.Terminal {
				l.redraw(l.rampBlock(text, in))
			} else {
				fmt.Fprintf(l.run.cfg.Progress, "%4.0fs  %s\n", now.Sub(l.began).Seconds(), text)
			}
		case <-ctx.Done():
			return
		}
	}
}

// rampBlock is what a terminal shows before the measured time.
func (l *progress) rampBlock(text string, in int) []string {
	lines := []string{
		fmt.Sprintf("%s  %s  %s", bar(int64(in), int64(len(l.run.players))), text, cells(l.run.cfg.Title, 20)),
		fmt.Sprintf("%-*s %13s %7s", nameCells, "group", "in", "failed"),
	}
	for i, c := range l.run.crowds {
		if i == shownLines {
			lines = append(lines, fmt.Sprintf("and %d more groups", len(l.run.crowds)-shownLines))
			break
		}
		in, failed := c.arrived()
		lines = append(lines, fmt.Sprintf("%s %13s %7d", cells(c.Name, nameCells), fmt.Sprintf("%d/%d", in, len(c.players)), failed))
	}
	return lines
}

// arrived is how many of a crowd are, or were, where they should be, and how many have been failed.
func (c *crowd) arrived() (in, failed int) {
	for _, p := range c.players {
		select {
		case <-p.seated:
			in++
		default:
		}
		if _, bad := p.tally.standing(); bad {
			failed++
		}
	}
	return in, failed
}
