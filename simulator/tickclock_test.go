package simulator_test

import (
	"testing"
	"time"

	"github.com/deltatick/deltatick/simulator"
)

// The house has no way to go, so a snapshot is at most about a tick old when it is looked at. A match stands still, or the way becomes longer, after 2.5 s.
func TestTheAgeOfSnapshotsIsRightAgainAfterAStallAndHasAWayThatStaysLonger(t *testing.T) {
	const long = 400 * time.Millisecond
	for name, test := range map[string]struct {
		faults faults
		most   float64 // ms that the age is from a second later on
		least  float64 // ms that it is at the median then
	}{
		"no stall":                   {faults{}, 20, 0},
		"a match that slips":         {faults{slips: long}, 20, 0},
		"a match that catches up":    {faults{hangs: long}, 20, 0},
		"a queue that stays in line": {faults{queues: long}, 420, 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := mustPlay(t, test.faults, simulator.Config{For: 10 * time.Second}, simulator.Group{Bots: 2, RoomSize: 2, MinRate: -1})
			if len(r.Laps) != 10 {
				t.Fatalf("%d laps", len(r.Laps))
			}
			for i, lap := range r.Laps {
				switch {
				case i < 1 && lap.Age.Max > 20:
					t.Errorf("lap %d, before anything happens: %+v", i, lap.Age)
				case i >= 4 && (lap.Age.Count == 0 || lap.Age.Max > test.most || lap.Age.P50 < test.least):
					t.Errorf("lap %d, after it: %+v", i, lap.Age)
				}
			}
			if stalled := test.faults.slips + test.faults.hangs; stalled > 0 && r.Age.Max < 390 {
				t.Errorf("the stall itself is not in the age: %+v", r.Age)
			}
		})
	}
}
