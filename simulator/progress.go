package simulator

import (
	"fmt"
	"time"
)

// progress writes a line for each crowd about each second.
type progress struct {
	run     *run
	began   time.Time
	at      time.Time
	traffic []traffic
}

func newProgress(r *run) *progress {
	now := time.Now()
	return &progress{run: r, began: now, at: now, traffic: r.traffic()}
}

func (l *progress) show(now time.Time) {
	traffic := l.run.traffic()
	for i, c := range l.run.crowds {
		name := ""
		if len(l.run.cfg.Groups) > 1 {
			name = "  " + c.Name
		}
		fmt.Fprintf(l.run.cfg.Progress, "%4.0fs%s  %s\n", now.Sub(l.began).Seconds(), name, c.lap(l.traffic[i], traffic[i], now.Sub(l.at)))
	}
	for _, r := range l.run.raids {
		fmt.Fprintf(l.run.cfg.Progress, "%4.0fs  %s  %s\n", now.Sub(l.began).Seconds(), r.Name, r.lap())
	}
	l.at, l.traffic = now, traffic
}

// lap is what happened in a crowd between two looks at its traffic, and where it stands.
func (c *crowd) lap(from, to traffic, took time.Duration) string {
	seated, reconnects, desyncs, failed := 0, uint64(0), uint64(0), 0
	for _, p := range c.players {
		s := p.stats()
		reconnects += s.Resumes
		desyncs += s.Desyncs
		sits, fails := p.standing()
		if sits {
			seated++
		}
		if fails || s.Desyncs > 0 {
			failed++
		}
	}
	latency, interval := c.gauges.latency.nextLap(), c.gauges.interval.nextLap()
	second := took.Seconds()
	return fmt.Sprintf(
		"seated %d/%d  snapshots/s %.1f  effect p50 %.0f p99 %.0f ms  gap p99 %.1f ms  in %s/s out %s/s  reconnects %d  desyncs %d  failed %d",
		seated, len(c.players), perBot(float64(to.snapshots-from.snapshots)/second, seated),
		latency.P50, latency.P99, interval.P99, bytesText(float64(to.in-from.in)/second), bytesText(float64(to.out-from.out)/second),
		reconnects, desyncs, failed)
}

func perBot(total float64, bots int) float64 {
	if bots == 0 {
		return 0
	}
	return total / float64(bots)
}
