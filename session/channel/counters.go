package channel

import "sync/atomic"

// Counters counts what happens on the channels that share it. The zero value is ready; all fields may be read at any time.
type Counters struct {
	Requests   atomic.Uint64 // given to a handler
	Events     atomic.Uint64 // of clients, given to a handler
	Uploads    atomic.Uint64 // offered to a handler
	Broadcasts atomic.Uint64 // calls of Emit
	Deliveries atomic.Uint64 // sessions that they were sent to

	Drops [dropReasons]atomic.Uint64
}

// Drop says why something was not taken or not sent. It indexes [Counters.Drops].
type Drop uint8

// The reasons.
const (
	DropUnknown   Drop = iota // request or event of a channel or name that there is not
	DropNotOpen               // request or event on a channel that the session does not have open
	DropRate                  // request or event above the channel's limit
	DropPayload               // payload that a handler cannot read
	DropForbidden             // channel or room that a rule or middleware keeps a session out of
	DropUnseen                // broadcast to a member that a rule keeps it from
	DropLuggage               // channels and rooms, too many of them, of a session that goes on at another node
	dropReasons
)

// String is the reason as a metric label.
func (d Drop) String() string {
	return [...]string{"unknown", "not_open", "rate", "payload", "forbidden", "unseen", "luggage"}[d]
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
