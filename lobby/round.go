package lobby

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"time"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// round is a lobby's running match.
type round struct {
	match Match
	seats int           // for players
	over  chan struct{} // closed when the match's goroutine has returned
	err   error         // what it returned
	leave func()        // has it return, whatever the match does
	lost  bool          // another copy of the lobby, which goes on elsewhere, has the match
}

// seatRetry is how long to wait for a seat whose last player has left: the match frees it at its next tick.
const seatRetry = 20 * time.Millisecond

// begin makes a match, seats everyone and runs it.
func (l *lobby) begin() error {
	counters := l.dir.cfg.Counters
	m, err := l.newMatch()
	if err != nil {
		counters.Failures.Add(1)
		if refused, ok := err.(*protocol.Error); ok { // not one that is wrapped, with what else is said around it
			l.log.Warn("match refused", "code", refused.Code, "err", err)
			return refused
		}
		attrs := []any{"err", err}
		if broken := (*match.PanicError)(nil); errors.As(err, &broken) {
			attrs = append(attrs, "stack", string(broken.Stack))
		}
		l.log.Error("match could not be made", attrs...)
		return refuse(protocol.CodeInternal, "the match could not be made")
	}
	l.play(m, l.maxPlayers)
	l.clearWishes()
	for _, who := range l.members {
		l.seat(who)
	}
	counters.Matches.Add(1)
	l.log.Info("match started", "match", m.ID(), "round", l.rounds, "players", l.players())
	return nil
}

// play runs a match, until it is over.
func (l *lobby) play(m Match, seats int) {
	ctx, leave := context.WithCancel(context.Background()) // else ended by Stop, so that it ends on a tick and everyone hears why
	r := &round{match: m, seats: seats, over: make(chan struct{}), leave: leave}
	l.round = r
	l.changed = true
	l.dir.cfg.Counters.Playing.Add(1)
	go func() {
		defer close(r.over)
		defer leave()
		r.err = m.Run(ctx)
	}()
}

// newMatch keeps a game that panics while it is being made from taking the node with it.
func (l *lobby) newMatch() (m Match, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("making a match panicked: %v\n%s", v, debug.Stack())
		}
	}()
	return l.dir.cfg.NewMatch(MatchRequest{
		Lobby: l.id, Round: l.rounds, Kind: l.kind, Settings: maps.Clone(l.settings),
		MaxPlayers: l.maxPlayers, MaxSpectators: l.dir.cfg.MaxSpectators, After: l.epoch,
	})
}

// stopPatience is how long a match that was told to stop may take: one in this process needs a tick, one elsewhere may be out of reach.
const stopPatience = 2 * time.Second

// wait is for a match that was told to stop.
func (r *round) wait() {
	select {
	case <-r.over:
	case <-time.After(stopPatience):
		r.leave()
		<-r.over
	}
}

// seat puts a member into the running match. A seat that is not free yet is waited for; a match that is just over is not:
// the member plays in the next.
func (l *lobby) seat(who *member) {
	take := l.round.match.Join
	if who.role == RoleSpectator {
		take = l.round.match.Watch
	}
	seat, err := take(match.Member{User: who.User(), Name: who.Name(), Out: who.Member})
	switch {
	case err == nil:
		who.seat = seat
		who.Seated(seat)
		l.changed = true
	case errors.Is(err, match.ErrFull):
		l.retry = time.After(seatRetry)
	}
}

// seatWaiting asks again for those who have no seat.
func (l *lobby) seatWaiting() {
	if l.round == nil {
		return
	}
	for _, who := range l.members {
		if who.seat == nil {
			l.seat(who)
		}
	}
}

// matchOver is closed when the running match is over; nil, which blocks, when there is none, or it is not this lobby's to end.
func (l *lobby) matchOver() <-chan struct{} {
	if l.round == nil || l.round.lost {
		return nil
	}
	return l.round.over
}

// endRound takes the players back, unless the match goes on with the lobby's next owner: this copy is about to be detached then, and has no more to say to anybody, least of
// all that their match is over.
func (l *lobby) endRound() {
	m := l.round.match
	result := m.Result()
	if result.Reason == match.ReasonElsewhere {
		l.round.lost = true
		l.log.Warn("another copy of this lobby has its match", "match", m.ID(), "err", l.round.err)
		return
	}
	l.epoch = epochOf(m)
	l.log.Info("match over", "match", m.ID(), "round", l.rounds, "reason", result.Reason, "err", l.round.err)
	l.round = nil
	l.rounds++
	l.result = &Result{result.Reason, protocol.OrNil(result.Data)}
	l.changed = true
	l.dir.cfg.Counters.Playing.Add(-1)
	for _, who := range l.members {
		if who.seat != nil {
			who.seat = nil
			who.Seated(nil)
		}
	}
}
