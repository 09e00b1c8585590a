package server

import (
	"context"
	"log/slog"

	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
	"github.com/deltatick/deltatick/session/channel"
)

// ownChannels are the server's.
var ownChannels = []string{
	protocol.ChannelLobby, protocol.ChannelMatch, protocol.ChannelSession, protocol.ChannelChat, protocol.ChannelPresence, protocol.ChannelAdmin,
}

// newChannels makes the set of the server's own channels and the game's.
func (s *Server) newChannels() (*channel.Set, error) {
	own := []*channel.Channel{
		s.ownChannel(protocol.ChannelLobby, channel.Config{Allow: s.cfg.AllowLobby, Closed: s.leaveLobby}, s.answerLobby),
		s.ownChannel(protocol.ChannelChat, channel.Config{}, s.answerChat),
		s.ownChannel(protocol.ChannelPresence, channel.Config{}, s.answerPresence),
		s.adminChannel(),
	}
	around := make([]channel.Middleware, len(s.cfg.Middleware))
	for i, m := range s.cfg.Middleware {
		around[i] = channel.Middleware{Handle: m.Handle, Join: m.Join}
	}
	cfg := channel.SetConfig{Channels: append(own, s.cfg.Channels...), Middleware: around}
	if s.abroad != nil {
		cfg.Abroad = s.abroad.broadcast
	}
	return channel.NewSet(cfg)
}

// ownChannel is a channel of the server's whose requests are answered by a room behind it, which reads payloads by itself.
func (s *Server) ownChannel(name string, cfg channel.Config, answer func(context.Context, *player, protocol.Request) (any, error)) *channel.Channel {
	cfg.Auto = true
	ch := channel.New(name, cfg)
	ch.Fallback(func(c *channel.Call) (any, error) {
		return answer(c.Context(), s.playerOf(c.Session()), protocol.Request{Channel: name, Name: c.Name(), Payload: c.Payload()})
	})
	return ch
}

func (s *Server) answerLobby(ctx context.Context, p *player, q protocol.Request) (any, error) {
	return s.directory.Request(ctx, p, q.Name, q.Payload)
}

// leaveLobby takes who closes the channel of lobbies, or may not be on it any more, out of the lobby, the match and the list.
func (s *Server) leaveLobby(sess *session.Session) {
	// Not playerOf: of a session that has just expired, it would make a player whom nobody forgets.
	if p, ok := s.players.Load(sess); ok {
		s.directory.Forget(p.(*player), lobby.Left)
	}
}

// Channels are the server's and the game's, by name in order, for Go code that has something to say on one of the server's.
func (s *Server) Channels() []*channel.Channel { return s.channels.Channels() }

// who names somebody in the log.
func who(sess *session.Session) slog.Attr {
	return slog.Group("by", "user", sess.User(), "session", sess.ID())
}
