package client

import (
	"sync/atomic"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// Kinds is how many frame kinds are told apart in [Stats]; higher ones are counted as kind 0.
const Kinds = 32

// Traffic counts frames and their bytes, without WebSocket, TCP and IP headers.
type Traffic struct {
	Frames, Bytes uint64
}

// DropReason says why something that arrived was not used.
type DropReason uint8

// The drop reasons.
const (
	DropUnknownKind    DropReason = iota // a kind this version does not know
	DropStaleEpoch                       // a match frame of another epoch than the newest enter's
	DropStaleTick                        // a snapshot no newer than the one held
	DropAwaitsKeyframe                   // a delta while a keyframe is on its way
	DropDuplicateEvent                   // an event seen before
	DropLateReply                        // a reply nobody waits for any more
	DropBadPayload                       // an event's payload that is not what docs/PROTOCOL.md says; the event itself is passed on
	DropDownloadOver                     // a chunk of a download that is over
	DropUploadOver                       // a progress of an upload that is over
	dropReasons
)

var dropNames = [dropReasons]string{
	"unknown-kind", "stale-epoch", "stale-tick", "awaits-keyframe", "duplicate-event", "late-reply",
	"bad-payload", "download-over", "upload-over",
}

// String is the reason's short name.
func (r DropReason) String() string {
	if r < dropReasons {
		return dropNames[r]
	}
	return "unknown"
}

// DropReasons lists all reasons.
func DropReasons() []DropReason {
	all := make([]DropReason, dropReasons)
	for i := range all {
		all[i] = DropReason(i)
	}
	return all
}

// Stats counts since the client was made.
type Stats struct {
	In, Out [Kinds]Traffic // by protocol.Kind

	Dials, DialFailures uint64 // attempts to connect, and those that led to no welcome
	Connects, Resumes   uint64 // welcomes, and those that gave the session back
	Malformed           uint64 // frames that broke the protocol's rules; each costs the socket

	Snapshots, Keyframes uint64    // applied, the latter being part of the former
	Desyncs              uint64    // hashes that differed
	Resyncs              [8]uint64 // faults that need a keyframe, by reason (protocol.ResyncHash, ...)

	Drops      [dropReasons]uint64 // by DropReason
	EventsLost uint64              // events the server said it no longer held
	EventGaps  uint64              // events missing without such a word: a fault of the server
	Notices    uint64
	Sends      uint64 // own events, by Client.Send, that were taken
	Unhandled  int    // of which the server has not said that it handled them
	Abandoned  uint64 // own events given up because their session was gone before the server had handled them

	InputsSent, InputsSkipped uint64 // skipped: their time had passed before this process got to it

	RTT, MinRTT time.Duration // smoothed round trip and the smallest, 0 before the first
}

// Add adds the counts of another client, such as the next one of the same bot. Round trips are those of other, if it has any.
func (s *Stats) Add(other Stats) {
	for i := range Kinds {
		s.In[i].add(other.In[i])
		s.Out[i].add(other.Out[i])
	}
	for _, sum := range []struct {
		to   *uint64
		from uint64
	}{
		{&s.Dials, other.Dials}, {&s.DialFailures, other.DialFailures}, {&s.Connects, other.Connects}, {&s.Resumes, other.Resumes},
		{&s.Malformed, other.Malformed}, {&s.Snapshots, other.Snapshots}, {&s.Keyframes, other.Keyframes}, {&s.Desyncs, other.Desyncs},
		{&s.EventsLost, other.EventsLost}, {&s.EventGaps, other.EventGaps}, {&s.Notices, other.Notices},
		{&s.Sends, other.Sends}, {&s.Abandoned, other.Abandoned},
		{&s.InputsSent, other.InputsSent}, {&s.InputsSkipped, other.InputsSkipped},
	} {
		*sum.to += sum.from
	}
	s.Unhandled += other.Unhandled
	for i := range s.Resyncs {
		s.Resyncs[i] += other.Resyncs[i]
	}
	for i := range s.Drops {
		s.Drops[i] += other.Drops[i]
	}
	if other.RTT != 0 {
		s.RTT, s.MinRTT = other.RTT, other.MinRTT
	}
}

func (t *Traffic) add(other Traffic) {
	t.Frames += other.Frames
	t.Bytes += other.Bytes
}

// Total adds up the traffic of all kinds.
func Total(t [Kinds]Traffic) Traffic {
	var sum Traffic
	for _, k := range t {
		sum.add(k)
	}
	return sum
}

// counters is Stats as it grows: everybody adds, anybody reads.
type counters struct {
	in, out [Kinds]struct{ frames, bytes atomic.Uint64 }

	dials, dialFailures, connects, resumes, malformed atomic.Uint64
	snapshots, keyframes, desyncs                     atomic.Uint64
	resyncs                                           [8]atomic.Uint64
	drops                                             [dropReasons]atomic.Uint64
	eventsLost, eventGaps, notices, sends, abandoned  atomic.Uint64
	inputsSent, inputsSkipped                         atomic.Uint64
	rtt                                               roundTrip
}

func slot(kind protocol.Kind) int {
	if kind < Kinds {
		return int(kind)
	}
	return 0
}

func (c *counters) sent(kind protocol.Kind, bytes int) {
	c.out[slot(kind)].frames.Add(1)
	c.out[slot(kind)].bytes.Add(uint64(bytes))
}

func (c *counters) received(kind protocol.Kind, bytes int) {
	c.in[slot(kind)].frames.Add(1)
	c.in[slot(kind)].bytes.Add(uint64(bytes))
}

func (c *counters) drop(reason DropReason) { c.drops[reason].Add(1) }

// Stats returns the counts so far. Each is right; taken while things happen, they may be a frame apart from each other.
func (c *Client) Stats() Stats {
	n := c.stats
	s := Stats{
		Dials: n.dials.Load(), DialFailures: n.dialFailures.Load(), Connects: n.connects.Load(), Resumes: n.resumes.Load(),
		Malformed: n.malformed.Load(), Snapshots: n.snapshots.Load(), Keyframes: n.keyframes.Load(), Desyncs: n.desyncs.Load(),
		EventsLost: n.eventsLost.Load(), EventGaps: n.eventGaps.Load(), Notices: n.notices.Load(),
		Sends: n.sends.Load(), Unhandled: c.outbox.waiting(), Abandoned: n.abandoned.Load(),
		InputsSent: n.inputsSent.Load(), InputsSkipped: n.inputsSkipped.Load(),
	}
	s.RTT, s.MinRTT = n.rtt.load()
	for i := range Kinds {
		s.In[i] = Traffic{n.in[i].frames.Load(), n.in[i].bytes.Load()}
		s.Out[i] = Traffic{n.out[i].frames.Load(), n.out[i].bytes.Load()}
	}
	for i := range s.Resyncs {
		s.Resyncs[i] = n.resyncs[i].Load()
	}
	for i := range s.Drops {
		s.Drops[i] = n.drops[i].Load()
	}
	return s
}
