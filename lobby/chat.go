package lobby

import (
	"context"
	"time"
	"unicode/utf8"

	"github.com/deltatick/deltatick/protocol"
)

// Events on the channel "chat".
const (
	eventMessage = "message"
	eventTyping  = "typing"
	eventJoined  = "joined"
	eventLeft    = "left"
)

// ChatMessage is what a member said: the payload of the event "message", and the reply to "say".
type ChatMessage struct {
	ID   uint32 `msgpack:"id"` // 1, 2, 3, ... in each lobby
	User string `msgpack:"user"`
	Name string `msgpack:"name"` // of the user, when it was said
	Text string `msgpack:"text"` // cleaned
	At   int64  `msgpack:"at"`   // Unix ms, the server's clock

	said time.Time
}

// ChatHistory is the chat of a lobby as far as it is kept: the reply to "history".
type ChatHistory struct {
	Messages []ChatMessage `msgpack:"messages"` // the oldest first
	// Last is the id of the newest message ever: ids have no gaps, so what is missing before Messages, or from them, is not kept any more.
	Last   uint32   `msgpack:"last"`
	Typing []string `msgpack:"typing"` // users who type now
}

// joined and left are the payloads of the events of those names.
type joined struct {
	User string `msgpack:"user"`
	Name string `msgpack:"name"`
	Role string `msgpack:"role"`
}

type left struct {
	User   string `msgpack:"user"`
	Name   string `msgpack:"name"`
	Reason string `msgpack:"reason"` // a [Departure]
}

var errMuted = refuse(protocol.CodeForbidden, "the host has muted you")

// Say sends a message to everyone in the member's lobby, the member included, whose client thus sees the same order as all.
func (d *Directory) Say(ctx context.Context, m Member, text string) (ChatMessage, error) {
	var said ChatMessage
	err := d.by(ctx, m, func(l *lobby, who *member) (err error) {
		said, err = l.say(who, text, time.Now())
		return err
	})
	return said, err
}

// Typing says whether the member is typing, which is over by itself after [ChatConfig.Typing].
func (d *Directory) Typing(ctx context.Context, m Member, on bool) error {
	return d.by(ctx, m, func(l *lobby, who *member) error { return l.setTyping(who, on, time.Now()) })
}

// History is what was said in the member's lobby, also before the member came, after the message of an id; 0: from the first that is kept.
func (d *Directory) History(ctx context.Context, m Member, after uint32) (ChatHistory, error) {
	var h ChatHistory
	err := d.by(ctx, m, func(l *lobby, _ *member) error {
		h = ChatHistory{Messages: l.history.after(after), Last: l.messages, Typing: l.typers()}
		return nil
	})
	return h, err
}

// Mute keeps another user in the lobby from speaking, or no longer. For the host.
func (d *Directory) Mute(ctx context.Context, m Member, user string, on bool) error {
	return d.by(ctx, m, func(l *lobby, who *member) error { return l.mute(who, user, on) })
}

// say refuses before it takes a token, except for a message that would have been fine but for the rate.
func (l *lobby) say(who *member, text string, now time.Time) (ChatMessage, error) {
	cfg, t := &l.dir.cfg.Chat, l.talkers[who.User()]
	if t.muted {
		return ChatMessage{}, errMuted
	}
	text = cleanText(text)
	switch runes := utf8.RuneCountInString(text); {
	case runes == 0:
		return ChatMessage{}, refuseField("text", "nothing is left of it to show")
	case runes > cfg.MaxRunes:
		return ChatMessage{}, refuseField("text", "%d characters: want %d at most", runes, cfg.MaxRunes)
	case !t.says.AllowN(now, 1):
		return ChatMessage{}, refuse(protocol.CodeRateLimited, "too many messages: wait a moment")
	}
	l.stopTyping(who, t)
	l.messages++
	message := ChatMessage{ID: l.messages, User: who.User(), Name: who.Name(), Text: text, At: now.UnixMilli(), said: now}
	before := len(l.history.kept)
	l.history.add(message, *cfg)
	l.countKept(before)
	l.dir.cfg.Counters.Messages.Add(1)
	l.tellChanged()
	l.tellChat(nil, eventMessage, &message)
	return message, nil
}

// mute is for the host, who can unmute themselves: they may have been muted by the host before.
func (l *lobby) mute(who *member, user string, on bool) error {
	if who != l.host {
		return errNotHost
	}
	whom := l.findUser(user)
	if whom == nil {
		return noSuchMember()
	}
	if whom == who && on {
		return refuse(protocol.CodeForbidden, "you cannot mute yourself")
	}
	t := l.talkers[user]
	set(l, &t.muted, on)
	if on {
		l.stopTyping(whom, t)
	}
	return nil
}

// enterChat is for a new member: the others hear of it.
func (l *lobby) enterChat(who *member) {
	l.talker(who.User()).forgotten = time.Time{}
	l.tellChat(who, eventJoined, &joined{who.User(), who.Name(), who.role})
}

// leaveChat is for a member who is not in any more.
func (l *lobby) leaveChat(who *member, why Departure) {
	t := l.talkers[who.User()]
	l.stopTyping(who, t)
	l.letGo(t, time.Now())
	l.tellChat(who, eventLeft, &left{who.User(), who.Name(), why.String()})
}

// closeChat leaves nothing behind of a lobby that has ended.
func (l *lobby) closeChat() {
	counters := l.dir.cfg.Counters
	for _, t := range l.talkers {
		if t.typer {
			counters.Typing.Add(-1)
		}
	}
	counters.Talkers.Add(-int64(len(l.talkers)))
	counters.Kept.Add(-int64(len(l.history.kept)))
	l.talkers, l.history, l.wake = nil, chatHistory{}, nil
}

// tellChat tells all members but one, who may be nil.
func (l *lobby) tellChat(but *member, name string, payload any) {
	encoded := protocol.MustEncode(payload)
	for _, who := range l.members {
		if who != but {
			who.Emit(protocol.ChannelChat, name, encoded, 0)
		}
	}
}

// tidy does what is due by now, and is called when arm said so.
func (l *lobby) tidy(now time.Time) {
	l.expireTyping(now)
	before := len(l.history.kept)
	l.history.expire(now, l.dir.cfg.Chat)
	l.countKept(before)
	l.forget(now)
	l.passOver(now)
}

// arm sets the alarm to when tidy is due next.
func (l *lobby) arm() {
	var due time.Time
	sooner := func(at time.Time) {
		if due.IsZero() || at.Before(due) {
			due = at
		}
	}
	if len(l.history.kept) > 0 {
		sooner(l.history.due(l.dir.cfg.Chat))
	}
	for _, who := range l.members {
		if !who.awaited.IsZero() {
			sooner(who.awaited)
		}
	}
	for _, t := range l.talkers {
		if t.typer {
			sooner(t.typesUntil)
		}
		if !t.forgotten.IsZero() {
			sooner(t.forgotten)
		}
	}
	switch {
	case due.IsZero():
		l.wake, l.wakeAt = nil, due
	case l.wake == nil || !due.Equal(l.wakeAt):
		l.wake, l.wakeAt = time.After(time.Until(due)), due
	}
}

func (l *lobby) countKept(before int) {
	l.dir.cfg.Counters.Kept.Add(int64(len(l.history.kept) - before))
}
