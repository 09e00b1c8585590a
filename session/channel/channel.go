package channel

import (
	"cmp"
	"errors"
	"fmt"
	"sync"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

// Config is what a [Channel] is made from. Zero values are the stated defaults.
type Config struct {
	// Allow says who may be a member: nil, or why not, of which the client is told what is a [*protocol.Error], and otherwise "forbidden". It is
	// asked when a session opens the channel, when its identity changes, and at every broadcast. Default: everyone may.
	Allow func(session.Identity) error
	// Auto makes every session that Allow lets in a member from its start, or from when its identity changes so that it does. Otherwise, clients
	// open the channel with a request.
	Auto bool
	// Limit is how many requests and events of one session the channel takes; beyond it, they are refused with "rate-limited", and with the
	// strikes used up the connection is closed. It is the session's own until its end, however often that opens the channel. The limits of session.Config
	// come before it. Default 20/s, burst 256, which is what a client that was away may bring, 400 strikes.
	Limit session.Limit
	// MaySee says who may be in a room of the channel. It is asked when a member joins it, when its identity changes, and at every broadcast to the
	// room. Default: every member.
	MaySee func(who session.Identity, room string) bool
	// MaxRooms is how many rooms a member may be in; default 64.
	MaxRooms int

	// Opened and Closed are told who became a member, and who is none any more. They are called without a lock, by whoever caused it; so, if
	// server code closes the channel for a session that is just opening it, they may come in another order than it happened.
	Opened func(*session.Session)
	Closed func(*session.Session)
}

// Channel is a channel. Handlers are registered before it is put into a [Set]; everything else may be called by any goroutine, at any time.
type Channel struct {
	// Static once the channel is in a set.
	name     string
	cfg      Config
	requests map[string]Handler
	events   map[string]Handler
	uploads  map[string]Handler // whose reply is a session.Intake
	fallback Handler
	join     []func(who session.Identity, channel, room string) error // of middleware
	counters *Counters
	set      *Set  // nil: in none yet
	err      error // the first thing wrong with name, config and handlers, for NewSet to report

	// Guarded by mu.
	mu      sync.RWMutex
	members map[*session.Session]*member
	users   map[string]map[*member]struct{} // members that have the channel open
	rooms   map[string]map[*member]struct{}
	open    int // members that have it open
}

// New makes a channel. What is wrong with its name, config or handlers is told by [NewSet].
func New(name string, cfg Config) *Channel {
	cfg.Limit = cmp.Or(cfg.Limit, session.Limit{Rate: 20, Burst: 256, Strikes: 400})
	cfg.MaxRooms = cmp.Or(cfg.MaxRooms, 64)
	ch := &Channel{
		name: name, cfg: cfg, requests: map[string]Handler{}, events: map[string]Handler{}, uploads: map[string]Handler{}, counters: new(Counters),
		members: map[*session.Session]*member{}, users: map[string]map[*member]struct{}{}, rooms: map[string]map[*member]struct{}{},
	}
	l := cfg.Limit
	switch {
	case !protocol.ValidIdent(name):
		ch.wrong(errors.New("the name is no identifier"))
	case l.Rate <= 0 || l.Burst < 1 || l.Strikes < 1:
		ch.wrong(fmt.Errorf("limit %+v: want a rate above 0, burst and strikes of 1 or more", l))
	case cfg.MaxRooms < 0:
		ch.wrong(fmt.Errorf("%d rooms: want 0 or more", cfg.MaxRooms))
	}
	return ch
}

// wrong keeps the first thing that is wrong with the channel.
func (ch *Channel) wrong(err error) {
	if ch.err == nil {
		ch.err = fmt.Errorf("channel %q: %w", ch.name, err)
	}
}

// Name is the channel's name.
func (ch *Channel) Name() string { return ch.name }

// Len is how many members the channel has.
func (ch *Channel) Len() int {
	ch.mu.RLock()
	defer ch.mu.RUnlock()
	return ch.open
}

// allows asks the channel's rule. The error is for the client.
func (ch *Channel) allows(who session.Identity) error {
	if ch.cfg.Allow == nil {
		return nil
	}
	err := ch.cfg.Allow(who)
	var refusal *protocol.Error
	if err == nil || errors.As(err, &refusal) {
		return err
	}
	return protocol.Refuse(protocol.CodeForbidden, "the channel "+ch.name+" is not for you")
}

// maySee asks the rule of the channel's rooms.
func (ch *Channel) maySee(who session.Identity, room string) bool {
	return ch.cfg.MaySee == nil || ch.cfg.MaySee(who, room)
}
