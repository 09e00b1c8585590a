package lobby

import (
	"sync/atomic"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// Counters counts what happens in the lobbies of a [Directory]. All fields may be read at any time.
type Counters struct {
	Lobbies  atomic.Int64 // open now
	Playing  atomic.Int64 // of them with a match running
	Members  atomic.Int64 // in them now, spectators and those away included
	Watchers atomic.Int64 // of the list, now
	Talkers  atomic.Int64 // users whose part in a chat is known: members, and for a while those who left
	Typing   atomic.Int64 // members who type now
	Kept     atomic.Int64 // chat messages kept for those who come later

	Created  atomic.Uint64 // lobbies
	Joins    atomic.Uint64 // of lobbies, their creators' included
	Matches  atomic.Uint64 // started
	Failures atomic.Uint64 // matches that could not be set up
	States   atomic.Uint64 // states encoded for members
	Updates  atomic.Uint64 // list updates encoded for watchers
	Messages atomic.Uint64 // said in chats
	Leaves   [departures]atomic.Uint64

	refusals protocol.Refusals
}

// Departure says why someone is not in a lobby any more. It indexes [Counters.Leaves].
type Departure uint8

// The reasons.
const (
	Left     Departure = iota // by their own wish, a bye included
	Kicked                    // by the host, or with their session
	Expired                   // away for longer than the grace period
	Shutdown                  // the node closed the lobby
	departures
)

// String is the reason as clients are told it and as a metric label.
func (d Departure) String() string {
	return [...]string{match.ReasonLeft, match.ReasonKicked, match.ReasonExpired, match.ReasonShutdown}[d]
}

// Departures lists all reasons.
func Departures() []Departure { return []Departure{Left, Kicked, Expired, Shutdown} }

var refusalCodes = []string{
	protocol.CodeUnknownRequest, protocol.CodeBadPayload, protocol.CodeNotFound, protocol.CodeFull, protocol.CodeForbidden,
	protocol.CodeAlready, protocol.CodeWrongPhase, protocol.CodeUnavailable, protocol.CodeInternal,
	protocol.CodeRateLimited,
}

// RefusalCodes lists the error codes that [Directory.Request] and [Directory.ChatRequest] give.
func RefusalCodes() []string { return refusalCodes }

// CountRefusal counts an error that a request was answered with.
func (c *Counters) CountRefusal(err error) { c.refusals.Count(err) }

// Refusals is how many requests were refused with one of [RefusalCodes].
func (c *Counters) Refusals(code string) uint64 { return c.refusals.Of(code) }
