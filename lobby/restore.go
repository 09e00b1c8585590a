package lobby

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// This file is how a lobby gets from one directory to another, as package lobby/shared has it do. Members notice nothing but a new state.

// Export is a lobby as it is now. It is refused with "not-found" when there is none.
func (d *Directory) Export(ctx context.Context, id string) (Saved, error) {
	var s Saved
	err := d.at(ctx, id, func(l *lobby) error {
		s = l.save()
		return nil
	})
	return s, err
}

// Detach gives a lobby away: to is called with it as it is, and when it returns nil, the lobby is here no more. Its members are told nothing,
// and its match goes on, if it runs elsewhere; when to fails, nothing has happened, and Detach returns its error. Nobody is served by the lobby meanwhile; to
// must not ask it anything. to may be nil, for a lobby that another node has already.
func (d *Directory) Detach(ctx context.Context, id string, to func(Saved) error) error {
	return d.at(ctx, id, func(l *lobby) error {
		if to != nil {
			if err := to(l.save()); err != nil {
				return err
			}
		}
		l.detach()
		return nil
	})
}

// detach is end without a word to anybody.
func (l *lobby) detach() {
	l.detached = true
	l.end()
	if l.round != nil {
		l.round.leave()
	}
	for _, who := range l.members {
		l.dir.release(who.Member, l)
		l.dir.cfg.Counters.Members.Add(-1)
	}
	l.members = nil
}

// Restored says what a saved lobby is to be restored with.
type Restored struct {
	Saved
	// Member makes the members, one call for each who was one; nil: they are left out.
	Member func(SavedMember) Member
	// Match is the match that was running, if it still is: see [ResumedOf].
	Match Match
}

// Restore opens a lobby as it was saved. Members are told by [Directory.Attach]. Errors: the game is not on offer here; a lobby of that id or code is open; the directory has ended; nobody is left in it.
func (d *Directory) Restore(r Restored) error {
	kind, ok := d.kinds[r.Game]
	if !ok {
		return fmt.Errorf("lobby %s: there is no game %q here", r.ID, r.Game)
	}
	l := d.blank(r.ID, kind)
	l.code = r.Code
	if err := l.recall(&r.Saved, time.Now()); err != nil {
		return fmt.Errorf("lobby %s: %w", r.ID, err)
	}
	for _, saved := range r.Members {
		m := r.Member(saved)
		if m == nil {
			continue
		}
		who := &member{Member: m, role: saved.Role(), ready: saved.Ready, rematch: saved.Rematch, away: saved.Away}
		l.members = append(l.members, who)
		l.talker(saved.User).forgotten = time.Time{}
		if l.host == nil || saved.User == r.Host {
			l.host = who
		}
	}
	if err := d.reopen(l); err != nil {
		l.closeChat()
		return err
	}
	if r.Match != nil {
		l.play(r.Match, r.Seats)
		for _, who := range l.members {
			if r.member(who.User()).Seated {
				l.seat(who)
			}
		}
		l.retry = time.After(seatRetry) // those who had none yet
	} else if r.Saved.Match != "" {
		l.rounds++
		l.result = &Result{match.ReasonFailed, protocol.OrNil(nil)}
	}
	l.log.Info("lobby restored", "members", len(l.members), "match", r.Saved.Match)
	l.changed = true
	l.settle()
	go func() {
		defer d.running.Done()
		l.run()
	}()
	return nil
}

// reopen enters a lobby with all its members. Those of them who are in another one here stay in that.
func (d *Directory) reopen(l *lobby) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.closed:
		return errDraining
	case d.lobbies[l.id] != nil:
		return errors.New("this lobby is open already")
	case d.codes[l.code] != nil:
		return ErrCodeTaken
	}
	kept := l.members[:0]
	for _, who := range l.members {
		if _, in := d.places[who.User()]; !in {
			d.places[who.User()] = place{who.Member, l}
			kept = append(kept, who)
		}
	}
	if l.members = kept; len(kept) == 0 {
		return errNobody
	}
	if l.find(l.host.Member) == nil {
		l.host = l.heir()
	}
	d.enter(l)
	d.cfg.Counters.Members.Add(int64(len(kept)))
	return nil
}

var errNobody = errors.New("nobody is left in the lobby")

// Attach says that a member is reached in another way from now on, or may have missed something. rebind is called first, in the lobby's goroutine, so that
// what is told comes in order; then the member is told the state, the chat messages after the one of an id, and who types. An id that is higher than that of
// any message is one that a former owner gave and that was lost with it: it is not given again. math.MaxUint32 is for a member who wants none. said is the id of the
// newest message there is: the member is told each that comes after it.
func (d *Directory) Attach(ctx context.Context, m Member, away bool, after uint32, rebind func()) (said uint32, err error) {
	err = d.by(ctx, m, func(l *lobby, who *member) error {
		rebind()
		if after != math.MaxUint32 {
			l.messages = max(l.messages, after)
		}
		said = l.messages
		l.changed = l.changed || who.away != away
		who.away = away
		if !away {
			who.awaited = time.Time{}
		}
		if away {
			l.stopTyping(who, l.talkers[who.User()])
		}
		before := l.rev
		l.settle()
		if l.rev == before || l.unsent {
			who.Emit(protocol.ChannelLobby, eventState, l.encodeState(), 0)
		}
		for _, message := range l.history.after(after) {
			who.Emit(protocol.ChannelChat, eventMessage, protocol.MustEncode(&message), 0)
		}
		for _, other := range l.members {
			if other != who {
				on := l.talkers[other.User()].typer
				who.Emit(protocol.ChannelChat, eventTyping, protocol.MustEncode(&typing{other.User(), on}), 0)
			}
		}
		return nil
	})
	return said, err
}
