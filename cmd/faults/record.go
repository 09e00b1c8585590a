package main

import (
	"slices"
	"time"
)

// sample is a snapshot as a player got it.
type sample struct {
	at          time.Time
	epoch, tick uint32
	input       uint32 // the newest of the player's inputs that the match has taken in
}

// told is an event of the match as a player got it.
type told struct {
	epoch, tick uint32 // epoch: of the room that the player was in
	text        string // name and payload
}

// record is what one player saw while one fault lasted.
type record struct {
	samples  []sample
	told     []told
	losses   int // sockets that were lost
	anew     int // sessions that were made anew elsewhere, or not given back
	unheard  int // events that the service said it no longer had
	notGiven []string
	renamed  []string // messages of the chat whose id was another one's
}

// change is a new epoch of a match, as a player saw it.
type change struct {
	last, first sample // the last snapshot before it, the first after it
}

// changes are the new epochs in a record.
func (r *record) changes() (all []change) {
	for i := 1; i < len(r.samples); i++ {
		if r.samples[i].epoch != r.samples[i-1].epoch {
			all = append(all, change{r.samples[i-1], r.samples[i]})
		}
	}
	return all
}

// gap is the longest time between two snapshots, of which the later one came after since.
func (r *record) gap(since time.Time) (longest time.Duration) {
	for i := 1; i < len(r.samples); i++ {
		if r.samples[i].at.After(since) {
			longest = max(longest, r.samples[i].at.Sub(r.samples[i-1].at))
		}
	}
	return longest
}

// newest is when the last snapshot came; zero before the first.
func (r *record) newest() time.Time {
	if len(r.samples) == 0 {
		return time.Time{}
	}
	return r.samples[len(r.samples)-1].at
}

// percentile is the smallest of some values that a share of them does not exceed (nearest rank); 0 of none. It sorts them.
func percentile(values []float64, share float64) float64 {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	rank := int(share*float64(len(values)) + 0.999999)
	return values[min(max(rank, 1), len(values))-1]
}
