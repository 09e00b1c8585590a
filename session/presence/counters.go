package presence

import (
	"sync/atomic"

	"github.com/deltatick/deltatick/protocol"
)

// Counters counts what a [Registry] holds and does. All fields may be read at any time.
type Counters struct {
	Users    [states]atomic.Int64 // by state, now; none is counted as [Offline]
	Sessions atomic.Int64         // known now, those in their grace included
	Known    atomic.Int64         // users of whom something is held now: they have a session or a watcher
	Watches  atomic.Int64         // users watched by id, once for each watcher

	Changes atomic.Uint64 // of users' states
	Events  atomic.Uint64 // sent to watchers

	Unusable atomic.Uint64 // users of whom another node said what no node can say

	refusals protocol.Refusals
}

var refusalCodes = []string{
	protocol.CodeUnknownRequest, protocol.CodeBadPayload, protocol.CodeNotFound, protocol.CodeFull, protocol.CodeForbidden, protocol.CodeRateLimited,
}

// RefusalCodes lists the error codes that [Registry.Request] gives.
func RefusalCodes() []string { return refusalCodes }

// Refusals is how many requests were refused with one of [RefusalCodes].
func (c *Counters) Refusals(code string) uint64 { return c.refusals.Of(code) }
