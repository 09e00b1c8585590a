package server

import (
	"context"
	"time"

	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/lobby/shared"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

// requestTimeout bounds what a request may wait for a lobby: far more than a lobby ever takes.
const requestTimeout = 5 * time.Second

// The methods of this file make a Server the session.Handler of its hub.

// Connected brings a session's new connection to its player's seat, and tells the lobby that the player is there.
func (s *Server) Connected(sess *session.Session, resumed bool) {
	if s.hasTicket(sess) {
		s.seats.Connected(sess, resumed)
		return
	}
	p := s.playerOf(sess)
	how := sess.Arrived()
	var coming shared.Coming
	if how != nil && !resumed {
		var from relaying
		coming, from = s.unpack(p, how)
		p.bring(from)
	}
	s.channels.Connected(sess)
	s.presence.Connected(p)
	switch {
	case resumed:
		s.setAway(p, false)
	case how != nil:
		s.rejoin(p, coming)
	}
	p.connected()
}

// Disconnected leaves the player's seat without a connection, until the session resumes or expires.
func (s *Server) Disconnected(sess *session.Session) {
	if s.hasTicket(sess) {
		s.seats.Disconnected(sess)
		return
	}
	p := s.playerOf(sess)
	p.disconnected()
	s.presence.Disconnected(p)
	s.setAway(p, true)
}

// setAway tells the player's lobby, if there is one.
func (s *Server) setAway(p *player, away bool) {
	ctx, cancel := context.WithTimeout(context.Background(), requestTimeout)
	defer cancel()
	if err := s.directory.SetAway(ctx, p, away); err != nil {
		s.cfg.Logger.Warn("lobby does not answer", "lobby", p.lobbyID(), "session", p.session.ID(), "user", p.User(), "err", err)
	}
}

// Expired gives up whatever the session still held.
func (s *Server) Expired(sess *session.Session) {
	if s.hasTicket(sess) {
		s.seats.Expired(sess)
		return
	}
	p := s.playerOf(sess)
	defer s.players.Delete(sess) // also when a hook of a game's channel panics
	s.presence.Expired(p)        // first: it counts for a while as it was, and not as one who left the lobby
	s.directory.Forget(p, departure(sess))
	p.gone()
	s.channels.Expired(sess)
}

// departure is why a session that is over is not in its lobby any more: others in it are told, and who said bye was not away for too long.
func departure(sess *session.Session) lobby.Departure {
	switch sess.Ended() {
	case protocol.CloseNormal:
		return lobby.Left
	case protocol.CloseKicked:
		return lobby.Kicked
	default:
		return lobby.Expired
	}
}

// Request answers a client's request on a channel that it has open.
func (s *Server) Request(sess *session.Session, q protocol.Request) (any, error) {
	if s.hasTicket(sess) {
		return s.seats.Request(sess, q)
	}
	if q.Channel == protocol.ChannelMatch && s.following != nil {
		return s.playerOf(sess).answerMatch(q)
	}
	ctx, cancel := context.WithTimeout(context.Background(), q.Patience(requestTimeout))
	defer cancel()
	return s.channels.Request(ctx, sess, q)
}

// Event takes an event of a client's on a channel that it has open.
func (s *Server) Event(sess *session.Session, channel, name string, payload protocol.Raw) error {
	if s.hasTicket(sess) {
		return s.seats.Event(sess, channel, name, payload)
	}
	ctx, cancel := context.WithTimeout(context.Background(), requestTimeout)
	defer cancel()
	return s.channels.Event(ctx, sess, channel, name, payload)
}

// hasTicket says whether a session is for a seat in a match that runs here, and nothing else: see seats.
func (s *Server) hasTicket(sess *session.Session) bool { return s.seats != nil && holdsTicket(sess) }

func (s *Server) playerOf(sess *session.Session) *player {
	if p, ok := s.players.Load(sess); ok {
		return p.(*player)
	}
	p, _ := s.players.LoadOrStore(sess, &player{session: sess, presence: s.presence, channels: s.channels, following: s.following})
	return p.(*player)
}
