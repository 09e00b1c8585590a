package simulator

import "time"

// tickClock tells how old a match's snapshots are. The server's clock is the match's tick; the snapshot that came quickest of all
// so far, measured by its tick, is taken to have been on its way for half of the smallest round trip. So an age has in it the
// wait for the next tick, the way, and every stall, but no constant delay that all snapshots share beyond that.
type tickClock struct {
	period time.Duration
	began  time.Time     // when tick 0 would have arrived, had it come as quickly as the quickest; zero before the first
	newest uint32        // tick of the newest snapshot
	way    time.Duration // half of the smallest round trip
}

func (c *tickClock) saw(tick uint32, now time.Time) {
	if began := now.Add(-time.Duration(tick) * c.period); c.began.IsZero() || began.Before(c.began) {
		c.began = began
	}
	c.newest = tick
}

// age is that of the newest snapshot.
func (c *tickClock) age(now time.Time) (time.Duration, bool) {
	if c.began.IsZero() {
		return 0, false
	}
	return now.Sub(c.began.Add(time.Duration(c.newest)*c.period)) + c.way, true
}
