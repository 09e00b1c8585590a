package simulator

import "time"

// tickClock tells how old a match's snapshots are. The server's clock is the match's tick; the snapshot that came quickest of all
// so far, measured by its tick, is taken to have been on its way for half of the smallest round trip. So an age has in it the
// wait for the next tick, the way, and every stall, but no constant delay that all snapshots share beyond that.
//
// A match that falls behind moves its schedule later for good (it slips, by whole ticks), and no later snapshot is as quick
// as those before. What tells that from a way that has become longer is when inputs were due, by the server's word: an input that was
// sent at s and came e before its tick k was due says that k is due no sooner than s + e and the way there, however long anything takes
// to come back. So once one round trip after a slip has brought such a word, the age is right again, to the millisecond in which the
// word is given and the time that the input took beyond the quickest way; a queue that stands on the way back stays part of it.
//
// Times are monotonic, so a wall clock that is set changes nothing. A monotonic clock that stood still, as that of a machine that sleeps may,
// makes the next snapshot the quickest, which counts at once; one that ran ahead looks like a slip.
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

// due takes the server's word that the input of a tick, sent at a time, came so much before the tick was due. Less than half a tick is not
// taken for a slip: the word is in whole milliseconds.
func (c *tickClock) due(tick uint32, sent time.Time, early time.Duration) {
	began := sent.Add(early - time.Duration(tick)*c.period + 2*c.way) // there, and the quickest snapshot's way back
	if began.Sub(c.began) > c.period/2 {
		c.began = began
	}
}

// newestInput is the tick of the newest input that the server had when it made the snapshot of a tick and said how early that input was. Where
// a millisecond more or less would make it another one, ok is false.
func (c *tickClock) newestInput(tick uint32, early time.Duration) (newest uint32, ok bool) {
	ahead := floorDiv(early, c.period)
	ok = ahead == floorDiv(early-time.Millisecond, c.period) && ahead == floorDiv(early+time.Millisecond, c.period)
	return tick + uint32(ahead), ok
}

func floorDiv(a, b time.Duration) int64 {
	if a < 0 {
		return -int64((b - 1 - a) / b)
	}
	return int64(a / b)
}

// age is that of the newest snapshot.
func (c *tickClock) age(now time.Time) (time.Duration, bool) {
	if c.began.IsZero() {
		return 0, false
	}
	return now.Sub(c.began.Add(time.Duration(c.newest)*c.period)) + c.way, true
}
