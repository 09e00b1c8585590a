package tick

import (
	"context"
	"fmt"
	"time"
)

// LoopConfig is what a [Loop] is made from.
type LoopConfig struct {
	// Rate is the number of ticks a second, 1 to MaxRate. Zero means DefaultRate.
	Rate int
	// MaxCatchUp is as in Config: the ticks run at once after a stall, at least 1. Zero
	// means DefaultMaxCatchUp.
	MaxCatchUp int
	// Phase is this loop's place in the period, against the other loops of the process:
	// see the function Phase. At least 0; whole periods make no difference.
	Phase time.Duration
	// Tick is the number of the last tick that was run before, elsewhere: the first is the one after it.
	Tick uint32
	// Now tells the time. Nil means time.Now. The loop sleeps on real timers whatever
	// Now is, so Now should run as fast as time does.
	Now func() time.Time
	// Step runs one tick. Numbers start at Tick + 1 and have no gaps. It returns whether the
	// loop goes on: after false no tick follows, not even one that is due. Required.
	Step func(tick uint32) (more bool)
	// Held, if set, is asked before each tick. While it says true no tick is made, and the schedule slips: the tick that comes next is
	// the one that would have come.
	Held func() bool
	// Stats is where the loop counts; loops may share one. Nil means that nobody reads
	// the figures.
	Stats *Stats
}

// Loop calls a step at each tick of a clock. It runs once.
type Loop struct {
	clock  *Clock
	phase  time.Duration
	period time.Duration // rounded down: to judge by, never to schedule by
	now    func() time.Time
	step   func(tick uint32) bool
	held   func() bool
	stats  *Stats
}

// NewLoop returns a loop that has not started: before [Loop.Run] there is no timer
// and no goroutine.
func NewLoop(cfg LoopConfig) (*Loop, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Stats == nil {
		cfg.Stats = new(Stats)
	}
	if cfg.Step == nil {
		return nil, fmt.Errorf("%w: no step", ErrConfig)
	}
	if cfg.Held == nil {
		cfg.Held = func() bool { return false }
	}
	if cfg.Phase < 0 {
		return nil, fmt.Errorf("%w: phase of %v is less than 0", ErrConfig, cfg.Phase)
	}
	clock, err := NewClock(Config{Rate: cfg.Rate, MaxCatchUp: cfg.MaxCatchUp, Start: cfg.Now(), Tick: cfg.Tick})
	if err != nil {
		return nil, err
	}
	return &Loop{
		clock:  clock,
		phase:  cfg.Phase,
		period: slotTime(1, clock.rate),
		now:    cfg.Now,
		step:   cfg.Step,
		held:   cfg.Held,
		stats:  cfg.Stats,
	}, nil
}

// SetTick says, before Run, what the last tick was that was run elsewhere, if it is not what the loop was made with.
func (l *Loop) SetTick(tick uint32) { l.clock.tick, l.clock.slipped = int64(tick), -int64(tick) }

// Run ticks until the step returns false or ctx ends, and returns ctx.Err(): nil if it
// was the step alone. When ctx ends, the step that is running is the last.
func (l *Loop) Run(ctx context.Context) error {
	// The time since NewLoop was no stall, and is not caught up.
	now := l.now()
	l.clock.start = align(now, l.clock.rate, l.phase)
	wake := time.NewTimer(l.clock.Next().Sub(now))
	defer wake.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-wake.C:
		}
		// The time that a timer sends is when it fired; what counts is when we woke.
		now, more := l.wake(ctx, l.now())
		if !more {
			return ctx.Err()
		}
		// Computed from the grid and the time after the steps, the sleep is shorter by
		// what they took. If it is negative the timer fires at once.
		wake.Reset(l.clock.Next().Sub(now))
	}
}

// wake runs the ticks that are due at now. It returns the time after them and whether
// the loop goes on.
func (l *Loop) wake(ctx context.Context, now time.Time) (after time.Time, more bool) {
	// Lateness is against the schedule we slept by, which a slip below would hide.
	due, tick := l.clock.Next(), l.clock.Tick()
	steps, slipped := l.clock.Advance(now)
	l.stats.slipped.Add(uint64(slipped))
	for i := range steps {
		if ctx.Err() != nil {
			return now, false
		}
		if l.held() {
			l.clock.hold(int64(steps - i))
			l.stats.slipped.Add(uint64(steps - i))
			l.stats.held.Add(uint64(steps - i))
			return now, true
		}
		tick++
		more := l.step(tick)
		end := l.now()
		l.stats.observe(now.Sub(due), end.Sub(now), l.period, i > 0)
		if !more {
			return end, false
		}
		now, due = end, due.Add(l.period)
	}
	return now, true
}

// Due is when a tick is due, or was: see [Clock.Due]. It is for the step, or for
// after Run, and no other goroutine.
func (l *Loop) Due(tick uint32) time.Time { return l.clock.Due(tick) }
