package server

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/deltatick/deltatick/cluster/relay"
	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

// way is how a player's connection gets to the seat: the seat itself, a relay to another node, or a [follow], which has now the one and
// now the other.
type way interface {
	session.Stream
	Attach(link match.Link)
	Detach(link match.Link)
}

// follow is a player's way to a seat in a match that may run on any node, and move. One goroutine, in run, finds out where it is and sees to it that
// the player's connection gets there; frames take the way that was found last.
type follow struct {
	// Static.
	house *following
	seat  lobby.Seat
	user  string
	name  string
	emit  sinkFunc
	renew func() // gives the way, which is another now, the player's connection anew; called without any lock
	close func(protocol.CloseCode)
	miss  func() // has the player told that events may be missing
	leave context.CancelFunc

	end ending

	packing atomic.Bool   // the player goes on at another node
	done    chan struct{} // closed when run has returned
	packed  relaying      // of the goroutine in run, until then
	from    relaying      // likewise: what the player has brought

	now atomic.Pointer[wayBox] // nil: the match is nowhere at present

	epoch uint32 // highest under which the match has been found; of the goroutine in run

	mu     sync.Mutex // guards passed, and orders events
	passed relay.Passed

	linked sync.Mutex // guards link, and is held while a way gets it
	link   match.Link // the player's connection; nil: away
	// shortcut is where the player's client reaches the match by itself, guarded by linked; nil: it does not.
	shortcut *shortcut
}

// wayBox makes an interface fit an atomic pointer.
type wayBox struct{ way }

// follow begins to follow a seat. stop ends it, and does not wait.
func (f *following) follow(p *player, seat lobby.Seat, from relaying) *follow {
	ctx, cancel := context.WithCancel(context.Background())
	w := &follow{
		house: f, seat: seat, user: p.User(), name: p.Name(), emit: p.tryEmit, leave: cancel,
		done: make(chan struct{}), from: from, end: ending{leave: cancel},
		close: func(code protocol.CloseCode) { p.closeWith(code) },
		miss:  p.session.Miss,
	}
	if from.Match == seat.MatchID() && from.Seat == seat.ID() {
		w.passed = from.Passed.Unpack()
	}
	w.renew = func() { p.renew(w) }
	f.running.Go(func() {
		defer close(w.done)
		w.run(ctx)
		if w.packed.Token == "" {
			w.packed = w.from // the match has not been found from here
		}
	})
	return w
}

func (w *follow) stop() { w.leave() }

// Attach gives the match the player's connection, if it is known where that is.
func (w *follow) Attach(link match.Link) {
	w.linked.Lock()
	defer w.linked.Unlock()
	w.link = link
	if to := w.now.Load(); to != nil {
		to.Attach(link)
	}
	w.tell()
}

// Detach takes the connection away, unless there is another by now.
func (w *follow) Detach(link match.Link) {
	w.linked.Lock()
	defer w.linked.Unlock()
	if w.link == link {
		w.link = nil
	}
	if to := w.now.Load(); to != nil {
		to.Detach(link)
	}
}

// Input implements [session.Stream].
func (w *follow) Input(at time.Time, r *protocol.Reader, frame []byte) error {
	if to := w.now.Load(); to != nil {
		return to.Input(at, r, frame)
	}
	return w.nowhere()
}

// Ack implements [session.Stream].
func (w *follow) Ack(at time.Time, r *protocol.Reader, frame []byte) error {
	if to := w.now.Load(); to != nil {
		return to.Ack(at, r, frame)
	}
	return w.nowhere()
}

// Resync implements [session.Stream].
func (w *follow) Resync(at time.Time, r *protocol.Reader, frame []byte) error {
	if to := w.now.Load(); to != nil {
		return to.Resync(at, r, frame)
	}
	return w.nowhere()
}

// nowhere drops a frame: the match is on its way from one node to another.
func (w *follow) nowhere() error {
	w.house.counters.dropped.Add(1)
	return nil
}

// take changes to another way, or none, and gives it the player's connection. The way before loses it, so that nothing of it comes any more.
func (w *follow) take(to way) {
	w.linked.Lock()
	if before := w.now.Load(); before != nil && w.link != nil {
		before.Detach(w.link)
	}
	w.now.Store(nil)
	if to != nil {
		w.now.Store(&wayBox{to})
	}
	w.linked.Unlock()
	if to != nil {
		w.renew()
	}
}
