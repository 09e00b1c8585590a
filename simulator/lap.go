package simulator

import (
	"context"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/simulator/hostile"
)

// maxLaps bounds what is remembered of a group: an hour by the second. Longer runs have longer laps.
const maxLaps = 3600

// Lap is what a group lived through in a part of the measured time. Percentiles are of the lap alone; what has none is left out.
type Lap struct {
	At   float64 `json:"at_s"` // its end, from the beginning of the measured time
	Took float64 `json:"took_s"`

	Seated   int     `json:"seated"`          // at its end: bots in a match, or connected where they play none
	Playing  float64 `json:"playing_s"`       // seconds that the bots were served in a seat, all together
	Rate     float64 `json:"snapshots_per_s"` // for each of those seconds
	Interval Spread  `json:"inter_arrival,omitzero"`
	Latency  Spread  `json:"input_to_effect,omitzero"`
	Age      Spread  `json:"snapshot_age,omitzero"`
	Slack    Spread  `json:"input_slack,omitzero"`
	Rejoin   Spread  `json:"rejoin,omitzero"`
	Chat     Spread  `json:"chat,omitzero"`
	Presence Spread  `json:"presence,omitzero"`
	Late     float64 `json:"late_inputs"` // share of the inputs

	In  map[string]float64 `json:"bytes_in_per_s"` // of all bots together, by kind of frame
	Out map[string]float64 `json:"bytes_out_per_s"`

	Reconnects uint64            `json:"reconnects"`
	Desyncs    uint64            `json:"desyncs"`
	Failed     int               `json:"failed"`            // bots so far
	Drops      map[string]uint64 `json:"drops,omitempty"`   // by the clients, by reason
	Notices    map[string]int    `json:"notices,omitempty"` // of drops by the server, by code
}

// AttackLap is what a group of attackers did in that time.
type AttackLap struct {
	At       float64 `json:"at_s"`
	Took     float64 `json:"took_s"`
	Attempts int     `json:"attempts"`
	Breaches int     `json:"breaches"`
}

// lapTime is how long a lap is in a run that measures for a time: whole seconds, as few as [maxLaps] allows.
func lapTime(measured time.Duration) time.Duration {
	const whole = maxLaps * time.Second
	return max(1, (measured+whole-1)/whole) * time.Second
}

// look is where a crowd stands: counts since the run's beginning.
type look struct {
	stats        client.Stats
	seated, late int
	count        int           // snapshots while seated
	playing      time.Duration // that bots were served in a seat, all together
	failed       int
	notices      map[string]int
}

func (c *crowd) look(now time.Time) look {
	l := look{notices: map[string]int{}}
	for _, p := range c.players {
		s := p.stats()
		l.stats.Add(s)
		seated, failed := p.standing()
		if seated {
			l.seated++
		}
		if failed || s.Desyncs > 0 {
			l.failed++
		}
		p.tally.mu.Lock()
		l.late += p.tally.late
		l.count += p.tally.count
		l.playing += p.tally.playing(now)
		for code, n := range p.tally.notices {
			l.notices[code] += n
		}
		p.tally.mu.Unlock()
	}
	return l
}

// playing is how long the bot has been served in a seat, up to now. The caller holds the lock.
func (t *tally) playing(now time.Time) time.Duration {
	if t.from.IsZero() {
		return t.seated
	}
	return t.seated + t.window.clip(t.from, now)
}

// lap is what happened between two looks, the second of which was at a time since the beginning. Whole ones can be merged with those of other parts.
func (c *crowd) lap(from, to look, at, took time.Duration, whole bool) Lap {
	g, second := c.gauges, took.Seconds()
	l := Lap{
		At: at.Seconds(), Took: second, Seated: to.seated, Failed: to.failed,
		Interval: g.interval.nextLap(whole), Latency: g.latency.nextLap(whole), Age: g.age.nextLap(whole), Slack: g.slack.nextLap(whole),
		Rejoin: g.rejoin.nextLap(whole), Chat: g.chat.nextLap(whole), Presence: g.presence.nextLap(whole),
		In: bytesByKind(from.stats.In, to.stats.In, second), Out: bytesByKind(from.stats.Out, to.stats.Out, second),
		Reconnects: to.stats.Resumes - from.stats.Resumes, Desyncs: to.stats.Desyncs - from.stats.Desyncs,
		Drops: map[string]uint64{}, Notices: map[string]int{},
	}
	if l.Playing = (to.playing - from.playing).Seconds(); l.Playing > 0 {
		l.Rate = float64(to.count-from.count) / l.Playing
	}
	if l.Slack.Count > 0 {
		l.Late = float64(to.late-from.late) / float64(l.Slack.Count)
	}
	for _, reason := range client.DropReasons() {
		if n := to.stats.Drops[reason] - from.stats.Drops[reason]; n > 0 {
			l.Drops[reason.String()] = n
		}
	}
	for code, n := range to.notices {
		if n -= from.notices[code]; n > 0 {
			l.Notices[code] = n
		}
	}
	return l
}

func bytesByKind(from, to [client.Kinds]client.Traffic, seconds float64) map[string]float64 {
	all := map[string]float64{}
	for kind := range to {
		if n := to[kind].Bytes - from[kind].Bytes; n > 0 {
			all[protocol.Kind(kind).String()] += float64(n) / seconds
		}
	}
	return all
}

// laps makes the laps of all crowds and raids. It is of the goroutine that watches the run.
type laps struct {
	run   *run
	began time.Time
	at    time.Time
	looks []look
	raids []hostile.Report
}

func newLaps(r *run, now time.Time) *laps {
	l := &laps{run: r, began: now, at: now, raids: make([]hostile.Report, len(r.raids))}
	for _, c := range r.crowds {
		l.looks = append(l.looks, c.look(now))
	}
	return l
}

// next ends a lap.
func (l *laps) next(now time.Time) {
	at, took := now.Sub(l.began), now.Sub(l.at)
	for i, c := range l.run.crowds {
		to := c.look(now)
		c.laps = append(c.laps, c.lap(l.looks[i], to, at, took, l.run.cfg.Parts > 0))
		l.looks[i] = to
	}
	for i, r := range l.run.raids {
		to := r.sum()
		r.laps = append(r.laps, AttackLap{
			At: at.Seconds(), Took: took.Seconds(), Attempts: to.Attempts - l.raids[i].Attempts,
			Breaches: int(total(to.Breaches) - total(l.raids[i].Breaches)),
		})
		l.raids[i] = to
	}
	l.at = now
}

// drive ends laps, and shows each, until ctx ends. What is left then is a lap if it is most of one; of less, figures a second would be chance.
func (l *laps) drive(ctx context.Context, every time.Duration, show func(now time.Time)) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case now := <-ticker.C:
			l.next(now)
			show(now)
		case <-ctx.Done():
			if now := time.Now(); now.Sub(l.at) > every/2 {
				l.next(now)
				show(now)
			}
			return
		}
	}
}
