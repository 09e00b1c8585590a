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

func (l Limit) valid() bool { return l.Rate > 0 && l.Burst >= 1 && l.Strikes >= 1 }

// EventKind names one kind of requests, or with an empty Name all that a channel takes.
type EventKind struct{ Channel, Name string }

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
func (g gate) ask(at time.Time) error { return g.askN(at, 1) }

// askN is ask for n tokens, or for one strike.
func (g gate) askN(at time.Time, n int) error {
	switch {
	case g.pass.AllowN(at, n):
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

// weigh asks the limit of bytes. A frame above it is dropped, unless somebody waits for an answer or the frame has a number that would be
// missing: that one is refused in its own way, by permit, or let through to its own limit. Any costs a strike.
func (c *conn) weigh(at time.Time, kind protocol.Kind, frame []byte) (drop bool, err error) {
	switch kind {
	case protocol.KindUploadChunk, protocol.KindDownloadProgress:
		// Chunks have a bucket of their own, which no input is to suffer from, and who tells progress has been sent what it is about.
		c.heavy = false
		return false, nil
	}
	err = c.session.bytes.askN(at, len(frame))
	if c.heavy = err != nil; !c.heavy {
		return false, nil
	}
	if !errors.Is(err, protocol.ErrRateLimited) {
		c.drop(DropByteRate)
		return false, err
	}
	c.tell(at, noticeByteRate)
	switch kind {
	case protocol.KindInput, protocol.KindAck, protocol.KindPing, protocol.KindResync:
		c.drop(DropByteRate)
		return true, nil
	}
	return false, nil
}

// permit asks all limits that a request is under: that of bytes, which has been asked, the general one, and that of its kind. The error is as
// a gate's, and why is what it is counted as.
func (c *conn) permit(at time.Time, general gate, why Drop, kind EventKind) (Drop, error) {
	if c.heavy {
		return DropByteRate, protocol.ErrRateLimited
	}
	if err := general.ask(at); err != nil {
		return why, err
	}
	if own, limited := c.session.gateOf(kind); limited {
		return DropKindRate, own.ask(at)
	}
	return 0, nil
}

// gateOf finds the gate of a kind of requests, or else that of its channel. It needs turn.
func (s *Session) gateOf(kind EventKind) (gate, bool) {
	limits := s.hub.cfg.KindLimits
	limit, limited := limits[kind]
	if !limited {
		kind.Name = ""
		if limit, limited = limits[kind]; !limited {
			return gate{}, false
		}
	}
	own, met := s.kinds[kind]
	if !met {
		if s.kinds == nil {
			s.kinds = map[EventKind]gate{}
		}
		own = newGate(limit)
		s.kinds[kind] = own
	}
	return own, true
}
