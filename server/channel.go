package server

import (
	"log/slog"

	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
	"github.com/deltatick/deltatick/session/channel"
)

// ownChannels are the server's.
var ownChannels = []string{
	protocol.ChannelLobby, protocol.ChannelMatch, protocol.ChannelSession, protocol.ChannelAdmin, "chat", "presence",
}

// newChannels makes the set of the server's own channels and the game's.
func (s *Server) newChannels() (*channel.Set, error) {
	own := []*channel.Channel{s.lobbyChannel(), s.adminChannel()}
	around := make([]channel.Middleware, len(s.cfg.Middleware))
	for i, m := range s.cfg.Middleware {
		around[i] = channel.Middleware{Handle: m.Handle, Join: m.Join}
	}
	return channel.NewSet(channel.SetConfig{Channels: append(own, s.cfg.Channels...), Middleware: around})
}

// lobbyChannel is where clients ask for lobbies. Who closes it, or may not be on it any more, leaves the lobby, the match and the list.
func (s *Server) lobbyChannel() *channel.Channel {
	cfg := channel.Config{Auto: true, Allow: s.cfg.AllowLobby}
	cfg.Closed = func(sess *session.Session) { s.directory.Forget(s.playerOf(sess), lobby.Left) }
	ch := channel.New(protocol.ChannelLobby, cfg)
	ch.Fallback(func(c *channel.Call) (any, error) {
		return s.directory.Request(c.Context(), s.playerOf(c.Session()), c.Name(), c.Payload())
	})
	return ch
}

// Channels are the server's and the game's, by name in order, for Go code that has something to say on one of the server's.
func (s *Server) Channels() []*channel.Channel { return s.channels.Channels() }

// who names somebody in the log.
func who(sess *session.Session) slog.Attr {
	return slog.Group("by", "user", sess.User(), "session", sess.ID())
}
