package lobby

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// What members are refused with in several places.
var (
	errAlready  = refuse(protocol.CodeAlready, "you are in a lobby already: leave it first")
	errNoLobby  = refuse(protocol.CodeNotFound, "there is no such lobby")
	errOutside  = refuse(protocol.CodeNotFound, "you are in no lobby")
	errNotHost  = refuse(protocol.CodeForbidden, "only the host may do that")
	errNoPlayer = refuse(protocol.CodeForbidden, "only players may do that")
	errPlaying  = refuse(protocol.CodeWrongPhase, "a match is running")
	errDraining = refuse(protocol.CodeUnavailable, "the server is draining")
)

// errEnded is what a call to a lobby that has ended gives.
var errEnded = errors.New("the lobby has ended")

// lobby is a room. Its goroutine runs what others put into calls, one at a time.
type lobby struct {
	// Static after construction, and after opening respectively.
	id, code string
	order    int64 // of opening: the oldest lobbies are listed first
	kind     match.Kind
	dir      *Directory
	log      *slog.Logger
	calls    chan func()
	gone     chan struct{} // closed when no more calls are taken

	// Owned by the goroutine in run; by the creator before that.
	name       string
	private    bool
	maxPlayers int
	policy     string
	settings   match.Settings // complete; replaced, never changed
	members    []*member      // in the order in which they came; empty only when ended
	host       *member
	round      *round // the running match, or nil
	rounds     uint32 // matches that are over
	epoch      uint32 // of the newest match; 0: not known
	result     *Result
	filled     bool // every place was taken when last looked at
	ended      bool
	detached   bool // to go on elsewhere

	changed  bool               // since the last settle
	rev      uint32             // of the state
	pause    <-chan time.Time   // no state is sent before; nil: none was sent lately
	unsent   bool               // members do not have the newest state
	talkers  map[string]*talker // by user: of all members, and for a while of those who left
	messages uint32             // said so far
	history  chatHistory
	wake     <-chan time.Time // when tidy is due; nil: never
	wakeAt   time.Time

	retry <-chan time.Time // when to ask the match again for seats that were not free; nil: nobody waits
}

// member is someone in a lobby.
type member struct {
	Member
	role           string
	ready, rematch bool
	away           bool
	awaited        time.Time // until when a start waits for who is away; zero: it does not
	seat           TakenSeat // in the running match, or nil
}

// newLobby makes a lobby as it is by default, still without a code and members.
func newLobby(d *Directory, kind match.Kind, host Member) (*lobby, error) {
	id, err := uuid.NewRandomFromReader(d.cfg.Rand)
	if err != nil {
		return nil, fmt.Errorf("draw a lobby's id: %w", err)
	}
	l := d.blank(id.String(), kind)
	l.name = protocol.CleanName(host.Name()+"'s lobby", maxNameRunes, "lobby")
	l.settings, err = kind.Complete(nil)
	return l, err
}

// blank is a lobby with nothing in it.
func (d *Directory) blank(id string, kind match.Kind) *lobby {
	return &lobby{
		id: id, kind: kind, dir: d, log: d.cfg.Logger.With("lobby", id, "game", kind.Name),
		calls: make(chan func()), gone: make(chan struct{}), talkers: map[string]*talker{},
		name: "lobby", maxPlayers: kind.MaxPlayers, policy: StartHost,
	}
}

// abort ends a lobby that did not open.
func (l *lobby) abort() {
	close(l.gone)
	l.tellEnded()
}

// run is the lobby's goroutine. It returns when the lobby has ended and its match is over.
func (l *lobby) run() {
	for !l.ended {
		l.arm()
		select {
		case call := <-l.calls:
			call()
		case <-l.matchOver():
			l.endRound()
		case <-l.retry:
			l.retry = nil
			l.seatWaiting()
		case <-l.pause:
			l.pause = nil
			if l.unsent {
				l.announce()
			}
		case <-l.wake:
			l.wake = nil
			l.tidy(time.Now())
		case <-l.dir.closing:
			l.shutDown()
		}
		l.settle()
	}
	if l.round != nil {
		l.round.wait()
	}
	if !l.detached {
		l.tellEnded()
	}
}

// tellChanged says that a saved lobby is out of date.
func (l *lobby) tellChanged() {
	if l.dir.cfg.Changed != nil {
		l.dir.cfg.Changed(l.id)
	}
}

func (l *lobby) tellEnded() {
	if l.dir.cfg.Ended != nil {
		l.dir.cfg.Ended(l.id)
	}
}

// call has the goroutine run f, then brings everyone up to date. ctx bounds the wait for the goroutine only: once f has begun, its
// outcome is returned, so that nobody is told "too late" about what did happen. A lobby that ends or has ended gives errEnded.
func (l *lobby) call(ctx context.Context, f func() error) error {
	var err error
	done := make(chan struct{})
	run := func() {
		err = f()
		l.settle()
		close(done)
	}
	select {
	case l.calls <- run:
		<-done
		return err
	case <-l.gone:
		return errEnded
	case <-l.dir.closing: // it is about to end, or stuck in the making of a match
		return errEnded
	case <-ctx.Done():
		return ctx.Err()
	}
}

// settle draws the conclusions from whatever changed: a match that is due starts, the list and the members hear of it.
func (l *lobby) settle() {
	if l.ended || !l.changed {
		return
	}
	l.startIfDue()
	l.changed = false
	l.rev++
	l.dir.board.Put(l.summary(), l.order, !l.private)
	l.unsent = true
	l.tellChanged()
	if l.pause == nil {
		l.announce()
	}
}

// announce sends the state to all members. What changes within the pause after it is sent at its end.
func (l *lobby) announce() {
	l.unsent = false
	l.pause = time.After(l.dir.cfg.StateEvery)
	payload := l.encodeState()
	for _, who := range l.members {
		who.Emit(protocol.ChannelLobby, eventState, payload, 0)
	}
}

func (l *lobby) encodeState() []byte {
	l.dir.cfg.Counters.States.Add(1)
	state := l.state()
	return protocol.MustEncode(&state)
}

// end closes the lobby to everyone; run returns once its match is over.
func (l *lobby) end() {
	l.ended = true
	close(l.gone)
	if l.round != nil {
		l.dir.cfg.Counters.Playing.Add(-1)
	}
	l.closeChat()
	l.dir.remove(l)
	l.log.Info("lobby ended", "finished", l.rounds, "playing", l.round != nil)
}

// shutDown ends the lobby under its members: first their match, so that they hear of that first.
func (l *lobby) shutDown() {
	l.end()
	if l.round != nil {
		l.round.match.Stop(match.ReasonShutdown)
		l.round.wait()
	}
	payload := l.closedPayload(Shutdown)
	for _, who := range l.members {
		l.depart(who, Shutdown)
		who.Emit(protocol.ChannelLobby, eventClosed, payload, 0)
	}
	l.members = nil
}

func (l *lobby) closedPayload(why Departure) []byte {
	return protocol.MustEncode(&closed{l.id, why.String()})
}
