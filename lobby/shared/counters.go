package shared

import "sync/atomic"

// Counters counts what happens between the lobbies of a node and those of others, beside [lobby.Counters]. All fields may be read at any time.
type Counters struct {
	Owned  atomic.Int64 // lobbies that this node has, now
	Guests atomic.Int64 // members of any lobby whose sessions are here, now
	Known  atomic.Int64 // lobbies of all nodes, now

	Forwarded   atomic.Uint64 // requests of members here, to whoever has their lobby
	Unreachable atomic.Uint64 // of them not answered
	Attaches    atomic.Uint64 // calls by which this node made sure of its members in a lobby
	Readmitted  atomic.Uint64 // members whom a lobby that was taken over did not know
	Displaced   atomic.Uint64 // members whose nodes lost them to another session of the user
	TakenOver   atomic.Uint64 // lobbies of nodes that died
	HandedOver  atomic.Uint64 // lobbies given to another node
	Received    atomic.Uint64 // lobbies got from another node
	Fenced      atomic.Uint64 // lobbies lost to another node
	Lost        atomic.Uint64 // lobbies that could not be restored
	LeftAlone   atomic.Uint64 // lobbies without a node that this one cannot go on with: of a newer version, or of a game not on offer here
	Puts        atomic.Uint64 // of entries
	PutFailures atomic.Uint64 // likewise
	Cut         atomic.Uint64 // entries in which not all there is to know of the lobby had room

	Drops [drops]atomic.Uint64
}

// Drop is why something that a lobby told a member did not reach it. It indexes [Counters.Drops].
type Drop uint8

// The reasons.
const (
	DropUnattached Drop = iota // no node has the member at the moment: it is told the state when one has
	DropUnsent                 // the node cannot be reached, or too much waits for it; likewise
	DropFenced                 // from a node that the lobby has left
	DropStray                  // for a member who is not here any more
	DropTwice                  // a chat message that has arrived before
	DropMalformed              // could not be read
	drops
)

// String is the reason as a metric label.
func (d Drop) String() string {
	return [...]string{"unattached", "unsent", "fenced", "stray", "twice", "malformed"}[d]
}

// Drops lists all reasons.
func Drops() []Drop {
	return []Drop{DropUnattached, DropUnsent, DropFenced, DropStray, DropTwice, DropMalformed}
}

func (c *Counters) drop(why Drop) { c.Drops[why].Add(1) }
