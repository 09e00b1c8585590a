package lobby

import (
	"context"
	"errors"

	"github.com/deltatick/deltatick/protocol"
)

// This file is what members can do, as Go code does it. What a client can cause is refused with a [*protocol.Error]; any other error
// is ctx's, which bounds the wait for a busy lobby: when it is returned, nothing was done.

// CreateOptions describes a new lobby.
type CreateOptions struct {
	Game string
	Options
}

// JoinOptions says which lobby to join, by ID (public lobbies only) or by Code, and how.
type JoinOptions struct {
	ID, Code string
	Spectate bool
}

// Create opens a lobby with the member as its host.
func (d *Directory) Create(ctx context.Context, m Member, o CreateOptions) (State, error) {
	if err := ctx.Err(); err != nil {
		return State{}, err
	}
	kind, ok := d.kinds[o.Game]
	if !ok {
		return State{}, refuseField("game", "there is no such game here")
	}
	l, err := newLobby(d, kind, m)
	if err == nil {
		err = l.apply(o.Options)
	}
	if err == nil {
		err = d.openWithCode(ctx, l, m)
	}
	if err == nil {
		err = l.admit(m, RolePlayer)
	} else if l != nil {
		l.abort()
	}
	var refused *protocol.Error
	switch {
	case errors.As(err, &refused), err != nil && ctx.Err() != nil:
		return State{}, err
	case err != nil:
		d.cfg.Logger.Error("lobby could not be made", "err", err)
		return State{}, refuse(protocol.CodeInternal, "the lobby could not be made")
	}
	d.cfg.Counters.Created.Add(1)
	l.log.Info("lobby opened", "host", m.User())
	l.settle()
	state := l.state()
	go func() {
		defer d.running.Done()
		l.run()
	}()
	return state, nil
}

// Join lets the member into a lobby, and into its match when one is running.
func (d *Directory) Join(ctx context.Context, m Member, o JoinOptions) (State, error) {
	l, err := d.reserve(m, o.ID, CanonicalCode(o.Code))
	if err != nil {
		return State{}, err
	}
	role := RolePlayer
	if o.Spectate {
		role = RoleSpectator
	}
	var state State
	err = l.call(ctx, func() error {
		if o.ID != "" && l.private {
			return errNoLobby
		}
		if err := l.admit(m, role); err != nil {
			return err
		}
		l.settle()
		state = l.state()
		return nil
	})
	if err != nil {
		d.release(m, l)
	}
	if errors.Is(err, errEnded) {
		err = errNoLobby
	}
	return state, err
}

// Leave takes the member out of its lobby and match, by its own wish.
func (d *Directory) Leave(ctx context.Context, m Member) error {
	return d.by(ctx, m, func(l *lobby, who *member) error {
		l.remove(who, Left)
		return nil
	})
}

// Forget is for a session that is over: it stops watching, and leaves its lobby and match for the reason given. A member that is
// in no lobby is no error. It returns when it is done, or when the directory closes, which takes out everyone.
func (d *Directory) Forget(m Member, why Departure) {
	d.Unwatch(m)
	// The only error is that the member is in no lobby.
	_ = d.by(context.Background(), m, func(l *lobby, who *member) error {
		l.remove(who, why)
		return nil
	})
}

// SetAway tells the lobby, if the member is in one, that its last connection went down, or that it is connected again: then
// the member gets a state event at once.
func (d *Directory) SetAway(ctx context.Context, m Member, away bool) error {
	err := d.by(ctx, m, func(l *lobby, who *member) error {
		l.setAway(who, away)
		return nil
	})
	if errors.Is(err, errOutside) {
		return nil
	}
	return err
}

// State is the member's lobby as it is now.
func (d *Directory) State(ctx context.Context, m Member) (State, error) {
	var state State
	err := d.by(ctx, m, func(l *lobby, _ *member) error {
		state = l.state()
		return nil
	})
	return state, err
}

// Ready says whether the member wants to start. For players, while no match is running.
func (d *Directory) Ready(ctx context.Context, m Member, ready bool) error {
	return d.by(ctx, m, func(l *lobby, who *member) error { return l.setReady(who, ready) })
}

// Spectate makes a spectator of a player, who gives the place up, or a player of a spectator, if there is a place. In a running match
// it changes the seat, too. "full" refuses it.
func (d *Directory) Spectate(ctx context.Context, m Member, spectate bool) error {
	role := RolePlayer
	if spectate {
		role = RoleSpectator
	}
	return d.by(ctx, m, func(l *lobby, who *member) error { return l.changeRole(who, role) })
}

// Change changes the lobby. For its host, at any time; the game hears of its settings, everything else counts from the next match on.
func (d *Directory) Change(ctx context.Context, m Member, o Options) error {
	return d.by(ctx, m, func(l *lobby, who *member) error {
		if who != l.host {
			return errNotHost
		}
		return l.apply(o)
	})
}

// Kick takes another user out. For the host.
func (d *Directory) Kick(ctx context.Context, m Member, user string) error {
	return d.by(ctx, m, func(l *lobby, who *member) error { return l.kick(who, user) })
}

// HandOver makes another player host. For the host.
func (d *Directory) HandOver(ctx context.Context, m Member, user string) error {
	return d.by(ctx, m, func(l *lobby, who *member) error { return l.handOver(who, user) })
}

// Start starts a match. For the host.
func (d *Directory) Start(ctx context.Context, m Member) error {
	return d.by(ctx, m, func(l *lobby, who *member) error { return l.startByHost(who) })
}

// Rematch asks for another match, which starts when every player who is not away has asked. For players, after a match.
func (d *Directory) Rematch(ctx context.Context, m Member) error {
	return d.by(ctx, m, func(l *lobby, who *member) error { return l.askRematch(who) })
}

// by runs f in the goroutine of the lobby that the member is in: this very one, not another session of its user.
func (d *Directory) by(ctx context.Context, m Member, f func(*lobby, *member) error) error {
	l := d.lobbyOf(m.User())
	if l == nil {
		return errOutside
	}
	err := l.call(ctx, func() error {
		who := l.find(m)
		if who == nil {
			return errOutside
		}
		return f(l, who)
	})
	if errors.Is(err, errEnded) {
		return errOutside
	}
	return err
}
