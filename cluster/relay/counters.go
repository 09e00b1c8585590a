package relay

import "sync/atomic"

// Counters counts what happens in the relays that share it. The zero value is ready; all fields may be read at any time.
type Counters struct {
	Relays    atomic.Int64  // that have a connection now
	Connects  atomic.Uint64 // connections that were welcomed
	Resumes   atomic.Uint64 // of them those that went on with a session
	Failures  atomic.Uint64 // connections that did not come about
	Snapshots atomic.Uint64 // passed on
	Bytes     atomic.Uint64 // of them
	Frames    atomic.Uint64 // of players, passed on
	Events    atomic.Uint64 // passed on
	Drops     [dropReasons]atomic.Uint64
}

// Drop says why something was not passed on. It indexes [Counters.Drops].
type Drop uint8

// The reasons.
const (
	DropAway        Drop = iota // frame of a match for a player who is away, or whose connection has just ended
	DropNoEnter                 // snapshot of an earlier connection of the player's
	DropOldEpoch                // frame of an owner that has lost the match
	DropOffline                 // frame of a player while there was no connection to the match
	DropRepeated                // event that had come before over an earlier connection
	DropTakenOver               // event that was told again because the match was taken over
	DropUnknownKind             // frame of a kind that means nothing here
	DropLost                    // event that the other node did not keep for long enough
	DropFull                    // frame for which there was no room: the connection is lost with it
	DropUnsent                  // frame that waited, or was just being sent, when the connection ended
	dropReasons
)

// String is the reason as a metric label.
func (d Drop) String() string {
	return [...]string{"away", "no_enter", "old_epoch", "offline", "repeated", "taken_over", "unknown_kind", "lost", "full", "unsent"}[d]
}

// Drops lists all reasons.
func Drops() []Drop {
	all := make([]Drop, dropReasons)
	for i := range all {
		all[i] = Drop(i)
	}
	return all
}

func (c *Counters) drop(d Drop) { c.Drops[d].Add(1) }
