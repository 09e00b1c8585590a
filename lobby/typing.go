package lobby

import (
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// This file is who is typing. Whoever is told that someone types is told, too, when they do not any more: they said so, or said
// something, or nothing for [ChatConfig.Typing], or are away, or left.

// typing is the payload of the event of that name.
type typing struct {
	User string `msgpack:"user"`
	On   bool   `msgpack:"on"`
}

// setTyping notes what a member says of themselves. To say again that one types puts the end off, and the others are not told again.
func (l *lobby) setTyping(who *member, on bool, now time.Time) error {
	t := l.talkers[who.User()]
	switch {
	case !t.types.AllowN(now, 1):
		return refuse(protocol.CodeRateLimited, "too many changes of typing")
	case t.muted && on:
		return errMuted
	case !on:
		l.stopTyping(who, t)
		return nil
	}
	t.typesUntil = now.Add(l.dir.cfg.Chat.Typing)
	if !t.typer {
		t.typer = true
		l.dir.cfg.Counters.Typing.Add(1)
		l.tellTyping(who, true)
	}
	return nil
}

// stopTyping ends what setTyping began, if it did.
func (l *lobby) stopTyping(who *member, t *talker) {
	if !t.typer {
		return
	}
	t.typer = false
	l.dir.cfg.Counters.Typing.Add(-1)
	l.tellTyping(who, false)
}

// expireTyping ends it for those of whom nothing was heard for too long.
func (l *lobby) expireTyping(now time.Time) {
	for _, who := range l.members {
		if t := l.talkers[who.User()]; t.typer && !t.typesUntil.After(now) {
			l.stopTyping(who, t)
		}
	}
}

// tellTyping tells everyone but the one who types.
func (l *lobby) tellTyping(who *member, on bool) {
	l.tellChat(who, eventTyping, &typing{who.User(), on})
}

// typers are the members who type, in the order in which they came.
func (l *lobby) typers() []string {
	users := make([]string, 0, len(l.members))
	for _, who := range l.members {
		if l.talkers[who.User()].typer {
			users = append(users, who.User())
		}
	}
	return users
}
