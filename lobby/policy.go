package lobby

import (
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// This file is when a match starts.

// start begins a match if the rules that hold for every way of starting allow it.
func (l *lobby) start() error {
	switch {
	case l.round != nil:
		return errPlaying
	case l.dir.draining.Load():
		return errDraining
	case l.players() < l.kind.MinPlayers:
		return refuse(protocol.CodeWrongPhase, "%s needs %d players", l.kind.Title, l.kind.MinPlayers)
	}
	return l.begin()
}

// startByHost starts whatever the policy: the host could change that as well.
func (l *lobby) startByHost(who *member) error {
	if who != l.host {
		return errNotHost
	}
	return l.start()
}

func (l *lobby) setReady(who *member, ready bool) error {
	switch {
	case who.role != RolePlayer:
		return errNoPlayer
	case l.round != nil:
		return errPlaying
	}
	set(l, &who.ready, ready)
	return nil
}

func (l *lobby) askRematch(who *member) error {
	switch {
	case who.role != RolePlayer:
		return errNoPlayer
	case l.round != nil:
		return errPlaying
	case l.rounds == 0:
		return refuse(protocol.CodeWrongPhase, "there was no match yet")
	case l.dir.draining.Load():
		return errDraining
	}
	set(l, &who.rematch, true)
	return nil
}

// startIfDue starts a match that nobody has to start. When that fails, what asked for it is void: players can ask again, and a
// lobby does not try over and over.
func (l *lobby) startIfDue() {
	full := l.players() >= l.maxPlayers
	filledUp := full && !l.filled // after a match a lobby is still full: that alone is no reason for another
	l.filled = full
	due := l.policy == StartFull && filledUp ||
		l.policy == StartReady && l.allAgree(func(who *member) bool { return who.ready }) ||
		l.allAgree(func(who *member) bool { return who.rematch })
	if !due || l.round != nil {
		return
	}
	if err := l.start(); err != nil {
		l.log.Warn("match did not start by itself", "err", err)
		l.clearWishes()
		l.changed = true
	}
}

// allAgree reports whether enough players are here and all of them agree. Nothing is decided without a player who is away for a moment, even
// one who has agreed; one who is away for longer is passed over, but has a seat in what begins.
func (l *lobby) allAgree(agrees func(*member) bool) bool {
	present := 0
	for _, who := range l.members {
		switch {
		case who.role != RolePlayer:
		case !who.awaited.IsZero():
			return false
		case who.away:
		case !agrees(who):
			return false
		default:
			present++
		}
	}
	return present >= max(1, l.kind.MinPlayers)
}

// passOver ends the wait for those who are away for too long by now. That may be all that a match has waited for.
func (l *lobby) passOver(now time.Time) {
	passed := false
	for _, who := range l.members {
		if !who.awaited.IsZero() && !who.awaited.After(now) {
			who.awaited = time.Time{}
			passed = true
		}
	}
	if passed {
		l.startIfDue()
	}
}

func (l *lobby) clearWishes() {
	for _, who := range l.members {
		who.ready, who.rematch = false, false
	}
}
