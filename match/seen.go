package match

import (
	"time"

	"github.com/deltatick/deltatick/tick"
)

// Seen is the tick of the world that a player saw when giving the input in force now: the one to look at with [Table.At] for what the
// player aimed at. It lies between [Tick.Oldest] and the tick before this one, which it also is for a seat whose player has sent
// nothing or, in a [Sim], has not said. It is fixed when the input is taken, so that the same inputs give the same world; while an
// input is repeated it moves on with the match.
func (t *Tick) Seen(seat SeatID) uint32 {
	newest := t.core.tick - 1
	slots := t.core.inputs.bySeat
	if int(seat) >= len(slots) || slots[seat].age < 0 || slots[seat].seen == 0 {
		return newest
	}
	return min(max(slots[seat].seen, t.Oldest()), newest)
}

// What a client shows when it does not say, and how far behind that it may claim to be.
const (
	usualDelay = 100 * time.Millisecond // by which clients interpolate; client-js by less over a good line, by more over a bad one
	seenWindow = 50 * time.Millisecond  // three ticks at 60 Hz
)

// sight judges what an input that arrives now says its player saw.
//
// present is the newest tick there is. What the player had of it when the input left is a round trip old, and what was shown lies
// an interpolation delay before that: the estimate, which also stands in for what a client does not say. (netcode: Source and Unity
// reckon alike, and take the client's word only near to it.) Of the two ways to lie, seeing more than has arrived is ruled out by the input's own
// acknowledgement, and then the estimate counts; seeing less, which lets one hit where others no longer are, is taken for the estimate less a
// window, which is wider by what the client must interpolate more because it gets one snapshot in every ticks only. Seeing more than the
// estimate is what a client does that interpolates less or, like a bot, not at all; it makes the rewind shorter and needs no bound.
func sight(present, ack, seen uint32, roundTrip time.Duration, rate int, every uint32) uint32 {
	ack = min(ack, present)
	behind := int64(tick.Ceil(roundTrip, rate))
	if roundTrip == 0 && ack != 0 {
		behind = int64(present - ack) // not measured yet: what the input itself shows
	}
	estimate := int64(present) - behind - int64(tick.Ceil(usualDelay, rate))
	if seen == 0 || seen > ack {
		return uint32(max(estimate, 1))
	}
	oldest := estimate - int64(tick.Ceil(seenWindow, rate)) - int64(every-1)
	return uint32(max(int64(seen), oldest))
}
