package tick_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/tick"
)

func newLoop(t testing.TB, cfg tick.LoopConfig) *tick.Loop {
	t.Helper()
	loop, err := tick.NewLoop(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return loop
}

// runFor runs a loop for a span of simulated time and checks that it ended by that.
// The extra nanosecond lets the tick that is due at the very end run.
func runFor(t *testing.T, d time.Duration, cfg tick.LoopConfig) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d+1)
	defer cancel()
	if err := newLoop(t, cfg).Run(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("loop returned %v, want the context's error", err)
	}
}

func TestLoopTicks60TimesInEverySecondOfAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		perSecond := make([]int, 3601)
		var last uint32
		runFor(t, time.Hour, tick.LoopConfig{Step: func(n uint32) bool {
			if n != last+1 {
				t.Fatalf("tick %d after tick %d", n, last)
			}
			last = n
			perSecond[(time.Since(begin)-1)/time.Second]++ // the tick on the border ends its second
			time.Sleep(time.Duration(n%16) * time.Millisecond)
			return true
		}})
		for second, ticks := range perSecond[:3600] {
			if ticks != 60 {
				t.Errorf("%d ticks in second %d", ticks, second)
			}
		}
	})
}

func TestALateStepIsCaughtUpOnTheSameSchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stats, begin := new(tick.Stats), time.Now()
		began := make(map[uint32]time.Duration)
		runFor(t, time.Second, tick.LoopConfig{Rate: 50, Stats: stats, Step: func(n uint32) bool {
			began[n] = time.Since(begin)
			if n == 10 { // due at 200 ms; takes the time of ticks 11 and 12
				time.Sleep(50 * time.Millisecond)
			}
			return true
		}})
		for n, want := range map[uint32]time.Duration{
			10: 200 * time.Millisecond, 11: 250 * time.Millisecond, 12: 250 * time.Millisecond,
			13: 260 * time.Millisecond, 50: time.Second,
		} {
			if began[n] != want {
				t.Errorf("tick %d began at %v, want %v", n, began[n], want)
			}
		}
		s := stats.Snapshot()
		if s.Ticks != 50 || s.Late != 1 || s.CaughtUp != 1 || s.Overruns != 1 || s.Slipped != 0 {
			t.Errorf("%d ticks, %d late, %d caught up, %d overruns, %d slipped, want 50, 1, 1, 1, 0",
				s.Ticks, s.Late, s.CaughtUp, s.Overruns, s.Slipped)
		}
		if want := (30 + 10) * time.Millisecond; s.Lateness.Sum != want { // ticks 11 and 12
			t.Errorf("lateness sums to %v, want %v", s.Lateness.Sum, want)
		}
		if s.StepTime.Sum != 50*time.Millisecond {
			t.Errorf("step time sums to %v, want 50ms", s.StepTime.Sum)
		}
	})
}

func TestAStallSlipsAndLeavesNoGapInTheNumbers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stats, begin := new(tick.Stats), time.Now()
		var last uint32
		var atOnce int
		runFor(t, 3*time.Second, tick.LoopConfig{Rate: 50, MaxCatchUp: 4, Stats: stats, Step: func(n uint32) bool {
			if n != last+1 {
				t.Errorf("tick %d after tick %d", n, last)
			}
			last = n
			if time.Since(begin) == 2*time.Second {
				atOnce++
			}
			if n == 50 { // due at 1 s
				time.Sleep(time.Second)
			}
			return true
		}})
		if atOnce != 4 {
			t.Errorf("%d ticks at once after the stall, want 4", atOnce)
		}
		if last != 50+4+50 {
			t.Errorf("%d ticks in 3 s with a stall of 1 s, want 104", last)
		}
		s := stats.Snapshot()
		if s.Ticks != 104 || s.Slipped != 46 || s.CaughtUp != 3 {
			t.Errorf("%d ticks, %d slipped, %d caught up, want 104, 46, 3", s.Ticks, s.Slipped, s.CaughtUp)
		}
		// The stall shows in full, although the schedule moved: tick 51 was 980 ms late.
		if want := (980 + 960 + 940 + 920) * time.Millisecond; s.Lateness.Sum != want {
			t.Errorf("lateness sums to %v, want %v", s.Lateness.Sum, want)
		}
	})
}

// A loop that can never keep up must go slowly, not fall ever further behind.
func TestAnOverloadedLoopSlowsDownEvenly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stats := new(tick.Stats)
		loop := tick.LoopConfig{Rate: 50, Stats: stats, Step: func(uint32) bool {
			time.Sleep(40 * time.Millisecond) // twice the period
			return true
		}}
		runFor(t, 10*time.Minute, loop)
		s := stats.Snapshot()
		if want := uint64(10 * 60 * 25); s.Ticks < want-5 || s.Ticks > want+5 {
			t.Errorf("%d ticks, want the %d there is time for", s.Ticks, want)
		}
		if s.Overruns != s.Ticks {
			t.Errorf("%d overruns in %d ticks", s.Overruns, s.Ticks)
		}
		if worst := s.Lateness.Quantile(1); worst > 400*time.Millisecond {
			t.Errorf("steps began up to %v late: the backlog grew", worst)
		}
	})
}

func TestCancelReturnsAtOnceAndRunsNoFurtherStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var last uint32
		loop := newLoop(t, tick.LoopConfig{Rate: 1, Step: func(n uint32) bool {
			last = n
			return true
		}})
		done := make(chan error)
		go func() { done <- loop.Run(ctx) }()
		time.Sleep(2500 * time.Millisecond)
		cancelled := time.Now()
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("loop returned %v, want context.Canceled", err)
		}
		if waited := time.Since(cancelled); waited != 0 || last != 2 {
			t.Errorf("returned %v after the cancel, at tick %d, want at once and 2", waited, last)
		}
	})
}

func TestCancelDuringAStepRunsNoFurtherStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var last uint32
		err := newLoop(t, tick.LoopConfig{Step: func(n uint32) bool {
			last = n
			time.Sleep(time.Second) // so that more are due
			if n == 3 {
				cancel()
			}
			return true
		}}).Run(ctx)
		if !errors.Is(err, context.Canceled) || last != 3 {
			t.Errorf("loop returned %v after tick %d, want context.Canceled after 3", err, last)
		}
	})
}

func TestAStepEndsTheLoopEvenWhileCatchingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stats := new(tick.Stats)
		var last uint32
		err := newLoop(t, tick.LoopConfig{Stats: stats, Step: func(n uint32) bool {
			last = n
			if n == 7 {
				time.Sleep(time.Second) // tick 8 and more are due at once
			}
			return n < 9
		}}).Run(t.Context())
		if err != nil || last != 9 {
			t.Errorf("loop returned %v after tick %d, want nil after 9", err, last)
		}
		if ticks := stats.Snapshot().Ticks; ticks != 9 {
			t.Errorf("%d ticks counted, want 9", ticks)
		}
	})
}

func TestTimeBetweenNewLoopAndRunIsNotCaughtUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stats := new(tick.Stats)
		loop := newLoop(t, tick.LoopConfig{Stats: stats, Step: func(uint32) bool { return false }})
		time.Sleep(time.Minute)
		if err := loop.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if s := stats.Snapshot(); s.Late != 0 || s.Slipped != 0 {
			t.Errorf("%d late, %d slipped by waiting for Run", s.Late, s.Slipped)
		}
	})
}

func TestAStepCanAskWhenTicksAreDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var loop *tick.Loop
		loop = newLoop(t, tick.LoopConfig{Rate: 50, Step: func(n uint32) bool {
			if early := time.Until(loop.Due(n)); early != 0 {
				t.Errorf("tick %d runs %v before it is due", n, early)
			}
			if slack := time.Until(loop.Due(n + 5)); slack != 100*time.Millisecond {
				t.Errorf("5 ticks ahead is %v ahead, want 100ms", slack)
			}
			return n < 100
		}})
		if err := loop.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

func TestBadLoopConfigIsRefused(t *testing.T) {
	step := func(uint32) bool { return true }
	for name, cfg := range map[string]tick.LoopConfig{
		"no step":           {},
		"rate below 1":      {Step: step, Rate: -1},
		"rate above 240":    {Step: step, Rate: 241},
		"negative catch-up": {Step: step, MaxCatchUp: -1},
		"negative phase":    {Step: step, Phase: -1},
	} {
		if _, err := tick.NewLoop(cfg); !errors.Is(err, tick.ErrConfig) {
			t.Errorf("%s: error %v, want ErrConfig", name, err)
		}
	}
}
