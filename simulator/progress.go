package simulator

import (
	"fmt"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// progress writes a line about each second.
type progress struct {
	run     *run
	began   time.Time
	at      time.Time
	traffic traffic
	frames  uint64
}

func newProgress(r *run) *progress {
	now := time.Now()
	return &progress{run: r, began: now, at: now, traffic: r.traffic(), frames: r.snapshots()}
}

func (r *run) snapshots() (n uint64) {
	for _, p := range r.players {
		n += p.client.Stats().In[protocol.KindSnapshot].Frames
	}
	return n
}

func (l *progress) show(now time.Time) {
	r := l.run
	seated, reconnects, desyncs, failed := 0, uint64(0), uint64(0), 0
	for _, p := range r.players {
		s := p.client.Stats()
		reconnects += s.Resumes
		desyncs += s.Desyncs
		sits, fails := p.tally.standing()
		if sits {
			seated++
		}
		if fails || s.Desyncs > 0 {
			failed++
		}
	}
	traffic, frames := r.traffic(), r.snapshots()
	lap := now.Sub(l.at).Seconds()
	latency, interval := r.gauges.latency.nextLap(), r.gauges.interval.nextLap()
	fmt.Fprintf(r.cfg.Progress,
		"%4.0fs  seated %d/%d  snapshots/s %.1f  effect p50 %.0f p99 %.0f ms  gap p99 %.1f ms  in %s/s out %s/s  reconnects %d  desyncs %d  failed %d\n",
		now.Sub(l.began).Seconds(), seated, len(r.players), perBot(float64(frames-l.frames)/lap, seated),
		latency.P50, latency.P99, interval.P99,
		bytesText(float64(traffic.in-l.traffic.in)/lap), bytesText(float64(traffic.out-l.traffic.out)/lap),
		reconnects, desyncs, failed)
	l.at, l.traffic, l.frames = now, traffic, frames
}

func perBot(total float64, bots int) float64 {
	if bots == 0 {
		return 0
	}
	return total / float64(bots)
}
