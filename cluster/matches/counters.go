package matches

import "sync/atomic"

// Counters are the figures of a node's [Host] and [Placer]. All may be read at any time.
type Counters struct {
	Created         atomic.Int64 // matches that began here
	Refused         atomic.Int64 // that were to be made here, and were not
	Checkpoints     atomic.Int64 // that were saved
	CheckpointBytes atomic.Int64
	Inputs          atomic.Int64 // chunks of them that were saved
	InputBytes      atomic.Int64
	SavesFailed     atomic.Int64 // of a match at a time: the store did not take it
	InputsDropped   atomic.Int64 // chunks that were given up because the store was away for long; the next checkpoint replaces them
	Unkept          atomic.Int64 // matches of games that cannot be kept, or are too large to be
	Fenced          atomic.Int64 // matches given up because another node had them
	TakenOver       atomic.Int64 // from nodes that died
	TakeoversFailed atomic.Int64 // that could not be resumed here
	GivenUp         atomic.Int64 // that no node could go on with
	Replayed        atomic.Int64 // ticks that were made again
	MovedIn         atomic.Int64 // by plan
	MovedOut        atomic.Int64
	MovesFailed     atomic.Int64
	Restored        atomic.Int64 // entries put again because the store had lost them
	Orphans         atomic.Int64 // matches ended because nobody wanted them any more

	Placed       atomic.Int64 // matches that lobbies here had made
	PlacesFailed atomic.Int64 // that could not be made
	Follows      atomic.Int64 // times that a lobby here looked after its match
	Lost         atomic.Int64 // matches of lobbies here that nobody has any more

	Drops [dropReasons]atomic.Int64
}

// Drop says why something that another node told was not done. It indexes [Counters.Drops].
type Drop uint8

// The reasons.
const (
	DropUnknown   Drop = iota // of a match that is not here
	DropStale                 // of a lobby that does not have the match any more, or older than what is known
	DropSeat                  // the seat is taken, or there is none, or no room for another spectator
	DropMalformed             // it says nothing
	dropReasons
)

// String is the reason as a metric label.
func (d Drop) String() string { return [...]string{"unknown", "stale", "seat", "malformed"}[d] }

// Drops lists all reasons.
func Drops() []Drop { return []Drop{DropUnknown, DropStale, DropSeat, DropMalformed} }
