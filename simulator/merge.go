package simulator

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/deltatick/deltatick/simulator/invariant"
)

// Merge makes one report of those of all parts of a run (Config.Part), in any order, as if one process had played it: counts are summed, percentiles are
// those of the histograms' sum, laps are laid over each other by the clocks of the machines, to the nearest lap, and criteria are judged anew. What is of the
// server is as the first part saw it that saw anything, but for what leaked: that is as the last to end saw it, when everybody had gone. The error says which
// report is none of the run, is there twice, or is missing.
func Merge(reports ...Report) (Report, error) {
	parts, err := inOrder(reports)
	if err != nil {
		return Report{}, err
	}
	first := parts[0]
	sum := Report{
		Title: first.Title, Run: first.Run, Parts: first.Parts, URL: first.URL, Seed: first.Seed, Began: first.Began,
	}
	for _, r := range parts {
		if r.Began.Before(sum.Began) {
			sum.Began = r.Began
		}
		sum.Bots, sum.Lobbies, sum.CPU = sum.Bots+r.Bots, sum.Lobbies+r.Lobbies, sum.CPU+r.CPU
		sum.Measured, sum.Interrupted = max(sum.Measured, r.Measured), sum.Interrupted || r.Interrupted
	}
	every := lapOf(parts)
	shifts := make([]int, len(parts)) // of each part's laps
	for i, r := range parts {
		shifts[i] = int((r.Began.Sub(sum.Began) + every/2) / every)
	}
	for _, name := range names(parts, func(r Report) []GroupReport { return r.Groups }, func(g GroupReport) string { return g.Name }) {
		g, err := mergeGroups(parts, shifts, every, name)
		if err != nil {
			return Report{}, fmt.Errorf("group %s: %w", name, err)
		}
		sum.Groups = append(sum.Groups, g)
		sum.Failed += g.Failed
		sum.Unmet += g.unmet()
	}
	for _, name := range names(parts, func(r Report) []AttackReport { return r.Attacks }, func(a AttackReport) string { return a.Name }) {
		a := mergeAttacks(parts, shifts, every, name)
		sum.Attacks = append(sum.Attacks, a)
		sum.Breaches += int(total(a.Breaches))
	}
	sum.Invariants = mergeInvariants(parts)
	sum.Broken = broken(sum.Invariants)
	sum.Upkeep = mergeUpkeep(parts, sum.population())
	sum.Server = mergeServer(parts, sum.Began)
	return sum, nil
}

// inOrder finds every part of one run.
func inOrder(reports []Report) ([]Report, error) {
	if len(reports) == 0 {
		return nil, errors.New("there are no reports")
	}
	first := reports[0]
	all := make([]*Report, first.Parts)
	for _, r := range reports {
		switch {
		case r.Part < 1 || r.Part > r.Parts:
			return nil, fmt.Errorf("the report of run %q is of no part", r.Run)
		case r.Run != first.Run || r.Parts != first.Parts || r.Seed != first.Seed || r.Title != first.Title:
			return nil, fmt.Errorf("part %d/%d of run %s (seed %d) and part %d/%d of run %s (seed %d) are not of one run",
				first.Part, first.Parts, first.Run, first.Seed, r.Part, r.Parts, r.Run, r.Seed)
		case all[r.Part-1] != nil:
			return nil, fmt.Errorf("part %d/%d is there twice", r.Part, r.Parts)
		}
		all[r.Part-1] = &r
	}
	parts := make([]Report, len(all))
	for i, r := range all {
		if r == nil {
			return nil, fmt.Errorf("part %d/%d is missing", i+1, len(all))
		}
		parts[i] = *r
	}
	return parts, nil
}

// names are those that any part has, in the order of the first that has them.
func names[T any](parts []Report, of func(Report) []T, name func(T) string) (all []string) {
	for _, r := range parts {
		for _, v := range of(r) {
			if !slices.Contains(all, name(v)) {
				all = append(all, name(v))
			}
		}
	}
	return all
}

// population is everyone whom a server has to bear: bots and attackers.
func (r Report) population() int {
	n := r.Bots
	for _, a := range r.Attacks {
		n += a.Bots
	}
	return n
}

func mergeInvariants(parts []Report) (all []invariant.Result) {
	for _, r := range parts {
		for _, i := range r.Invariants {
			at := slices.IndexFunc(all, func(other invariant.Result) bool { return other.Name == i.Name })
			if at < 0 {
				i.Details = slices.Clone(i.Details)
				all = append(all, i)
				continue
			}
			all[at].Checks, all[at].Breaks = all[at].Checks+i.Checks, all[at].Breaks+i.Breaks
			all[at].Details = append(all[at].Details, i.Details...)
		}
	}
	return all
}

// mergeUpkeep is for so many bots and attackers in all.
func mergeUpkeep(parts []Report, population int) (sum Upkeep) {
	ended := func(r Report) time.Time { return r.Began.Add(time.Duration(r.Measured * float64(time.Second))) }
	last := slices.MaxFunc(parts, func(a, b Report) int { return ended(a).Compare(ended(b)) })
	sum.Leaks, sum.Trend = last.Upkeep.Leaks, last.Upkeep.Trend
	for _, r := range parts {
		u := r.Upkeep
		if u.Busy > sum.Busy { // parts on one machine have the same, and who says which those are
			sum.Busy, sum.Cores = u.Busy, u.Cores
		}
		sum.Joining = max(sum.Joining, u.Joining)
		if sum.Samples == 0 && u.Samples > 0 {
			sum.CPU, sum.Resident, sum.Samples, sum.Missed = u.CPU, u.Resident, u.Samples, u.Missed
			sum.Each = u.Each * float64(r.population()) / float64(max(population, 1))
		}
	}
	sum.Cores = cmp.Or(sum.Cores, last.Upkeep.Cores)
	return sum
}
