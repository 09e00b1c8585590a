package server

import (
	"context"
	"errors"
	"time"

	"github.com/deltatick/deltatick/cluster/relay"
	"github.com/deltatick/deltatick/cluster/ticket"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// This file is the goroutine that follows a match.

// Times between two looks for a match.
const (
	lookFirst  = 10 * time.Millisecond  // and twice as long each time, up to
	lookEvery  = 100 * time.Millisecond // this, and
	lookRarely = time.Second            // this, once it has not been found for
	patient    = 5 * time.Second
)

// run brings the player to the match, again and again, until ctx ends.
func (w *follow) run(ctx context.Context) {
	w.hearFromHere()
	since, pause := time.Now(), lookFirst
	for ctx.Err() == nil {
		if w.visit(ctx) {
			since, pause = time.Now(), lookFirst
			continue
		}
		if time.Since(since) > patient {
			pause = lookRarely
		}
		sleep(ctx, pause)
		pause = min(2*pause, max(pause, lookEvery))
	}
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// visit looks for the match and stays where it is for as long as it is there. It reports whether it was anywhere.
func (w *follow) visit(ctx context.Context) bool {
	id := w.seat.MatchID()
	if w.house.host != nil { // which is asked first: nobody else needs to answer for a match that is here
		seat, err := w.house.host.Attach(id, w.seat.ID(), w.user)
		if err == nil && seat.Match().Epoch() >= w.epoch {
			w.stayHere(ctx, seat)
			return true
		}
		if box := w.house.outboxes.left(seatKey{id, w.seat.ID(), w.user}); box != nil {
			w.hearTheRest(ctx, box)
			return true
		}
		if there := Elsewhere(nil); errors.As(err, &there) {
			node, _, epoch := there.Place()
			w.house.places.hear(id, place{node, epoch})
		}
	}
	at, err := w.house.places.find(ctx, id)
	if err != nil || at.epoch < w.epoch || at.node == w.house.node {
		return false
	}
	url, err := w.house.address(ctx, at.node)
	if err != nil {
		return false
	}
	return w.stayThere(ctx, at, url+PathSocket)
}

// stayHere joins the player to a seat on this node until the match is over or has left.
func (w *follow) stayHere(ctx context.Context, seat *match.Seat) {
	w.arrive(seat.Match().Epoch())
	w.house.counters.here.Add(1)
	defer w.house.counters.here.Add(-1)
	box, _ := seat.Outbox().(*outbox)
	if box != nil {
		box.bind(w, w.sinkOf(seat.Match().Epoch()))
		defer box.unbind(w)
	}
	w.take(seat)
	defer w.take(nil)
	select {
	case <-ctx.Done():
		return
	case <-seat.Match().Done():
	}
	if box != nil && box.isOver() {
		<-ctx.Done() // the lobby says what comes next
	}
}

// hearTheRest hands on what was told of a seat that was over before anybody came.
func (w *follow) hearTheRest(ctx context.Context, box *outbox) {
	box.bind(w, w.sinkOf(w.epoch))
	<-ctx.Done()
}

// arrive notes under what epoch the match has been found.
func (w *follow) arrive(epoch uint32) {
	if w.epoch != 0 && epoch != w.epoch {
		w.house.counters.moves.Add(1)
	}
	w.epoch = epoch
}

// sinkOf takes events of the match under an epoch, from whoever has them: its goroutine, or that of a relay.
func (w *follow) sinkOf(epoch uint32) sinkFunc {
	return func(channel, name string, payload []byte, tick uint32) (taken bool) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if channel == protocol.ChannelMatch {
			w.passed.Begin(epoch)
			if !w.passed.News(name, payload, tick) {
				w.house.counters.takenOver.Add(1)
				return true
			}
		}
		if !w.emit(channel, name, payload, tick) {
			if channel == protocol.ChannelMatch {
				w.passed.Untold()
			}
			return false
		}
		if channel == protocol.ChannelMatch && name == protocol.EventExit {
			w.end.exit()
		}
		return true
	}
}

// relayed is a relay as a way.
type relayed struct{ *relay.Relay }

func (r relayed) Attach(link match.Link) { r.Relay.Attach(link) }
func (r relayed) Detach(link match.Link) { r.Relay.Detach(link) }

// stayThere relays for the player to another node until the match has left it. It reports whether it ever got there.
func (w *follow) stayThere(ctx context.Context, at place, url string) (was bool) {
	sink := w.sinkOf(at.epoch)
	r, err := relay.New(relay.Config{
		URL: url, Epoch: at.epoch, Session: w.broughtFor(at.node), NetDial: w.house.netDial, Counters: &w.house.relayed, Logger: w.house.log,
		Auth:   func() ([]string, error) { return w.ticket(at.epoch) },
		Emit:   func(e protocol.Event) bool { return sink(e.Channel, e.Name, e.Payload, e.Tick) },
		Missed: w.miss,
	})
	if err != nil {
		w.house.log.Error("no relay", "match", w.seat.MatchID(), "user", w.user, "err", err)
		return false
	}
	defer func() { w.keep(at, r.Session()) }()
	shortcut := w.house.shortcutTo(ctx, at)
	w.take(relayed{r})
	defer w.take(nil)
	defer w.show(nil)
	for {
		if w.end.due() { // a new connection could take the seat from who has it by now
			return was
		}
		err := w.connect(ctx, r, at)
		if err == nil {
			w.arrive(at.epoch)
			if !was {
				w.show(shortcut)
			}
			was = true
			err = w.serve(ctx, r, at)
		}
		if ctx.Err() != nil || w.leaves(ctx, at, err) {
			return was
		}
	}
}

// stillFor is for how long a relay may bring no snapshot before one looks whether the match runs elsewhere: 15 ticks at 60 Hz.
const stillFor = 250 * time.Millisecond

// serve lets a relay run, and has it say bye when the seat is not the player's any more: the other node need not keep anything then, unless
// the player goes on with the relay's session from another node. It ends a relay to a node
// that is there and has lost the match without knowing, as one that the store cannot be reached from.
func (w *follow) serve(ctx context.Context, r *relay.Relay, at place) error {
	defer context.AfterFunc(ctx, func() { r.Close(!w.packing.Load()) })()
	served := make(chan error, 1)
	go func() { served <- r.Serve(context.WithoutCancel(ctx)) }()
	pause := time.NewTimer(stillFor)
	defer pause.Stop()
	for {
		select {
		case err := <-served:
			return err
		case <-pause.C:
		}
		still := r.Still()
		switch {
		case still < stillFor:
			pause.Reset(stillFor - still)
			continue
		case w.isElsewhere(ctx, at):
			r.Close(false)
			<-served
			return errElsewhere
		case still < patient:
			pause.Reset(lookEvery)
		default: // most likely the player is away
			pause.Reset(lookRarely)
		}
	}
}

// leaves says whether there is no use in connecting again to where the match was, after a connection has ended or not come about. It takes its time
// if there may be.
func (w *follow) leaves(ctx context.Context, at place, err error) bool {
	id := w.seat.MatchID()
	if moved := (*relay.MovedError)(nil); errors.As(err, &moved) {
		if moved.Node != "" && moved.Epoch > at.epoch {
			w.house.places.hear(id, place{moved.Node, moved.Epoch})
		} else {
			sleep(ctx, lookFirst)
		}
		return true
	}
	if errors.Is(err, relay.ErrForgotten) {
		// Most likely this node was frozen, and another one relays for the player by now: a session of this one would take the events from that.
		w.house.counters.leftBehind.Add(1)
		if w.untilPresent(ctx); ctx.Err() == nil {
			w.miss()
		}
		return w.isElsewhere(ctx, at)
	}
	if closed := (*protocol.Closed)(nil); errors.As(err, &closed) {
		switch closed.Code {
		case protocol.CloseDisplaced:
			// Either the player has gone there, or that node was frozen and does not know yet that the player is here.
			w.house.log.Debug("another node relays for this seat", "match", id, "user", w.user)
			w.untilPresent(ctx)
		case protocol.CloseFlooding, protocol.CloseMalformed, protocol.CloseTooBig, protocol.CloseSlow:
			w.close(closed.Code) // it was the player's own doing
		}
	}
	if errors.Is(err, relay.ErrCodec) {
		return false
	}
	if errors.Is(err, relay.ErrUntaken) {
		<-ctx.Done() // the session is over, and says so in a moment
		return true
	}
	w.house.log.Debug("relay without a connection", "match", id, "user", w.user, "peer", at.node, "err", err)
	if w.isElsewhere(ctx, at) {
		return true
	}
	sleep(ctx, lookFirst)
	return false
}

// untilPresent returns when the player is connected to this node, after a moment in which it shows whether that is still so.
func (w *follow) untilPresent(ctx context.Context) {
	sleep(ctx, lookEvery)
	for ctx.Err() == nil && !w.present() {
		sleep(ctx, lookEvery)
	}
}

// present says whether the player is connected to this node.
func (w *follow) present() bool {
	w.linked.Lock()
	defer w.linked.Unlock()
	return w.link != nil
}

// isElsewhere says whether the match is known to run under a higher epoch by now.
func (w *follow) isElsewhere(ctx context.Context, at place) bool {
	next, err := w.house.places.find(ctx, w.seat.MatchID())
	return err == nil && next.epoch > at.epoch
}

// errElsewhere ends a dial to a node that has lost the match.
var errElsewhere = errors.New("the match runs elsewhere by now")

// connect connects a relay. A node that is gone or frozen does not answer; meanwhile the match may be taken over, and then this ends.
func (w *follow) connect(ctx context.Context, r *relay.Relay, at place) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	done := make(chan error, 1)
	go func() { done <- r.Connect(ctx) }()
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		select {
		case err := <-done:
			return err
		case <-look.C:
			if w.isElsewhere(ctx, at) {
				cancel(errElsewhere)
			}
		}
	}
}

// ticket is what a relay shows.
func (w *follow) ticket(epoch uint32) ([]string, error) {
	text, err := w.house.issuer.Issue(ticket.Ticket{
		Match: w.seat.MatchID(), Seat: uint16(w.seat.ID()), User: w.user, Name: w.name, Epoch: epoch,
	})
	return []string{ticket.Scheme, text}, err
}
