package server

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

// occupant joins the session of a ticket to its seat. One goroutine, in run, finds the seat, waits for the match's end, and says where the match has gone
// if it has not ended but left.
type occupant struct {
	// Static.
	seats   *seats
	session *session.Session
	key     seatKey
	direct  bool   // the other end is the player's client, which gets no events here
	least   uint32 // epoch
	ctx     context.Context
	leave   context.CancelFunc // the session is over

	// Guarded by mu, which is taken before any lock of the session or the seat.
	mu     sync.Mutex
	wanted bool        // the seat is to have the session's connection
	seat   *match.Seat // nil: not found yet, or over
	link   *session.Link
}

// A seat may be asked for a moment before this node has heard of it: the lobby tells the match's node and the player's at the same time.
const (
	seatPatience = time.Second
	seatRetry    = 10 * time.Millisecond
)

func (x *occupant) run() {
	seat, err := x.find()
	if err != nil {
		x.elsewhere(err)
		return
	}
	if seat == nil {
		return
	}
	x.seats.counters.seated.Add(1)
	box, _ := seat.Outbox().(*outbox)
	if box != nil && !x.direct {
		box.bind(x, x.session.TryEmit)
		defer box.unbind(x)
	}
	x.sit(seat)
	select {
	case <-x.ctx.Done():
		return
	case <-seat.Match().Done():
	}
	x.sit(nil)
	if box != nil && box.isOver() {
		if x.direct {
			sleep(x.ctx, lastWords) // the player hears of it by the relay, and closes this then: closed before, it looks like a loss
			x.session.End(protocol.CloseNormal)
		}
		<-x.ctx.Done() // whoever is there has been told, and says bye
		return
	}
	_, err = x.seats.host.Attach(x.key.match, x.key.seat, x.key.user)
	x.elsewhere(err)
}

// find looks for the seat for a while. It returns nil if the seat is over, and its last events have been handed to the session.
func (x *occupant) find() (*match.Seat, error) {
	patience := time.NewTimer(seatPatience)
	defer patience.Stop()
	retry := time.NewTicker(seatRetry)
	defer retry.Stop()
	for {
		seat, err := x.seats.host.Attach(x.key.match, x.key.seat, x.key.user)
		if err == nil && seat.Match().Epoch() >= x.least {
			return seat, nil
		}
		if !x.direct {
			if box := x.seats.outboxes.left(x.key); box != nil {
				box.bind(x, x.session.TryEmit)
				return nil, nil
			}
		}
		if errors.As(err, new(Elsewhere)) {
			return nil, err
		}
		select {
		case <-retry.C:
		case <-patience.C:
			return nil, errNoSeat
		case <-x.ctx.Done():
			return nil, errNoSeat
		}
	}
}

// errNoSeat: nobody on this node knows the seat.
var errNoSeat = errors.New("no such seat in a match that runs here")

// moved is the payload of the event of that name.
type moved struct {
	Match   string `msgpack:"match"`
	Node    string `msgpack:"node"`    // "": not known
	Address string `msgpack:"address"` // likewise
	Epoch   uint32 `msgpack:"epoch"`   // 0: likewise
}

// elsewhere tells where the match is, as far as that is known, and ends the session.
func (x *occupant) elsewhere(err error) {
	if x.ctx.Err() != nil {
		return
	}
	to := moved{Match: x.key.match}
	if place := Elsewhere(nil); errors.As(err, &place) {
		to.Node, to.Address, to.Epoch = place.Place()
	}
	x.seats.counters.moved.Add(1)
	x.session.Emit(protocol.ChannelSession, protocol.EventMoved, protocol.MustEncode(&to), 0)
	x.session.End(protocol.CloseMoved)
}

// sit says which seat it is; nil: none any more.
func (x *occupant) sit(seat *match.Seat) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.detach()
	x.seat = seat
	if seat == nil {
		x.session.SetStream(nil)
		return
	}
	x.session.SetStream(seat)
	x.attach(false)
}

// connected is called when the session has another connection. Who holds the other end says so if the player is away, on each connection anew: what was
// said over the one before may be out of date, or not all of what was to be said.
func (x *occupant) connected() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.wanted = true
	x.attach(false)
}

// disconnected is called when a connection has ended.
func (x *occupant) disconnected() {
	x.mu.Lock()
	had := x.detach()
	x.mu.Unlock()
	if relay := x.seats.relayOf(x); had && relay != nil {
		relay.again()
	}
}

// want says whether the seat is to have the session's connection, and gives it that anew.
func (x *occupant) want(wanted bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.wanted = wanted
	x.detach()
	x.attach(false)
}

// again gives the seat the session's connection, if it is to have it: the client's is lost.
func (x *occupant) again() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.attach(false)
}

// take gives the seat the session's connection, if it has another's.
func (x *occupant) take() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.wanted = true
	x.attach(true)
}

// attach gives the seat the session's connection: with take, if it has another's; without, unless it has that of the player's client. It needs mu.
func (x *occupant) attach(take bool) {
	if x.seat == nil || !x.wanted {
		return
	}
	if link := x.seats.give(x, x.seat, take); link != nil {
		x.link = link
	}
}

// detach reports whether the seat had the session's connection. It needs mu.
func (x *occupant) detach() (had bool) {
	if x.seat != nil && x.link != nil {
		x.seat.Detach(x.link)
		had = x.seats.release(x)
	}
	x.link = nil
	return had
}
