package server

import (
	"context"

	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session/presence"
)

// answerPresence answers a request of the channel "presence".
func (s *Server) answerPresence(_ context.Context, p *player, q protocol.Request) (any, error) {
	return s.presence.Request(p, q.Name, q.Payload)
}

// moved hears from lobbies who is where. Members that other Go code of this process made have no session, and are not present.
func (s *Server) moved(m lobby.Member, id string) {
	if p, ok := m.(*player); ok {
		p.moved(id)
	}
}

// moved is called by lobbies: the player is in one now, or, with "", in none.
func (p *player) moved(lobby string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lobby = lobby
	p.place()
}

// place says how present the player is. It needs mu.
func (p *player) place() {
	state := presence.Online
	switch {
	case p.seat != nil:
		state = presence.Match
	case p.lobby != "":
		state = presence.Lobby
	}
	p.presence.Place(p, state, p.lobby)
}

// presences are the metrics of presence.
func (c *collector) presences(m sink) {
	n := c.server.presence.Counters()
	for _, state := range presence.States() {
		m.gauge(descPresent, n.Users[state].Load(), state.String())
	}
	m.gauge(descPresenceSessions, n.Sessions.Load())
	m.gauge(descPresenceKnown, n.Known.Load())
	m.gauge(descWatches, n.Watches.Load())
	m.count(descChanges, n.Changes.Load())
	m.count(descDrops, n.Unusable.Load(), "presence", "unusable")
	m.count(descPresenceEvents, n.Events.Load())
	for _, code := range presence.RefusalCodes() {
		m.count(descPresenceRefusals, n.Refusals(code), code)
	}
}

var (
	descPresent          = describe("presence_users", "Users who are not offline, by state.", "state")
	descPresenceSessions = describe("presence_sessions", "Sessions whose users' presence is known, those on other nodes and those in their grace included.")
	descPresenceKnown    = describe("presence_known_users", "Users of whom something is held: they have a session, or someone watches them.")
	descWatches          = describe("presence_watches", "Users watched by id, once for each watcher.")
	descChanges          = describe("presence_changes_total", "Changes of users' states.")
	descPresenceEvents   = describe("presence_events_total", "Changes told, once for each watcher.")
	descPresenceRefusals = describe("presence_refusals_total", "Presence requests refused, by code.", "code")
)
