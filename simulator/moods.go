package simulator

import (
	"context"
	"errors"
	"sync"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/protocol"
)

// minPresence is the least of Group.Presence: a session may say that it is away, or back, once a second.
const minPresence = 2 * time.Second

// stateAway is the presence of who has said so (docs/PROTOCOL.md, section 4.7).
const stateAway = "away"

// moods is what the bots of a party have last said of themselves, by user. Whoever hears of it looks up how long that took.
type moods struct {
	mu sync.Mutex
	of map[string]mood
}

type mood struct {
	away bool
	at   time.Time // when it began to be said
}

func (m *moods) set(user string, to mood) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.of == nil {
		m.of = map[string]mood{}
	}
	m.of[user] = to
}

func (m *moods) forget(user string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.of, user)
}

func (m *moods) get(user string) (mood, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	is, ok := m.of[user]
	return is, ok
}

// moody follows everyone in the bot's lobby from when it is there, and says about every Group.Presence that it is away, or back, until ctx ends.
func (v *visit) moody(ctx context.Context) {
	rng := v.rand(forPresence)
	user := ""
	defer func() { v.party.moods.forget(user) }()
	inOne := func(s *client.State) bool { return s != nil }
	for away := false; ctx.Err() == nil; sleep(ctx, about(v.crowd.Presence, rng)) {
		_, err := v.client.Lobby().Await(ctx, inOne)
		if err != nil {
			return
		}
		if now := v.client.Session().User; now != user { // a new session follows nobody yet, and is there
			v.party.moods.forget(user)
			if _, err = v.client.Presences().Follow(ctx, true); err == nil {
				user, away = now, false
				since := time.Now()
				v.followed.Store(&since)
			}
		} else {
			away = !away
			v.party.moods.set(user, mood{away: away, at: time.Now()})
			_, err = v.client.Presences().SetAway(ctx, away)
		}
		var refused *protocol.Error
		if errors.As(err, &refused) {
			v.tally.fail(FailedPresence, "%v", refused)
			return
		}
	}
}

// sawPresence measures a change that a bot of the party has brought about since this one follows it. Each is measured once: a lost socket changes
// what others see, too, and changes it back.
func (v *visit) sawPresence(p client.Presence) {
	now := time.Now()
	said, ok := v.party.moods.get(p.User)
	followed := v.followed.Load()
	if !ok || said.away != (p.State == stateAway) || followed == nil || said.at.Before(*followed) || v.moodOf[p.User].Equal(said.at) {
		return
	}
	if v.moodOf == nil {
		v.moodOf = map[string]time.Time{}
	}
	v.moodOf[p.User] = said.at
	if v.tally.window.contains(said.at) {
		v.crowd.gauges.presence.add(now.Sub(said.at))
	}
}
