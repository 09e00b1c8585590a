package server

import (
	"sync"
	"time"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// Outboxes makes the outboxes of seats whose matches run on this node and whose players may be anywhere. An outbox keeps events until somebody comes for
// them, and again when nobody is there any more. It is made before the host of matches, which is given [Outboxes.Of], and the server, which is given
// both. The zero value is ready; it may be used by any goroutine.
type Outboxes struct {
	dropped dropCount // events that there was no room for
	given   dropCount // outboxes given up with what was in them: nobody came for it, or too many waited

	mu   sync.Mutex
	over []ended // outboxes whose seats are over and whose players have not come for the rest, the oldest first
}

// Of makes the outbox of a seat; 0: a spectator's.
func (o *Outboxes) Of(matchID string, seat match.SeatID, user string) match.Outbox {
	return &outbox{desk: o, key: seatKey{matchID, seat, user}}
}

// seatKey names who sits where.
type seatKey struct {
	match string
	seat  match.SeatID // 0: spectator
	user  string
}

// ended is an outbox nothing is added to any more.
type ended struct {
	box *outbox
	at  time.Time
}

// How much is kept for a player who is not there: what a session keeps for one.
const (
	keptEvents = 512
	keptBytes  = 256 << 10
	keptOver   = time.Minute // after the seat is over
	maxOver    = 4096        // outboxes kept then
)

// letter is an event that waits.
type letter struct {
	channel, name string
	payload       []byte // shared: not to be changed
	tick          uint32
}

// sinkFunc takes events; it never blocks. It reports false if nobody is there for them any more: then the event is kept, with those that follow.
type sinkFunc func(channel, name string, payload []byte, tick uint32) (taken bool)

// outbox is where a seat's events go. It holds its lock while it hands one on, so that they stay in order.
type outbox struct {
	desk *Outboxes
	key  seatKey

	mu    sync.Mutex
	to    sinkFunc // nil: nobody is there
	owner any      // whose to is
	kept  []letter
	bytes int // of their payloads
	over  bool
}

// Emit implements [match.Outbox].
func (b *outbox) Emit(channel, name string, payload []byte, tick uint32) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.over = b.over || channel == protocol.ChannelMatch && name == protocol.EventExit
	l := letter{channel, name, payload, tick}
	if b.to != nil && b.hand(l) {
		return
	}
	b.kept = append(b.kept, l)
	b.bytes += len(payload)
	for len(b.kept) > keptEvents || b.bytes > keptBytes {
		b.bytes -= len(b.kept[0].payload)
		b.kept = b.kept[1:]
		b.desk.dropped.add(1)
	}
	if b.over {
		b.desk.keep(b)
	}
}

// bind hands everything that is kept, and whatever comes from now on, to a sink, in place of another.
func (b *outbox) bind(owner any, to sinkFunc) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.owner, b.to = owner, to
	for len(b.kept) > 0 {
		l := b.kept[0]
		if !b.hand(l) {
			return
		}
		b.bytes -= len(l.payload)
		b.kept = b.kept[1:]
	}
	b.kept = nil
}

// hand hands a letter to who is there. If that takes it no more, nobody is there. It needs mu.
func (b *outbox) hand(l letter) (taken bool) {
	if taken = b.to(l.channel, l.name, l.payload, l.tick); !taken {
		b.owner, b.to = nil, nil
	}
	return taken
}

// unbind keeps what comes from now on, unless somebody else has been bound meanwhile.
func (b *outbox) unbind(owner any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.owner == owner {
		b.owner, b.to = nil, nil
	}
}

// isOver reports whether the seat is over, and its player has been or will be told so.
func (b *outbox) isOver() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.over
}

// keep remembers an outbox whose seat no match knows any more. Its lock is held; nobody takes one after desk.mu.
func (o *Outboxes) keep(b *outbox) {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := time.Now()
	for len(o.over) > 0 && (now.Sub(o.over[0].at) > keptOver || len(o.over) >= maxOver) {
		o.over[0] = ended{}
		o.over = o.over[1:]
		o.given.add(1)
	}
	o.over = append(o.over, ended{b, now})
}

// left takes out what is kept for somebody whose seat is over; nil: nothing.
func (o *Outboxes) left(key seatKey) *outbox {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i := len(o.over) - 1; i >= 0; i-- {
		if b := o.over[i].box; b.key == key {
			o.over = append(o.over[:i:i], o.over[i+1:]...)
			return b
		}
	}
	return nil
}
