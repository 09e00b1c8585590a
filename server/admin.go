package server

import (
	"cmp"
	"slices"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
	"github.com/deltatick/deltatick/session/channel"
)

// RoleAdmin is the role without which nobody is on the channel "admin".
const RoleAdmin = "admin"

// adminPage is how many sessions one answer of the channel lists at most, and maxAnnouncement how many bytes an announcement has.
const (
	adminPage       = 100
	maxAnnouncement = 500
)

// adminChannel is for those who look after a running server (docs/PROTOCOL.md, section 4.5). What changes anything is logged.
func (s *Server) adminChannel() *channel.Channel {
	ch := channel.New(protocol.ChannelAdmin, channel.Config{Auto: true, Allow: allowAdmin})
	channel.On(ch, "sessions", s.adminSessions)
	channel.On(ch, "kick", s.adminKick)
	channel.On(ch, "announce", s.adminAnnounce)
	channel.On(ch, "status", s.adminStatus)
	channel.On(ch, "stop", s.adminStop)
	channel.On(ch, "close", s.adminClose)
	channel.On(ch, "nodes", s.adminNodes)
	channel.On(ch, "matches", s.adminMatches)
	channel.On(ch, "drain", s.adminDrain)
	channel.On(ch, "lobbies", func(*channel.Call, struct{}) (any, error) { return s.directory.List(), nil })
	return ch
}

func allowAdmin(who session.Identity) error {
	if who.HasRole(RoleAdmin) {
		return nil
	}
	return protocol.Refuse(protocol.CodeForbidden, "this channel is for administrators")
}

// sessionsReply answers "sessions".
type sessionsReply struct {
	Count    int           `msgpack:"count"` // of all sessions
	Sessions []sessionInfo `msgpack:"sessions"`
	More     bool          `msgpack:"more"`
}

type sessionInfo struct {
	Session  string   `msgpack:"session"`
	Node     string   `msgpack:"node"` // that has it; "": this server is all there is
	User     string   `msgpack:"user"`
	Name     string   `msgpack:"name"`
	Roles    []string `msgpack:"roles"`
	Channels []string `msgpack:"channels"` // that it has open

	Away  bool   `msgpack:"away"`
	Drops uint64 `msgpack:"drops"` // on its present connection
	Lobby string `msgpack:"lobby"` // "": none
	Match string `msgpack:"match"` // "": none
	Seat  uint16 `msgpack:"seat"`  // in the match; 0: none, or a spectator's
	RTT   int64  `msgpack:"rtt"`   // in the match, ms; 0: not known
}

// adminSessions lists a page of the sessions of all nodes.
func (s *Server) adminSessions(c *channel.Call, p pageAsk) (sessionsReply, error) {
	limit, err := p.limit()
	if err != nil {
		return sessionsReply{}, err
	}
	reply := sessionsReply{Sessions: []sessionInfo{}}
	for node, a := range everywhere(c.Context(), s, callSessions, p, s.sessionsHere) {
		reply.Count += a.Count
		reply.More = reply.More || a.More
		for _, info := range a.Sessions {
			info.Node = node
			reply.Sessions = append(reply.Sessions, info)
		}
	}
	slices.SortFunc(reply.Sessions, func(a, b sessionInfo) int { return cmp.Compare(a.Session, b.Session) })
	if len(reply.Sessions) > limit {
		reply.Sessions, reply.More = reply.Sessions[:limit], true
	}
	s.timeSeats(c, reply.Sessions)
	return reply, nil
}

// sessionsHere lists a page of the sessions of this node.
func (s *Server) sessionsHere(p pageAsk) (sessionsReply, error) {
	limit, err := p.limit()
	if err != nil {
		return sessionsReply{}, err
	}
	all := s.channels.Sessions()
	reply := sessionsReply{Count: len(all)}
	byID := make(map[string]*session.Session, len(all))
	ids := make([]string, 0, len(all))
	for _, sess := range all {
		if id := sess.ID(); id > p.After { // made once for each: every call makes a string
			byID[id] = sess
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	page := ids[:min(limit, len(ids))]
	reply.More = len(page) < len(ids)
	reply.Sessions = make([]sessionInfo, 0, len(page))
	for _, id := range page {
		reply.Sessions = append(reply.Sessions, s.infoOf(byID[id]))
	}
	return reply, nil
}

func (s *Server) infoOf(sess *session.Session) sessionInfo {
	info := sessionInfo{Session: sess.ID(), User: sess.User(), Name: sess.Name(), Roles: []string{}, Channels: []string{}}
	info.Roles = append(info.Roles, sess.Identity().Roles...)
	for _, ch := range s.channels.Channels() {
		if ch.Has(sess) {
			info.Channels = append(info.Channels, ch.Name())
		}
	}
	drops, connected := sess.Connection()
	info.Drops, info.Away = drops, !connected
	if p, ok := s.players.Load(sess); ok {
		p.(*player).describe(&info)
	}
	return info
}

// kickAsk is the payload of "kick".
type kickAsk struct {
	User string `msgpack:"user"`
}

// reached answers "kick" and "announce".
type reached struct {
	Sessions int `msgpack:"sessions"` // how many it was done to
}

// adminKick ends all sessions of a user, on all nodes.
func (s *Server) adminKick(c *channel.Call, p kickAsk) (reached, error) {
	n := 0
	for _, a := range everywhere(c.Context(), s, callKick, p, s.kickHere) {
		n += a.Sessions
	}
	if n == 0 {
		return reached{}, protocol.Refuse(protocol.CodeNotFound, "this user has no session")
	}
	s.cfg.Logger.Info("kicked", "user", p.User, "sessions", n, who(c.Session()))
	return reached{n}, nil
}

// kickHere ends all sessions of a user on this node.
func (s *Server) kickHere(p kickAsk) (reached, error) {
	sessions := s.channels.Own().Users(p.User).Members()
	for _, sess := range sessions {
		sess.End(protocol.CloseKicked)
	}
	return reached{len(sessions)}, nil
}

// announcement is the payload of "announce".
type announcement struct {
	Message string `msgpack:"message"`
}

// codeAnnouncement is the code of the notice that an announcement is.
const codeAnnouncement = "announcement"

// adminAnnounce tells every session something in a notice.
func (s *Server) adminAnnounce(c *channel.Call, p announcement) (reached, error) {
	message := protocol.CleanName(p.Message, maxAnnouncement, "")
	if message == "" || len(p.Message) > maxAnnouncement {
		return reached{}, protocol.RefuseField("message", "want a text of 1 to 500 bytes")
	}
	n, err := s.channels.Own().All().Emit(protocol.EventNotice, map[string]string{"code": codeAnnouncement, "message": message})
	s.cfg.Logger.Info("announced", "message", message, "sessions", n, who(c.Session()))
	return reached{n}, err
}
