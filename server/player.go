package server

import (
	"sync"

	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
	"github.com/deltatick/deltatick/session/channel"
	"github.com/deltatick/deltatick/session/presence"
)

// player is a session as lobbies and matches see it. It joins the session's present connection, if there is one, to its present
// seat, if there is one.
type player struct {
	session   *session.Session
	presence  *presence.Registry
	channels  *channel.Set
	following *following // nil: the server is alone

	// Guarded by mu, which is taken before any lock of a session, a seat, a channel or the presence.
	mu    sync.Mutex
	lobby string        // its id; "": in none
	seat  lobby.Seat    // nil: none
	way   way           // to it; nil: none
	link  *session.Link // what the way was given
	over  bool          // so is the session
	from  relaying      // of the node that the session came from, for the seat there

	ending *follow // of the seat before, of which there may still be something to hear
}

func (p *player) User() string { return p.session.User() }

func (p *player) Name() string { return p.session.Name() }

// Emit sends what lobbies and presence have to say to those who have the channel of it open.
func (p *player) Emit(channel, name string, payload []byte, tick uint32) {
	if p.listens(channel) {
		p.session.Emit(channel, name, payload, tick)
	}
}

// tryEmit is Emit for what somebody else can keep: it reports false if the session is over.
func (p *player) tryEmit(channel, name string, payload []byte, tick uint32) (taken bool) {
	return !p.listens(channel) || p.session.TryEmit(channel, name, payload, tick)
}

func (p *player) listens(channel string) bool {
	ch := p.channels.Channel(channel)
	return ch == nil || ch.Has(p.session)
}

// Seated is called by the lobby: the player has a seat now, or, with nil, none any more.
func (p *player) Seated(seat lobby.Seat) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over {
		return // whatever is said of a session that is over was on its way
	}
	if _, ok := p.way.(*follow); ok && sameSeat(p.seat, seat) {
		return // said again, by a lobby that has moved
	}
	p.detach()
	if f, ok := p.way.(*follow); ok {
		f.end.begin()
		p.ending = f
	}
	p.seat, p.way = seat, p.wayTo(seat)
	p.place()
	if p.way == nil {
		p.session.SetStream(nil)
		return
	}
	p.session.SetStream(p.way)
	p.attach()
}

func sameSeat(a, b lobby.Seat) bool {
	return a != nil && b != nil && a.MatchID() == b.MatchID() && a.ID() == b.ID()
}

// wayTo is how the player's connection gets to a seat: one of a match that only its lobby knows is there by itself. It needs mu.
func (p *player) wayTo(seat lobby.Seat) way {
	switch seat := seat.(type) {
	case nil:
		return nil
	case *match.Seat:
		return seat
	}
	if p.following == nil {
		return nil // no lobby of a server that is alone gives such a one
	}
	if f := p.ending; f != nil && sameSeat(f.seat, seat) && f.end.revoke() {
		p.ending = nil
		return f
	}
	from := p.from
	p.from = relaying{}
	return p.following.follow(p, seat, from)
}

// stopFollowing needs mu.
func (p *player) stopFollowing() {
	if f, ok := p.way.(*follow); ok {
		f.stop()
	}
	if p.ending != nil {
		p.ending.stop()
	}
}

// renew gives a way that leads elsewhere now the session's connection anew, so that nothing comes any more from where it led before.
func (p *player) renew(w *follow) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.way == w {
		p.attach()
	}
}

// closeWith closes the connection that the seat was given.
func (p *player) closeWith(code protocol.CloseCode) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.link.Close(code)
}

// gone ends what is left when the session is over and its lobby has not said, or cannot say, that the seat is another's.
func (p *player) gone() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.detach()
	p.stopFollowing()
	p.seat, p.way, p.over = nil, nil, true
}

// pack ends what is left when the session has gone to another node, and returns the relay that the player has there the events of; false if that is not known.
func (p *player) pack() (r relaying, whole bool) {
	p.mu.Lock()
	p.detach()
	w, follows := p.way.(*follow)
	if !follows && p.ending != nil {
		w, follows = p.ending, true // the lobby may have said so because it is elsewhere
	}
	from := p.from // of a seat that has not been heard of here
	p.seat, p.way, p.over = nil, nil, true
	p.mu.Unlock() // who follows may want it before it ends
	if !follows {
		return from, true
	}
	return w.pack()
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
		info.Match, info.Seat = p.seat.MatchID(), uint16(p.seat.ID())
	}
	if seat, ok := p.seat.(*match.Seat); ok {
		info.RTT = seat.RoundTrip().Milliseconds()
	}
}

// attach needs mu.
func (p *player) attach() {
	if p.way == nil {
		return
	}
	if p.link = p.session.OpenLink(); p.link != nil {
		p.way.Attach(p.link)
	}
}

// detach needs mu.
func (p *player) detach() {
	if p.way != nil && p.link != nil {
		p.way.Detach(p.link)
	}
	p.link = nil
}
