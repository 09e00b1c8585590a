package simulator_test

import (
	"context"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/client-go/clienttest"
	"github.com/deltatick/deltatick/simulator"
)

func TestLapsTellWhatTheReportTellsByTheSecond(t *testing.T) {
	r := mustPlay(t, faults{}, simulator.Config{For: 12 * time.Second}, simulator.Group{Bots: 6, RoomSize: 3, Chaos: true, Talk: time.Second})
	if len(r.Laps) != 12 {
		t.Fatalf("%d laps of 12 s", len(r.Laps))
	}
	var latency, interval, age, slack, rejoin, chat int64
	var in, out, reconnects float64
	sum := func(kinds map[string]float64) (sum float64) {
		for _, n := range kinds {
			sum += n
		}
		return sum
	}
	for i, lap := range r.Laps {
		if math.Abs(lap.At-float64(i+1)) > 0.01 || math.Abs(lap.Took-1) > 0.01 {
			t.Errorf("lap %d ended at %v s and took %v s", i, lap.At, lap.Took)
		}
		if lap.Interval.P99 > r.Interval.Max || lap.In["snapshot"] == 0 || lap.Out["input"] == 0 || lap.Failed != 0 {
			t.Errorf("lap %d: %+v", i, lap)
		}
		latency, interval, age = latency+lap.Latency.Count, interval+lap.Interval.Count, age+lap.Age.Count
		slack, rejoin, chat = slack+lap.Slack.Count, rejoin+lap.Rejoin.Count, chat+lap.Chat.Count
		in, out, reconnects = in+sum(lap.In)*lap.Took, out+sum(lap.Out)*lap.Took, reconnects+float64(lap.Reconnects)
	}
	for name, of := range map[string][2]float64{
		"effect": {float64(latency), float64(r.Latency.Count)}, "gap": {float64(interval), float64(r.Interval.Count)},
		"age": {float64(age), float64(r.Age.Count)}, "slack": {float64(slack), float64(r.Slack.Count)},
		"in": {in, r.BytesIn * 6 * 12}, "out": {out, r.BytesOut * 6 * 12},
	} {
		if of[1] == 0 || math.Abs(of[0]-of[1]) > 0.02*of[1] {
			t.Errorf("%s: %v in all laps, %v in the report", name, of[0], of[1])
		}
	}
	// A tail after the last lap may have one more.
	if reconnects == 0 || reconnects > float64(r.Reconnects) || rejoin == 0 || rejoin > r.Rejoin.Count || chat > r.Chat.Count {
		t.Errorf("%v reconnects, %d rejoins, %d heard; in the report %d, %d, %d", reconnects, rejoin, chat, r.Reconnects, r.Rejoin.Count, r.Chat.Count)
	}
}

func TestLongRunsHaveLongLaps(t *testing.T) {
	for length, want := range map[time.Duration]float64{time.Hour: 1, time.Hour + time.Second: 2, 24 * time.Hour: 24} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t.Context(), faults{})
			defer h.close()
			ctx, cancel := context.WithTimeout(t.Context(), 80*time.Second)
			defer cancel()
			r, err := simulator.Run(ctx, simulator.Config{URL: clienttest.URL, AllowRemote: true, NetDial: h.srv.Dial, For: length,
				Groups: []simulator.Group{{Game: "tag", Bots: 1}}})
			if err != nil {
				t.Fatal(err)
			}
			if laps := r.Groups[0].Laps; len(laps) < 3 || laps[0].Took != want {
				t.Errorf("%v: %d laps, the first of %v s, want %v s", length, len(laps), laps[0].Took, want)
			}
		})
	}
}
