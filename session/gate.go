package session

import "time"

// Gate holds a [Limit] for one sender. Make it with [NewGate]. It may be used by any goroutine.
type Gate struct{ gate gate }

// NewGate makes a gate whose bucket and strikes are full.
func NewGate(l Limit) Gate { return Gate{newGate(l)} }

// Ask takes one token at a time at. It returns nil, protocol.ErrRateLimited, or protocol.ErrFlooding when the refusals have become too many.
func (g Gate) Ask(at time.Time) error { return g.gate.ask(at) }
