package hosting_test

import (
	"testing"
	"time"

	"github.com/deltatick/deltatick/hosting"
)

func TestLoopsAreOnTimeWhileHalfOfTheirTicksAreRun(t *testing.T) {
	start := time.Unix(1000, 0)
	for name, c := range map[string]struct {
		loops [2]int
		ticks uint64 // within a second, at 60 Hz
		want  bool
	}{
		"no loop":                      {[2]int{0, 0}, 0, true},
		"all ticks":                    {[2]int{3, 3}, 180, true},
		"just half":                    {[2]int{3, 3}, 90, true},
		"less than half":               {[2]int{3, 3}, 89, false},
		"one hangs":                    {[2]int{1, 1}, 0, false},
		"one of three hangs":           {[2]int{3, 3}, 120, true},
		"one has just begun":           {[2]int{0, 1}, 0, true},
		"one has just ended":           {[2]int{1, 0}, 10, true},
		"one began, the others are ok": {[2]int{2, 3}, 121, true},
	} {
		var p hosting.Pulse
		if !p.OnTime(hosting.Beat{At: start, Loops: c.loops[0], Rate: 60, Ticks: 5000}) {
			t.Errorf("%s: not on time from the start", name)
		}
		if got := p.OnTime(hosting.Beat{At: start.Add(time.Second), Loops: c.loops[1], Rate: 60, Ticks: 5000 + c.ticks}); got != c.want {
			t.Errorf("%s: on time is %v", name, got)
		}
	}
}

func TestAPulseComesBack(t *testing.T) {
	var p hosting.Pulse
	at, ticks := time.Unix(1000, 0), uint64(0)
	for i, c := range []struct {
		ran  uint64
		want bool
	}{{0, true}, {60, true}, {0, false}, {60, true}} {
		at, ticks = at.Add(time.Second), ticks+c.ran
		if got := p.OnTime(hosting.Beat{At: at, Loops: 1, Rate: 60, Ticks: ticks}); got != c.want {
			t.Errorf("second %d: on time is %v", i, got)
		}
	}
}
