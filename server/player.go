package server

import (
	"sync"

	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/session"
	"github.com/deltatick/deltatick/session/channel"
	"github.com/deltatick/deltatick/session/presence"
)

// player is a session as lobbies and matches see it. It joins the session's present connection, if there is one, to its present
// seat, if there is one.
type player struct {
	session  *session.Session
	presence *presence.Registry
	channels *channel.Set

	// Guarded by mu, which is taken before any lock of a session, a seat, a channel or the presence.
	mu    sync.Mutex
	lobby string // its id; "": in none
	seat  *match.Seat
	link  *session.Link // what the seat was given
}

func (p *player) User() string { return p.session.User() }

func (p *player) Name() string { return p.session.Name() }

// Emit sends what lobbies and presence have to say to those who have the channel of it open.
func (p *player) Emit(channel, name string, payload []byte, tick uint32) {
	if ch := p.channels.Channel(channel); ch != nil && !ch.Has(p.session) {
		return
	}
	p.session.Emit(channel, name, payload, tick)
}

// Seated is called by the lobby: the player has a seat now, or, with nil, none any more.
func (p *player) Seated(held lobby.Seat) {
	seat, _ := held.(*match.Seat) // nil for none
	p.mu.Lock()
	defer p.mu.Unlock()
	p.detach()
	p.seat = seat
	p.place()
	if seat == nil {
		p.session.SetStream(nil)
		return
	}
	p.session.SetStream(seat)
	p.attach()
}

// connected is called when the session has a working connection, its first or another.
func (p *player) connected() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.attach()
}

// disconnected is called when a connection has ended.
func (p *player) disconnected() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.detach()
}

// lobbyID is that of the player's lobby, "" for none.
func (p *player) lobbyID() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lobby
}

// describe tells where the player is.
func (p *player) describe(info *sessionInfo) {
	p.mu.Lock()
	defer p.mu.Unlock()
	info.Lobby = p.lobby
	if p.seat != nil {
		info.Match, info.Seat, info.RTT = p.seat.Match().ID(), uint16(p.seat.ID()), p.seat.RoundTrip().Milliseconds()
	}
}

// attach needs mu.
func (p *player) attach() {
	if p.seat == nil {
		return
	}
	if p.link = p.session.OpenLink(); p.link != nil {
		p.seat.Attach(p.link)
	}
}

// detach needs mu.
func (p *player) detach() {
	if p.seat != nil && p.link != nil {
		p.seat.Detach(p.link)
	}
	p.link = nil
}
