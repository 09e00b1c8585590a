package session

import (
	"errors"
	"time"

	"golang.org/x/time/rate"

	"github.com/deltatick/deltatick/protocol"
)

// Limit is a token bucket, and how much disregard of it is borne.
type Limit struct {
	Rate  float64 // a second, above 0
	Burst int     // at once, 1 or more
	// Strikes is how many refusals are borne at once before it is flooding; a full set is regained in a minute.
	Strikes int
}

// gate holds one limit for one session or connection.
type gate struct {
	pass    *rate.Limiter
	strikes *rate.Limiter
}

func newGate(l Limit) gate {
	return gate{
		pass:    rate.NewLimiter(rate.Limit(l.Rate), l.Burst),
		strikes: rate.NewLimiter(rate.Limit(float64(l.Strikes)/60), l.Strikes),
	}
}

// ask returns nil, [protocol.ErrRateLimited], or [protocol.ErrFlooding] when the refusals have become too many.
func (g gate) ask(at time.Time) error {
	switch {
	case g.pass.AllowN(at, 1):
		return nil
	case g.strikes.AllowN(at, 1):
		return protocol.ErrRateLimited
	}
	return protocol.ErrFlooding
}

// unlessLimited is nil for a frame that was only dropped.
func unlessLimited(err error) error {
	if errors.Is(err, protocol.ErrRateLimited) {
		return nil
	}
	return err
}
