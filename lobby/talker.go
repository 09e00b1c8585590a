package lobby

import (
	"time"

	"golang.org/x/time/rate"
)

// talker is what a lobby holds about one user's part in it, by user id, so that leaving and coming back does not wipe it. It is
// forgotten a while after the user left: once the buckets are full again, a ban is over and a mute is [mutedFor] old.
type talker struct {
	says  *rate.Limiter
	types *rate.Limiter
	muted bool
	typer bool // types now, as far as the others were told

	typesUntil time.Time // while typer
	banned     time.Time // may not come in before; zero: may
	forgotten  time.Time // zero while the user is a member
}

// talker returns a user's, a new one for a user who is not known.
func (l *lobby) talker(user string) *talker {
	t := l.talkers[user]
	if t == nil {
		cfg := &l.dir.cfg.Chat
		t = &talker{
			says:  rate.NewLimiter(rate.Limit(cfg.Rate), cfg.Burst),
			types: rate.NewLimiter(typingRate, typingBurst),
		}
		l.talkers[user] = t
		l.dir.cfg.Counters.Talkers.Add(1)
	}
	return t
}

// letGo starts to forget a user who has left.
func (l *lobby) letGo(t *talker, now time.Time) {
	t.forgotten = now.Add(l.dir.cfg.Chat.refill())
	if t.muted {
		t.forgotten = later(t.forgotten, now.Add(mutedFor))
	}
	t.forgotten = later(t.forgotten, t.banned)
}

// forget drops the users who left long enough ago.
func (l *lobby) forget(now time.Time) {
	for user, t := range l.talkers {
		if !t.forgotten.IsZero() && !t.forgotten.After(now) {
			delete(l.talkers, user)
			l.dir.cfg.Counters.Talkers.Add(-1)
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
