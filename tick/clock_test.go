package tick_test

import (
	"errors"
	"math/bits"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/deltatick/deltatick/tick"
)

// start is no whole second, so that nothing passes by being aligned to one.
var start = time.Date(2026, 3, 1, 12, 0, 0, 123_456_789, time.UTC)

func newClock(t testing.TB, cfg tick.Config) *tick.Clock {
	t.Helper()
	if cfg.Start.IsZero() {
		cfg.Start = start
	}
	c, err := tick.NewClock(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// dueExactly is the definition of the schedule, in arithmetic that cannot overflow.
func dueExactly(slot int64, rate int) time.Time {
	hi, lo := bits.Mul64(uint64(slot), uint64(time.Second))
	ns, _ := bits.Div64(hi, lo, uint64(rate))
	return start.Add(time.Duration(ns))
}

func TestNoDriftOverAnHour(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	rates := []int{1, 7, 60, 240}
	for range 5 {
		rates = append(rates, 1+random.IntN(240))
	}
	for _, rate := range rates {
		c := newClock(t, tick.Config{Rate: rate})
		period := time.Second / time.Duration(rate)
		end := start.Add(time.Hour)
		for now := start; now.Before(end); {
			// From far too early to three periods late: never as late as would slip.
			now = now.Add(time.Duration(random.Int64N(int64(3*period)) + 1))
			if now.After(end) {
				now = end
			}
			before := c.Tick()
			steps, slipped := c.Advance(now)
			if slipped != 0 {
				t.Fatalf("%d Hz: slipped %d ticks when less than the catch-up was due", rate, slipped)
			}
			if c.Tick() != before+uint32(steps) {
				t.Fatalf("%d Hz: %d steps after tick %d ended at tick %d", rate, steps, before, c.Tick())
			}
			last, next := dueExactly(int64(c.Tick()), rate), dueExactly(int64(c.Tick())+1, rate)
			if last.After(now) || !next.After(now) {
				t.Fatalf("%d Hz: at %v the last tick was due at %v and the next at %v", rate, now, last, next)
			}
			if !c.Next().Equal(next) || !c.Due(c.Tick()).Equal(last) {
				t.Fatalf("%d Hz: tick %d is due at %v and the next at %v, want %v and %v",
					rate, c.Tick(), c.Due(c.Tick()), c.Next(), last, next)
			}
		}
		if want := uint32(3600 * rate); c.Tick() != want {
			t.Errorf("%d Hz: %d ticks in an hour, want %d", rate, c.Tick(), want)
		}
	}
}

func TestATickIsDueToTheNanosecond(t *testing.T) {
	for rate := 1; rate <= tick.MaxRate; rate++ {
		c := newClock(t, tick.Config{Rate: rate})
		for want := range uint32(2 * rate) {
			if steps, _ := c.Advance(c.Next().Add(-1)); steps != 0 {
				t.Fatalf("%d Hz: tick %d ran a nanosecond early", rate, want+1)
			}
			if steps, _ := c.Advance(c.Next()); steps != 1 || c.Tick() != want+1 {
				t.Fatalf("%d Hz: %d steps to tick %d when tick %d was due", rate, steps, c.Tick(), want+1)
			}
		}
	}
}

func TestCatchUpIsCappedAndTheRestSlips(t *testing.T) {
	c := newClock(t, tick.Config{Rate: 60, MaxCatchUp: 3})
	c.Advance(dueExactly(10, 60))
	if got := c.Tick(); got != 3 {
		t.Fatalf("10 ticks due with a catch-up of 3 ran to tick %d", got)
	}
	steps, slipped := c.Advance(dueExactly(110, 60))
	if steps != 3 || slipped != 97 {
		t.Errorf("100 ticks due with a catch-up of 3: %d steps, %d slipped, want 3 and 97", steps, slipped)
	}
	if c.Tick() != 6 {
		t.Errorf("tick %d after tick 3 and 3 steps", c.Tick())
	}
}

func TestNoBurstAfterAPause(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		rate := 1 + random.IntN(240)
		c := newClock(t, tick.Config{Rate: rate})
		pause := time.Duration(random.Int64N(int64(400 * 24 * time.Hour)))
		steps, slipped := c.Advance(start.Add(pause))
		if steps > tick.DefaultMaxCatchUp {
			t.Fatalf("%d Hz: %d steps at once after %v", rate, steps, pause)
		}
		// After the one capped catch-up the pace is the usual one, on the same grid.
		slot := int64(steps) + slipped
		for i := int64(1); i < 50; i++ {
			want := dueExactly(slot+i, rate)
			if !c.Next().Equal(want) {
				t.Fatalf("%d Hz: %d ticks after a pause of %v, next is due at %v, want %v", rate, i, pause, c.Next(), want)
			}
			if steps, slipped := c.Advance(want); steps != 1 || slipped != 0 {
				t.Fatalf("%d Hz: %d steps and %d slipped, %d ticks after a pause of %v", rate, steps, slipped, i, pause)
			}
		}
	}
}

func TestEveryDueTickIsEitherRunOrReportedAsSlipped(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 50 {
		rate, catchUp := 1+random.IntN(240), 1+random.IntN(8)
		c := newClock(t, tick.Config{Rate: rate, MaxCatchUp: catchUp})
		var ran, slippedTicks int64
		now := start
		for range 500 {
			// Mostly about a period, at times a stall of many, at times a step back.
			wait := random.ExpFloat64() * float64(catchUp) * float64(time.Second) / float64(rate)
			if random.IntN(10) == 0 {
				wait = -wait
			}
			now = now.Add(time.Duration(wait))
			steps, slipped := c.Advance(now)
			if steps < 0 || steps > catchUp || slipped < 0 || slipped > 0 && steps != catchUp {
				t.Fatalf("%d steps, %d slipped with a catch-up of %d", steps, slipped, catchUp)
			}
			ran += int64(steps)
			slippedTicks += slipped
			if int64(c.Tick()) != ran {
				t.Fatalf("tick %d after %d steps", c.Tick(), ran)
			}
			if !c.Next().After(now) {
				t.Fatalf("next is due at %v, which is not after %v", c.Next(), now)
			}
			if want := dueExactly(ran+slippedTicks+1, rate); !c.Next().Equal(want) {
				t.Fatalf("next is due at %v after %d steps and %d slipped, want %v", c.Next(), ran, slippedTicks, want)
			}
		}
	}
}

func TestNothingIsDueBeforeTheStartOrWhenTimeGoesBack(t *testing.T) {
	c := newClock(t, tick.Config{Rate: 60})
	for _, early := range []time.Duration{-1000 * time.Hour, -1, 0} {
		if steps, slipped := c.Advance(start.Add(early)); steps != 0 || slipped != 0 {
			t.Errorf("%v from the start: %d steps, %d slipped", early, steps, slipped)
		}
	}
	c.Advance(start.Add(time.Second / 20))
	next := c.Next()
	if steps, slipped := c.Advance(start.Add(-time.Hour)); steps != 0 || slipped != 0 {
		t.Errorf("an hour back: %d steps, %d slipped", steps, slipped)
	}
	if c.Tick() != 3 || !c.Next().Equal(next) {
		t.Errorf("going back moved the clock from tick 3, next at %v, to tick %d, next at %v", next, c.Tick(), c.Next())
	}
	if steps, _ := c.Advance(next); steps != 1 {
		t.Errorf("%d steps when time had caught up, want 1", steps)
	}
}

func TestASlipMovesWhatIsDueLaterByWholePeriods(t *testing.T) {
	c := newClock(t, tick.Config{Rate: 60})
	if got, want := c.Due(600), start.Add(10*time.Second); !got.Equal(want) {
		t.Fatalf("tick 600 at 60 Hz is due at %v, want %v", got, want)
	}
	c.Advance(start.Add(2*time.Second + time.Second/12)) // 125 due: 5 run, 120 slip
	if got, want := c.Due(600), start.Add(12*time.Second); !got.Equal(want) {
		t.Errorf("after a slip of 2 s, tick 600 is due at %v, want %v", got, want)
	}
}

func TestDefaultsAre60HzAndACatchUpOf5(t *testing.T) {
	c := newClock(t, tick.Config{})
	if got, want := c.Next(), start.Add(time.Second/60); !got.Equal(want) {
		t.Errorf("first tick at %v, want %v", got, want)
	}
	if steps, slipped := c.Advance(start.Add(time.Second)); steps != 5 || slipped != 55 {
		t.Errorf("after a second: %d steps, %d slipped, want 5 and 55", steps, slipped)
	}
}

func TestBadClockConfigIsRefused(t *testing.T) {
	for name, cfg := range map[string]tick.Config{
		"rate below 1":      {Start: start, Rate: -1},
		"rate above 240":    {Start: start, Rate: 241},
		"negative catch-up": {Start: start, MaxCatchUp: -1},
		"no start":          {},
	} {
		if _, err := tick.NewClock(cfg); !errors.Is(err, tick.ErrConfig) {
			t.Errorf("%s: error %v, want ErrConfig", name, err)
		}
	}
}
