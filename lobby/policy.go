package lobby

import "github.com/deltatick/deltatick/protocol"

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
		l.policy == StartReady && l.allPresent(func(who *member) bool { return who.ready }) ||
		l.allPresent(func(who *member) bool { return who.rematch })
	if !due || l.round != nil {
		return
	}
	if err := l.start(); err != nil {
		l.log.Warn("match did not start by itself", "err", err)
		l.clearWishes()
	}
}

// allPresent reports whether enough players are here, not away, and all of them agree.
func (l *lobby) allPresent(agrees func(*member) bool) bool {
	present := 0
	for _, who := range l.members {
		if who.role != RolePlayer || who.away {
			continue
		}
		if !agrees(who) {
			return false
		}
		present++
	}
	return present >= max(1, l.kind.MinPlayers)
}

func (l *lobby) clearWishes() {
	for _, who := range l.members {
		who.ready, who.rematch = false, false
	}
}
