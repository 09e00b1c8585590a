package presence

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/deltatick/deltatick/protocol"
)

// Member is a session. Members are compared with ==, so an implementation is a pointer; it stays the same when a session is resumed.
type Member interface {
	User() string
	// Emit takes a reliable event. It never blocks and never calls back into this package. The payload is shared and must not be changed.
	Emit(channel, name string, payload []byte, tick uint32)
}

// eventPresence is the event on the channel "presence".
const eventPresence = "presence"

// Registry holds who is present on a node. All methods may be called by any goroutine; those for one member, one after another.
type Registry struct {
	cfg Config

	// Guarded by mu.
	mu       sync.Mutex
	closed   bool
	sessions map[Member]*session
	users    map[string]*user
	groups   map[string]map[*session]struct{} // by lobby
	watches  int                              // of users by id, over all sessions
	abroad   map[string]map[string]*session   // by node and user
}

// session is one that is connected, away, or, in its grace, over; or those of a user on another node (abroad.go), which have no member. All but the first two fields are guarded by Registry.mu.
type session struct {
	member Member
	sets   *rate.Limiter // guarded by itself

	user      *user
	place     State // Online, Lobby or Match
	lobby     string
	away      bool // said so
	connected bool
	counts    bool // is connected, or was within the grace
	over      bool
	absences  uint32      // so that a timer knows whether it is still its turn
	grace     *time.Timer // of the present absence

	watched map[*user]struct{}
	follows bool // watches its own lobby
}

// user is someone with a session or a watcher.
type user struct {
	id       string
	sessions map[*session]struct{}
	watchers map[*session]struct{}
	state    State
	since    int64
	here     Told // of the sessions on this node, as it was said last
}

// New makes a registry of nobody, and starts nothing.
func New(cfg Config) (*Registry, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	return &Registry{
		cfg: cfg, sessions: map[Member]*session{}, users: map[string]*user{}, groups: map[string]map[*session]struct{}{},
		abroad: map[string]map[string]*session{},
	}, nil
}

// Counters are those of [Config].
func (r *Registry) Counters() *Counters { return r.cfg.Counters }

// Close forgets everyone, tells nobody, and stops all timers. What the registry is told afterwards does nothing.
func (r *Registry) Close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	for _, s := range r.sessions {
		s.stopGrace()
	}
	for _, u := range r.users {
		r.count(u.here.State, -1)
	}
	r.cfg.Counters.Sessions.Add(-int64(len(r.sessions)))
	r.cfg.Counters.Known.Add(-int64(len(r.users)))
	r.cfg.Counters.Watches.Add(-int64(r.watches))
	clear(r.sessions)
	clear(r.users)
	clear(r.groups)
	clear(r.abroad)
	r.watches = 0
}

// user returns a user's entry, a new one for a user of whom nothing is held. It needs mu.
func (r *Registry) user(id string) *user {
	u := r.users[id]
	if u == nil {
		u = &user{id: id, sessions: map[*session]struct{}{}, watchers: map[*session]struct{}{}}
		r.users[id] = u
		r.cfg.Counters.Known.Add(1)
	}
	return u
}

// settle draws the conclusion from a change of a user's sessions, and reports whether watchers were told of another state. It needs mu.
func (r *Registry) settle(u *user) (told bool) {
	state := Offline
	for s := range u.sessions {
		state = max(state, s.state())
	}
	if state != u.state {
		r.cfg.Counters.Changes.Add(1)
		u.state, u.since = state, max(r.cfg.Now().UnixMilli(), u.since+1)
		r.tell(u)
		told = true
	}
	r.announce(u)
	r.release(u)
	return told
}

// release forgets a user of whom nothing needs to be held. It needs mu.
func (r *Registry) release(u *user) {
	if len(u.sessions) == 0 && len(u.watchers) == 0 {
		delete(r.users, u.id)
		r.cfg.Counters.Known.Add(-1)
	}
}

func (r *Registry) count(state State, by int64) {
	if state != Offline {
		r.cfg.Counters.Users[state].Add(by)
	}
}

// state is what a session makes of its user.
func (s *session) state() State {
	switch {
	case !s.counts:
		return Offline
	case s.away:
		return Away
	}
	return s.place
}

func (u *user) presence() Presence { return Presence{u.id, u.state.String(), u.since} }

// tell sends a user's state to everyone who watches them, each once. It needs mu.
func (r *Registry) tell(u *user) {
	payload := encoded(u)
	for watcher := range u.watchers {
		r.emit(watcher, payload)
	}
	groups := map[string]struct{}{}
	for s := range u.sessions {
		groups[s.lobby] = struct{}{}
	}
	for lobby := range groups {
		r.tellLobby(u, lobby, payload)
	}
}

// tellLobby sends a user's state to those in a lobby who watch it, and do not watch the user anyway. It needs mu.
func (r *Registry) tellLobby(u *user, lobby string, payload []byte) {
	for watcher := range r.groups[lobby] {
		if _, already := u.watchers[watcher]; watcher.follows && watcher.user != u && !already {
			r.emit(watcher, payload)
		}
	}
}

func (r *Registry) emit(to *session, payload []byte) {
	r.cfg.Counters.Events.Add(1)
	to.member.Emit(protocol.ChannelPresence, eventPresence, payload, 0)
}

func encoded(u *user) []byte {
	p := u.presence()
	return protocol.MustEncode(&p)
}
