package simulator

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
)

// groupPart is a group as one part of a run had it.
type groupPart struct {
	GroupReport
	measured float64 // seconds
	shift    int     // by how many laps its own are later than the merged ones
}

// mergeGroups is the group of a name in all parts that have it, whose laps are so many later. The time of a lap is every.
func mergeGroups(parts []Report, shifts []int, every time.Duration, name string) (sum GroupReport, err error) {
	var all []groupPart
	for i, r := range parts {
		at := slices.IndexFunc(r.Groups, func(g GroupReport) bool { return g.Name == name })
		if at < 0 {
			continue
		}
		all = append(all, groupPart{r.Groups[at], r.Measured, shifts[i]})
		if !r.Groups[at].alike(all[0].GroupReport) {
			return sum, fmt.Errorf("part %d/%d has another one of that name", r.Part, r.Parts)
		}
	}
	first := all[0]
	sum = GroupReport{
		Name: first.Name, Role: first.Role, Game: first.Game, Chaos: first.Chaos, Network: first.Network,
		Resyncs: map[string]uint64{}, Drops: map[string]uint64{}, Notices: map[string]int{}, Returns: map[string]int{},
	}
	for _, g := range all {
		sum.add(g.GroupReport)
	}
	for _, s := range []struct {
		to *Spread
		of func(groupPart) Spread
	}{
		{&sum.Latency, func(g groupPart) Spread { return g.Latency }}, {&sum.Interval, func(g groupPart) Spread { return g.Interval }},
		{&sum.Age, func(g groupPart) Spread { return g.Age }}, {&sum.Slack, func(g groupPart) Spread { return g.Slack }},
		{&sum.Rejoin, func(g groupPart) Spread { return g.Rejoin }}, {&sum.Chat, func(g groupPart) Spread { return g.Chat }},
		{&sum.Presence, func(g groupPart) Spread { return g.Presence }}, {&sum.Error, func(g groupPart) Spread { return g.Error }},
	} {
		if *s.to, err = mergeSpreads(true, mapped(all, s.of)...); err != nil {
			return sum, err
		}
	}
	inputs := mapped(all, func(g groupPart) float64 { return float64(g.Slack.Count) })
	seated := mapped(all, groupPart.seated)
	served := mapped(all, func(g groupPart) float64 { return g.measured * float64(g.Bots) })
	sum.Late = weighted(mapped(all, func(g groupPart) float64 { return g.Late }), inputs)
	sum.Stalls = weighted(mapped(all, func(g groupPart) float64 { return g.Stalls }), seated)
	sum.BytesIn = weighted(mapped(all, func(g groupPart) float64 { return g.BytesIn }), served)
	sum.BytesOut = weighted(mapped(all, func(g groupPart) float64 { return g.BytesOut }), served)
	slices.SortFunc(sum.Each, func(a, b BotReport) int { return cmp.Compare(a.Bot, b.Bot) })
	sum.rates()
	if sum.Laps, err = mergeLaps(all, every); err != nil {
		return sum, err
	}
	for _, v := range first.Verdicts {
		c, err := ParseCriterion(v.Criterion)
		if err != nil {
			return sum, err
		}
		sum.Verdicts = append(sum.Verdicts, c.judge(sum))
	}
	return sum, nil
}

// alike reports whether two parts have the same group.
func (r GroupReport) alike(other GroupReport) bool {
	return r.Role == other.Role && r.Game == other.Game && r.Chaos == other.Chaos && r.Network == other.Network &&
		slices.EqualFunc(r.Verdicts, other.Verdicts, func(a, b Verdict) bool { return a.Criterion == b.Criterion })
}

// add adds what is counted.
func (r *GroupReport) add(g GroupReport) {
	r.Bots, r.Lobbies, r.Visits = r.Bots+g.Bots, r.Lobbies+g.Lobbies, r.Visits+g.Visits
	r.Snapshots, r.Keyframes, r.Desyncs = r.Snapshots+g.Snapshots, r.Keyframes+g.Keyframes, r.Desyncs+g.Desyncs
	r.Cuts, r.Reconnects, r.EventsLost = r.Cuts+g.Cuts, r.Reconnects+g.Reconnects, r.EventsLost+g.EventsLost
	r.InputsSent, r.InputsSkipped = r.InputsSent+g.InputsSent, r.InputsSkipped+g.InputsSkipped
	r.Mispredicted, r.Corrections = r.Mispredicted+g.Mispredicted, r.Corrections+g.Corrections
	r.Sends, r.Heard = r.Sends+g.Sends, r.Heard+g.Heard
	r.Failed += g.Failed
	r.Each = append(r.Each, g.Each...)
	addAll(r.Resyncs, g.Resyncs)
	addAll(r.Drops, g.Drops)
	addAll(r.Notices, g.Notices)
	addAll(r.Returns, g.Returns)
}

// seated is how long the group's bots were in their seats, all together, in seconds.
func (r groupPart) seated() (sum float64) {
	for _, b := range r.Each {
		sum += b.Seated
	}
	return sum
}

func addAll[N int | uint64 | float64](to, from map[string]N) {
	for name, n := range from {
		to[name] += n
	}
}

// weighted is the mean of values that count for so much each; 0 where none counts.
func weighted(values, weights []float64) (mean float64) {
	whole := 0.0
	for i, w := range weights {
		mean, whole = mean+values[i]*w, whole+w
	}
	if whole == 0 {
		return 0
	}
	return mean / whole
}

func mapped[T, V any](all []T, of func(T) V) []V {
	values := make([]V, len(all))
	for i, v := range all {
		values[i] = of(v)
	}
	return values
}

// mergeAttacks is the group of attackers of a name in all parts that have it.
func mergeAttacks(parts []Report, shifts []int, every time.Duration, name string) (sum AttackReport) {
	laps := map[int]AttackLap{}
	for i, r := range parts {
		at := slices.IndexFunc(r.Attacks, func(a AttackReport) bool { return a.Name == name })
		if at < 0 {
			continue
		}
		a := r.Attacks[at]
		sum.Name, sum.Attack, sum.Bots = a.Name, a.Attack, sum.Bots+a.Bots
		sum.Add(a.Report)
		for n, lap := range a.Laps {
			n += shifts[i]
			was := laps[n]
			laps[n] = AttackLap{
				At: max(was.At, lap.At+float64(shifts[i])*every.Seconds()), Took: max(was.Took, lap.Took),
				Attempts: was.Attempts + lap.Attempts, Breaches: was.Breaches + lap.Breaches,
			}
		}
	}
	for _, n := range slices.Sorted(maps.Keys(laps)) {
		sum.Laps = append(sum.Laps, laps[n])
	}
	return sum
}
