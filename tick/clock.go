package tick

import (
	"cmp"
	"errors"
	"fmt"
	"time"
)

// The bounds and defaults of a clock's settings.
const (
	DefaultRate       = 60  // Hz
	MaxRate           = 240 // Hz
	DefaultMaxCatchUp = 5   // ticks
)

// ErrConfig is wrapped by every error that a constructor of this package returns.
var ErrConfig = errors.New("tick: bad configuration")

// Config is what a [Clock] is made from.
type Config struct {
	// Rate is the number of ticks a second, 1 to MaxRate. Zero means DefaultRate.
	Rate int
	// MaxCatchUp is the largest number of ticks that are run at once when the caller
	// is late; more than these slip. At least 1. Zero means DefaultMaxCatchUp, at
	// 60 Hz a stall of 83 ms. Larger values keep to the wall clock through longer
	// stalls, at the price of a longer burst after them.
	MaxCatchUp int
	// Start is when tick 0 would have been due: tick 1 is due one period later.
	// Required. Give it a monotonic reading (time.Now has one), so that a change of
	// the wall clock is no change of this one.
	Start time.Time
	// Tick is the number of tick 0, for a clock that goes on where another one stopped: the first
	// tick to run is the one after it. Start is then when this tick would have been due.
	Tick uint32
}

// Clock says which ticks are due. It never looks at the time itself, and it is
// not safe for concurrent use: it belongs to whoever runs the ticks.
type Clock struct {
	start      time.Time
	rate       int64
	maxCatchUp int64
	tick       int64 // the last tick handed out
	slipped    int64 // ticks by which the schedule was moved later, less the number it began after
}

// NewClock returns a clock on which no tick has run yet.
func NewClock(cfg Config) (*Clock, error) {
	cfg.Rate = cmp.Or(cfg.Rate, DefaultRate)
	cfg.MaxCatchUp = cmp.Or(cfg.MaxCatchUp, DefaultMaxCatchUp)
	switch {
	case cfg.Rate < 1 || cfg.Rate > MaxRate:
		return nil, fmt.Errorf("%w: rate of %d Hz is not in 1..%d", ErrConfig, cfg.Rate, MaxRate)
	case cfg.MaxCatchUp < 1:
		return nil, fmt.Errorf("%w: catch-up of %d ticks is less than 1", ErrConfig, cfg.MaxCatchUp)
	case cfg.Start.IsZero():
		return nil, fmt.Errorf("%w: no start time", ErrConfig)
	}
	return &Clock{
		start: cfg.Start, rate: int64(cfg.Rate), maxCatchUp: int64(cfg.MaxCatchUp),
		tick: int64(cfg.Tick), slipped: -int64(cfg.Tick),
	}, nil
}

// Advance says how many ticks to run now: those after [Clock.Tick] that are due, but
// no more than MaxCatchUp. If more are due, the schedule slips by the rest, and
// slipped is their number; Next is then the first instant of the grid after now.
// At a time before the next tick is due, and so also when now went backwards, it
// returns 0, 0 and changes nothing.
func (c *Clock) Advance(now time.Time) (steps int, slipped int64) {
	due := slotsIn(now.Sub(c.start), c.rate) - c.slot(c.tick)
	if due <= 0 {
		return 0, 0
	}
	run := min(due, c.maxCatchUp)
	c.tick += run
	c.slipped += due - run
	return int(run), due - run
}

// hold takes back the last ticks that Advance has handed out and that were not run: they slip, too.
func (c *Clock) hold(ticks int64) {
	c.tick -= ticks
	c.slipped += ticks
}

// Tick is the number of the last tick that Advance handed out, and Config.Tick before the first.
// Numbers have no gaps. They wrap after 2^32 ticks: at 60 Hz, 27 months.
func (c *Clock) Tick() uint32 { return uint32(c.tick) }

// Next is when the tick after Tick is due.
func (c *Clock) Next() time.Time { return c.due(c.tick + 1) }

// Due is when the given tick is due, or was, by the schedule as it is now: a slip
// moves every tick, those that have run too. What was due at d and arrived at a had
// a slack of d.Sub(a).
func (c *Clock) Due(tick uint32) time.Time {
	// The number is taken as the one nearest to the present tick, so that Due goes on
	// over a wrap.
	return c.due(c.tick + int64(int32(tick-uint32(c.tick))))
}

func (c *Clock) due(tick int64) time.Time {
	return c.start.Add(slotTime(c.slot(tick), c.rate))
}

// slot is a tick's place on the grid of the start and the rate. Slips move ticks by
// whole slots, so a clock stays on its grid, and in its phase, for good.
func (c *Clock) slot(tick int64) int64 { return tick + c.slipped }

// slotTime is floor(slot * 1 s / rate). Whole seconds are taken apart from the rest, so
// that no product overflows at any time a Duration can express.
func slotTime(slot, rate int64) time.Duration {
	return time.Duration(slot/rate)*time.Second + time.Duration(slot%rate*int64(time.Second)/rate)
}

// slotsIn is the inverse: the largest slot with slotTime(slot, rate) <= d, and 0 for
// negative times.
func slotsIn(d time.Duration, rate int64) int64 {
	if d < 0 {
		return 0
	}
	seconds, rest := int64(d/time.Second), int64(d%time.Second)
	// floor(s*1e9/rate) <= rest  <=>  s*1e9 < (rest+1)*rate
	return seconds*rate + ((rest+1)*rate-1)/int64(time.Second)
}
