package match

import "sync/atomic"

// Counters counts what happens in the matches that share it. All fields may be read at any time.
type Counters struct {
	Matches   atomic.Int64 // running now
	Players   atomic.Int64 // seats taken now, those away included
	Away      atomic.Int64 // of them away
	Watchers  atomic.Int64 // spectators now
	Snapshots atomic.Uint64
	Keyframes atomic.Uint64               // of the snapshots
	Bytes     atomic.Uint64               // of snapshot frames
	Encodings atomic.Uint64               // bodies encoded: less than Snapshots where seats share one
	Deferred  atomic.Uint64               // changes of rows that did not fit a budget and wait, counted in each tick and body
	Falls     atomic.Uint64               // connections that get snapshots less often from now on
	Rises     atomic.Uint64               // and more often
	Inputs    atomic.Uint64               // taken for their tick
	Repeats   atomic.Uint64               // ticks for which a seat's newest input was repeated
	Clamped   atomic.Uint64               // field values cut to their range
	Desyncs   atomic.Uint64               // clients whose hash differed
	Resyncs   atomic.Uint64               // keyframes asked for, desyncs included
	Panics    atomic.Uint64               // games that broke
	Pace      [len(divisors)]atomic.Int64 // connections now, by how often they get a snapshot: index of [Divisors]
	Drops     [dropReasons]atomic.Uint64
	Ends      [endReasons]atomic.Uint64
}

// Drop says why something of a seat's traffic was not used. It indexes [Counters.Drops].
type Drop uint8

// The reasons.
const (
	DropInputRate      Drop = iota // input above the tick rate
	DropInputLate                  // for a tick already run; kept to be repeated from if it was the newest
	DropInputFuture                // for a tick more than a second ahead
	DropInputDuplicate             // second input for one tick
	DropInputRange                 // a value outside its field's range
	DropInputStale                 // of another epoch, or from a spectator, or the seat is over
	DropAckRate                    // acknowledgement above the tick rate
	DropAckStale                   // of another epoch, or of a snapshot never sent, or the seat is over
	DropResyncStale                // resync of another epoch, or the seat is over
	DropSnapshotBusy               // the socket has not taken the last snapshot yet
	DropSnapshotFlight             // too much is unacknowledged
	DropSnapshotRate               // its turn comes in a later tick: its link cannot carry one in each
	dropReasons
)

// String is the reason as a metric label.
func (d Drop) String() string {
	return [...]string{"input_rate", "input_late", "input_future", "input_duplicate", "input_range", "input_stale",
		"ack_rate", "ack_stale", "resync_stale", "snapshot_busy", "snapshot_flight", "snapshot_rate"}[d]
}

// Drops lists all reasons.
func Drops() []Drop { return upTo[Drop](dropReasons) }

// End says why a match was over. It indexes [Counters.Ends].
type End uint8

// The reasons.
const (
	EndGame      End = iota // the game ended it
	EndStop                 // the host stopped it
	EndFailed               // the game broke
	EndElsewhere            // another node runs it
	endReasons
)

// String is the reason as a metric label.
func (e End) String() string { return [...]string{"ended", "stopped", "failed", "elsewhere"}[e] }

// Ends lists all reasons.
func Ends() []End { return upTo[End](endReasons) }

func upTo[T ~uint8](n T) []T {
	all := make([]T, n)
	for i := range all {
		all[i] = T(i)
	}
	return all
}

func (c *Counters) drop(d Drop) { c.Drops[d].Add(1) }
