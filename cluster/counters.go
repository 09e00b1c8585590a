package cluster

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

// Counters are the figures of a node's engine. The zero value is ready; all may be read at any time. Calls are counted by [Metered], whatever the engine;
// the rest by engines that have a store elsewhere and are given these counters, as cluster/redis is.
type Counters struct {
	Calls [calls]CallCounters // by [Call]

	Delivered    atomic.Uint64 // messages and presence changes that feeds of this node were handed
	Dropped      atomic.Uint64 // that a feed had no room for: its reader is slow
	Gaps         atomic.Uint64 // places at which a feed is told [ErrMissed], whatever was lost and wherever
	Resubscribed atomic.Uint64 // channels that were lost and came back
	Malformed    atomic.Uint64 // records, messages and answers that no engine has made: passed over, or [ErrMalformed]
	Overloaded   atomic.Uint64 // calls that were refused because too many were waiting; they count as unavailable, too
}

// CallCounters are the figures of one kind of call.
type CallCounters struct {
	Outcomes [outcomes]atomic.Uint64 // by [Outcome]; of Renew and Save one for each lease or match
	Latency  Histogram               // of calls, whatever their outcome
}

// Call is a method of an [Engine]. It indexes [Counters.Calls].
type Call uint8

// The calls.
const (
	CallAcquire Call = iota
	CallRenew
	CallTransfer
	CallRelease
	CallExpired
	CallPutNode
	CallNodes
	CallPutLobby
	CallLobby
	CallLobbyByCode
	CallLobbies
	CallWatchLobbies
	CallJoin
	CallLeave
	CallSeated
	CallPutMatch
	CallMatch
	CallMatches
	CallSave
	CallSaved
	CallAnnouncePresence
	CallSetPresence
	CallPresence
	CallWatchPresence
	CallExpirePresence
	CallPublish
	CallSubscribe
	calls
)

// String is the call as a metric label.
func (c Call) String() string {
	return [...]string{"acquire", "renew", "transfer", "release", "expired", "put_node", "nodes", "put_lobby", "lobby", "lobby_by_code", "lobbies", "watch_lobbies",
		"join", "leave", "seated", "put_match", "match", "matches", "save", "saved", "announce_presence", "set_presence", "presence", "watch_presence",
		"expire_presence", "publish", "subscribe"}[c]
}

// Calls lists all calls.
func Calls() []Call { return upTo(calls) }

// Outcome is what came of a call. It indexes [CallCounters.Outcomes].
type Outcome uint8

// The outcomes.
const (
	OutcomeOK Outcome = iota
	OutcomeUnavailable
	OutcomeFenced
	OutcomeHeld
	OutcomeFull
	OutcomeNotFound
	OutcomeTaken
	OutcomeInvalid
	OutcomeMalformed
	OutcomeClosed
	OutcomeCanceled // the caller did not want it any more
	OutcomeFailed   // anything else, such as a store that refuses what this node may not do
	outcomes
)

// String is the outcome as a metric label.
func (o Outcome) String() string {
	return [...]string{"ok", "unavailable", "fenced", "held", "full", "not_found", "taken", "invalid", "malformed", "closed", "canceled", "failed"}[o]
}

// Outcomes lists all outcomes.
func Outcomes() []Outcome { return upTo(outcomes) }

func upTo[N ~uint8](end N) []N {
	all := make([]N, end)
	for i := range all {
		all[i] = N(i)
	}
	return all
}

// OutcomeOf is the outcome of a call that returned an error, or nil.
func OutcomeOf(err error) Outcome {
	if err == nil {
		return OutcomeOK
	}
	for _, is := range [...]struct {
		err error
		o   Outcome
	}{
		{ErrUnavailable, OutcomeUnavailable}, {ErrFenced, OutcomeFenced}, {ErrHeld, OutcomeHeld}, {ErrFull, OutcomeFull}, {ErrNotFound, OutcomeNotFound},
		{ErrTaken, OutcomeTaken}, {ErrInvalid, OutcomeInvalid}, {ErrMalformed, OutcomeMalformed}, {ErrClosed, OutcomeClosed},
		{context.Canceled, OutcomeCanceled}, {context.DeadlineExceeded, OutcomeCanceled},
	} {
		if errors.Is(err, is.err) {
			return is.o
		}
	}
	return OutcomeFailed
}

// LatencyBuckets are the upper bounds of the buckets of a [Histogram], in the way of Prometheus; one more has what is above. The last bound is the default
// timeout of calls.
var LatencyBuckets = [...]time.Duration{
	100 * time.Microsecond, 250 * time.Microsecond, 500 * time.Microsecond, time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond,
	10 * time.Millisecond, 25 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond, 400 * time.Millisecond,
}

// Histogram counts durations.
type Histogram struct {
	Buckets [len(LatencyBuckets) + 1]atomic.Uint64 // each on its own, not those below it as well
	Sum     atomic.Int64                           // time.Duration
}

// Observe counts a duration.
func (h *Histogram) Observe(d time.Duration) {
	i := 0
	for i < len(LatencyBuckets) && d > LatencyBuckets[i] {
		i++
	}
	h.Buckets[i].Add(1)
	h.Sum.Add(int64(d))
}
