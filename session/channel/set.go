package channel

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

// SetConfig is what a [Set] is made from. Zero values are the stated defaults.
type SetConfig struct {
	Channels   []*Channel // each in no other set; none called "session", which the set makes itself
	Middleware []Middleware
	// Abroad, if set, tells the other nodes of the service an event, for [Set.Deliver] there. It must not block, and keeps b.
	Abroad   func(b []byte)
	Counters *Counters        // default: new ones
	Now      func() time.Time // when requests and events arrive, for the limits; default time.Now
}

// Set brings channels to sessions. A session.Handler tells it what it hears: Connected, Request, Expired, and what else there is. Its methods
// may be called by any goroutine; those about one session are called as a session.Handler's are, one at a time.
//
// It has one channel of its own, "session", of which every session is a member, and on which clients open and close the others.
type Set struct {
	now      func() time.Time
	counters *Counters
	channels map[string]*Channel
	ordered  []*Channel // by name
	own      *Channel
	abroad   func(b []byte)

	// Guarded by mu.
	mu       sync.Mutex
	sessions map[*session.Session]struct{}
}

// NewSet makes a set. The error names the channel and the handler at fault. The channels take no more handlers from then on.
func NewSet(cfg SetConfig) (*Set, error) {
	set := &Set{
		now: cfg.Now, counters: cmp.Or(cfg.Counters, new(Counters)), abroad: cfg.Abroad, channels: map[string]*Channel{}, sessions: map[*session.Session]struct{}{},
	}
	if set.now == nil {
		set.now = time.Now
	}
	set.own = set.ownChannel()
	for _, ch := range append([]*Channel{set.own}, cfg.Channels...) {
		switch {
		case ch.err != nil:
			return nil, ch.err
		case ch.set != nil:
			return nil, fmt.Errorf("channel %q: in two sets", ch.name)
		case set.channels[ch.name] != nil:
			return nil, fmt.Errorf("channel %q: there is another one", ch.name)
		}
		ch.wrap(cfg.Middleware)
		ch.set, ch.counters = set, set.counters
		set.channels[ch.name] = ch
		set.ordered = append(set.ordered, ch)
	}
	slices.SortFunc(set.ordered, func(a, b *Channel) int { return strings.Compare(a.name, b.name) })
	return set, nil
}

// named is the payload of "open" and "close".
type named struct {
	Channel string `msgpack:"channel"`
}

// ownChannel makes the channel "session".
func (set *Set) ownChannel() *Channel {
	ch := New(protocol.ChannelSession, Config{Auto: true})
	On(ch, "open", func(c *Call, p named) (any, error) {
		other, err := set.find(p.Channel)
		if err != nil {
			return nil, err
		}
		return nil, other.Open(c.session)
	})
	On(ch, "close", func(c *Call, p named) (any, error) {
		other, err := set.find(p.Channel)
		if err != nil {
			return nil, err
		}
		if other == ch {
			return nil, protocol.Refuse(protocol.CodeForbidden, "this channel stays open")
		}
		other.decline(c.session)
		return nil, nil
	})
	return ch
}

func (set *Set) find(name string) (*Channel, error) {
	if ch := set.channels[name]; ch != nil {
		return ch, nil
	}
	set.counters.drop(DropUnknown)
	return nil, protocol.Refuse(protocol.CodeNotFound, "there is no such channel")
}

// Own is the channel "session": its audience is every session.
func (set *Set) Own() *Channel { return set.own }

// Channel is the set's channel of a name, or nil.
func (set *Set) Channel(name string) *Channel { return set.channels[name] }

// Channels are those of the set, in the order of their names. The slice is not to be changed.
func (set *Set) Channels() []*Channel { return set.ordered }

// Sessions are those that the set has been told of, in no order.
func (set *Set) Sessions() []*session.Session {
	set.mu.Lock()
	defer set.mu.Unlock()
	list := make([]*session.Session, 0, len(set.sessions))
	for s := range set.sessions {
		list = append(list, s)
	}
	return list
}

// Counters are the set's.
func (set *Set) Counters() *Counters { return set.counters }

// Connected is called when a session has a connection, its first or another, perhaps by newer credentials: it does what [Set.Changed] does.
func (set *Set) Connected(s *session.Session) {
	set.mu.Lock()
	set.sessions[s] = struct{}{}
	set.mu.Unlock()
	set.Changed(s)
}

// Changed is called when a session's identity is another: channels whose rule refuses it are closed, with an event, rooms that it may not see are left, and
// channels that open by themselves, and that its client has not closed, are opened if it may now be in.
func (set *Set) Changed(s *session.Session) {
	for _, ch := range set.ordered {
		ch.recheck(s)
	}
}

// Expired is called when a session is over: nothing of it stays in any channel.
func (set *Set) Expired(s *session.Session) {
	// First here, so that nobody makes it a member of a channel that has forgotten it.
	set.mu.Lock()
	delete(set.sessions, s)
	set.mu.Unlock()
	var was []*Channel
	for _, ch := range set.ordered {
		if ch.forget(s) {
			was = append(was, ch)
		}
	}
	// Hooks last: one that panics ends this, and nothing may be left of the session then.
	for _, ch := range was {
		if ch.cfg.Closed != nil {
			ch.cfg.Closed(s)
		}
	}
}

// knows says whether the session is not over.
func (set *Set) knows(s *session.Session) bool {
	set.mu.Lock()
	defer set.mu.Unlock()
	_, known := set.sessions[s]
	return known
}

// Request answers a client's request. ctx bounds the wait for an answer. Errors are those of a session.Handler, and [protocol.ErrFlooding] when the
// session has used up the strikes of a channel.
func (set *Set) Request(ctx context.Context, s *session.Session, q protocol.Request) (reply any, err error) {
	c := &Call{ctx: ctx, session: s, name: q.Name, payload: q.Payload}
	handle, err := set.admit(c, q.Channel)
	if err != nil {
		return nil, err
	}
	set.counters.Requests.Add(1)
	return handle(c)
}

// Event takes a client's event; it is [Set.Request] without an answer.
func (set *Set) Event(ctx context.Context, s *session.Session, channel, name string, payload protocol.Raw) error {
	c := &Call{ctx: ctx, session: s, name: name, payload: payload, event: true}
	handle, err := set.admit(c, channel)
	if err != nil {
		return err
	}
	set.counters.Events.Add(1)
	_, err = handle(c)
	return err
}

// admit finds the handler of a call, if the session may make it.
func (set *Set) admit(c *Call, name string) (Handler, error) {
	ch := set.channels[name]
	if ch == nil {
		set.counters.drop(DropUnknown)
		return nil, protocol.Refuse(c.unknown(), "no channel "+name)
	}
	c.channel = ch
	m, open, _ := ch.find(c.session)
	if !open {
		set.counters.drop(DropNotOpen)
		return nil, protocol.Refuse(protocol.CodeForbidden, "the channel "+name+" is not open")
	}
	if err := m.gate.Ask(set.now()); err != nil {
		set.counters.drop(DropRate)
		if errors.Is(err, protocol.ErrFlooding) {
			return nil, err
		}
		return nil, protocol.Refuse(protocol.CodeRateLimited, "too much on the channel "+name)
	}
	handlers, fallback := ch.requests, ch.fallback
	switch {
	case c.event:
		handlers, fallback = ch.events, nil
	case c.offer != nil:
		handlers, fallback = ch.uploads, nil
	}
	handle := handlers[c.name]
	if handle == nil {
		handle = fallback
	}
	if handle == nil {
		set.counters.drop(DropUnknown)
		return nil, protocol.Refuse(c.unknown(), "the channel "+name+" knows no "+c.name)
	}
	return handle, nil
}
