package tick_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/deltatick/deltatick/tick"
)

// Ticks are counted against the definition of when they are due: Floor's fit into the time, and Ceil's fill it, but one more or less do not.
func TestFloorFitsIntoATimeAndCeilFillsIt(t *testing.T) {
	lasts := func(ticks uint32, rate int) time.Duration { return dueExactly(int64(ticks), rate).Sub(start) }
	check := func(d time.Duration, rate int) {
		t.Helper()
		if n := tick.Floor(d, rate); lasts(n, rate) > d || lasts(n+1, rate) <= d {
			t.Fatalf("%v at %d Hz: %d ticks rounded down, which take %v", d, rate, n, lasts(n, rate))
		}
		if n := tick.Ceil(d, rate); lasts(n, rate) < d || n > 0 && lasts(n-1, rate) >= d {
			t.Fatalf("%v at %d Hz: %d ticks rounded up, which take %v", d, rate, n, lasts(n, rate))
		}
	}
	random := rand.New(rand.NewPCG(5, 6))
	for rate := 1; rate <= tick.MaxRate; rate++ {
		for n := range uint32(2 * rate) {
			d := lasts(n, rate)
			if down, up := tick.Floor(d, rate), tick.Ceil(d, rate); down != n || up != n {
				t.Fatalf("%d ticks at %d Hz: %d rounded down, %d rounded up", n, rate, down, up)
			}
			check(d+1, rate)
			check(max(d-1, 0), rate)
		}
		for range 50 {
			check(time.Duration(random.Int64N(int64(200*24*time.Hour))), rate)
		}
	}
}

func TestTimesBeyondTheNumbersOfTicksAreTheEndOnes(t *testing.T) {
	for name, count := range map[string]func(time.Duration, int) uint32{"Floor": tick.Floor, "Ceil": tick.Ceil} {
		for _, c := range []struct {
			d    time.Duration
			want uint32
		}{{math.MinInt64, 0}, {-1, 0}, {0, 0}, {math.MaxInt64, math.MaxUint32}} {
			if got := count(c.d, tick.MaxRate); got != c.want {
				t.Errorf("%s of %v: %d, want %d", name, c.d, got, c.want)
			}
		}
	}
}
