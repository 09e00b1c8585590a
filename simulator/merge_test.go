package simulator

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/deltatick/deltatick/simulator/hostile"
	"github.com/deltatick/deltatick/simulator/invariant"
	"github.com/deltatick/deltatick/simulator/scrape"
)

// spreadOf is the distribution of so many times of each length.
func spreadOf(times map[time.Duration]int) Spread {
	h := newHistogram()
	for d, n := range times {
		for range n {
			h.add(d)
		}
	}
	return h.spread()
}

// aPart is a part of two, whose measured time began so much after the other's, of one group with laps of a second.
func aPart(part int, after time.Duration, gap Spread, laps int, expect ...string) Report {
	r := Report{
		Run: "abc", Part: part, Parts: 2, Seed: 1, Began: time.Unix(1_800_000_000, 0).Add(after), Measured: float64(laps), Bots: 4, Lobbies: 1,
		Invariants: []invariant.Result{{Name: invariant.Owner, Checks: 5}, {Name: invariant.Hash, Checks: 2, Breaks: uint64(part - 1)}},
		Upkeep:     Upkeep{Busy: float64(part), Joining: 3 - float64(part), Each: 100, Resident: 1000, Samples: 2},
		Server:     &scrape.Report{Samples: []scrape.Sample{{At: 1}}},
		Attacks: []AttackReport{{Name: "raid", Attack: "flood", Bots: 1, Report: hostile.Report{Attempts: part, Answers: map[string]int{"cut": part}},
			Laps: []AttackLap{{At: 1, Took: 1, Attempts: part}}}},
	}
	g := GroupReport{
		Name: "g", Role: Player, Game: "arena", Bots: 4, Lobbies: 1, Visits: 4, Interval: gap, Slack: gap, Late: 0.5 / float64(part), BytesIn: float64(100 * part),
		Drops: map[string]uint64{"stale": 1}, Each: []BotReport{{Bot: 5 - part, Seated: 60, Snapshots: float64(60 / part)}}, Stalls: float64(part),
	}
	for i := range laps {
		g.Laps = append(g.Laps, Lap{At: float64(i + 1), Took: 1.0002, Seated: 4, Playing: 4, Rate: float64(60 / part), Interval: gap, In: map[string]float64{"snapshot": 10}, Failed: i})
	}
	for _, text := range expect {
		c, err := ParseCriterion(text)
		if err != nil {
			panic(err)
		}
		g.Verdicts = append(g.Verdicts, c.judge(g))
	}
	r.Groups, r.Unmet = []GroupReport{g}, g.unmet()
	return r
}

func mustMerge(t *testing.T, parts ...Report) Report {
	t.Helper()
	r, err := Merge(parts...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestPercentilesOfPartsAreThoseOfAllThatTheyMeasured(t *testing.T) {
	quick, slow := map[time.Duration]int{10 * time.Millisecond: 990}, map[time.Duration]int{10 * time.Millisecond: 8, 90 * time.Millisecond: 2}
	r := mustMerge(t, aPart(1, 0, spreadOf(quick), 2), aPart(2, 0, spreadOf(slow), 2))
	got, want := r.Groups[0].Interval, spreadOf(map[time.Duration]int{10 * time.Millisecond: 998, 90 * time.Millisecond: 2})
	if got != want || got.P99 > 11 || got.Max < 89 || got.Count != 1000 {
		t.Errorf("%+v, want %+v; the mean of both p99 is 50", got, want)
	}
	if lap := r.Groups[0].Laps[0].Interval; lap.P99 != want.P99 || lap.Count != 1000 || lap.Histogram != "" {
		t.Errorf("a lap: %+v", lap)
	}
}

func TestCountsOfPartsAreSummedAndRatesWeighed(t *testing.T) {
	gap := spreadOf(map[time.Duration]int{time.Millisecond: 10})
	r := mustMerge(t, aPart(2, 0, gap, 3), aPart(1, 0, gap, 3)) // in any order
	g := r.Groups[0]
	if r.Bots != 8 || r.Lobbies != 2 || r.Part != 0 || r.Parts != 2 || g.Visits != 8 || g.Drops["stale"] != 2 || g.Late != 0.375 || g.BytesIn != 150 || g.Stalls != 1.5 {
		t.Errorf("%+v", r)
	}
	if bots := []int{g.Each[0].Bot, g.Each[1].Bot}; !slices.Equal(bots, []int{3, 4}) || g.Rate.Min != 30 || g.Rate.Max != 60 {
		t.Errorf("bots %v, rates %+v", bots, g.Rate)
	}
	if lap := g.Laps[1]; lap.Seated != 8 || lap.Rate != 45 || lap.In["snapshot"] != 20 || lap.Failed != 2 {
		t.Errorf("a lap: %+v", lap)
	}
	if hash := r.Invariants[1]; r.Broken != 1 || r.OK() || hash.Checks != 4 || hash.Breaks != 1 {
		t.Errorf("%+v", r.Invariants)
	}
	if a := r.Attacks[0]; a.Bots != 2 || a.Attempts != 3 || a.Answers["cut"] != 3 || a.Laps[0].Attempts != 3 {
		t.Errorf("%+v", a)
	}
	// What each part saw is of all, so half of it is of each part's own five.
	if u := r.Upkeep; u.Busy != 2 || u.Joining != 2 || u.Resident != 1000 || u.Each != 50 {
		t.Errorf("%+v", u)
	}
}

func TestLapsOfPartsAreLaidOverEachOtherByTheClock(t *testing.T) {
	gap := spreadOf(map[time.Duration]int{time.Millisecond: 10})
	early, late := aPart(1, 0, gap, 4), aPart(2, 2400*time.Millisecond, gap, 4)
	early.Server = nil
	r := mustMerge(t, early, late)
	var seated, failed []int
	var at []float64
	for _, lap := range r.Groups[0].Laps {
		seated, failed, at = append(seated, lap.Seated), append(failed, lap.Failed), append(at, lap.At)
	}
	if !slices.Equal(seated, []int{4, 4, 8, 8, 4, 4}) || !slices.Equal(at, []float64{1, 2, 3, 4, 5, 6}) || !slices.Equal(failed, []int{0, 1, 2, 4, 5, 6}) {
		t.Errorf("seated %v, failed so far %v, at %v", seated, failed, at)
	}
	if !r.Began.Equal(early.Began) || r.Server.Samples[0].At != 3.4 || late.Server.Samples[0].At != 1 || r.Attacks[0].Laps[1].At != 3 {
		t.Errorf("began %v, the server seen at %v", r.Began, r.Server.Samples[0].At)
	}
}

func TestACriterionMayBeBrokenByTheWholeAndByNoPart(t *testing.T) {
	gap := spreadOf(map[time.Duration]int{time.Millisecond: 10})
	one, two := aPart(1, 0, gap, 1, "visits <= 6", "late <= 40%"), aPart(2, 0, gap, 1, "visits <= 6", "late <= 40%")
	if one.Unmet != 1 || two.Unmet != 0 {
		t.Fatalf("%+v, %+v", one.Groups[0].Verdicts, two.Groups[0].Verdicts)
	}
	r := mustMerge(t, one, two)
	if v := r.Groups[0].Verdicts; r.Unmet != 1 || v[0].Met || v[0].Value != 8 || !v[1].Met {
		t.Errorf("%+v", v)
	}
}

func TestWhatLeakedIsWhatTheLastToEndSaw(t *testing.T) {
	gap := spreadOf(map[time.Duration]int{time.Millisecond: 10})
	one, two := aPart(1, 0, gap, 1), aPart(2, time.Second, gap, 1)
	one.Upkeep.Leaks, two.Upkeep.Leaks = []Leak{{Of: "sessions", After: 4}}, []Leak{{Of: "sessions", OK: true}}
	if r := mustMerge(t, one, two); !r.Upkeep.OK() {
		t.Errorf("%+v", r.Upkeep.Leaks)
	}
}

func TestWhatIsNotAllOfOneRunIsNotMerged(t *testing.T) {
	gap := spreadOf(map[time.Duration]int{time.Millisecond: 10})
	one, two := aPart(1, 0, gap, 1), aPart(2, 0, gap, 1)
	change := func(r Report, f func(r *Report)) Report {
		r.Groups = slices.Clone(r.Groups)
		f(&r)
		return r
	}
	for want, reports := range map[string][]Report{
		"no reports":         nil,
		"2/2 is missing":     {one},
		"1/2 is there twice": {one, one},
		"of no part":         {one, change(two, func(r *Report) { r.Part = 0 })},
		"not of one run":     {one, change(two, func(r *Report) { r.Run = "xyz" })},
		"not of one":         {one, change(two, func(r *Report) { r.Parts = 3 })},
		"another one":        {one, change(two, func(r *Report) { r.Groups[0].Game = "swarm" })},
		"group g: it has percentiles without their histograms": {one, change(two, func(r *Report) { r.Groups[0].Interval.Histogram = "" })},
		"not the 11 values": {one, change(two, func(r *Report) { r.Groups[0].Interval.Count = 11 })},
		"a histogram:":      {one, change(two, func(r *Report) { r.Groups[0].Interval.Histogram = "xx" })},
	} {
		if _, err := Merge(reports...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
