package server

import "slices"

// Load is how much a [Server] has to do.
type Load struct {
	Lobbies, MaxLobbies   int
	Matches               int      // that run
	Sessions, MaxSessions int      // connected or away
	Users                 []string // who they are of, in order, each once
	TickRate              int      // of every match, Hz
	Ticks                 uint64   // run by all matches so far
}

// Load says how much there is to do at the moment.
func (s *Server) Load() Load {
	sessions := s.channels.Sessions()
	users := make([]string, len(sessions))
	for i, sess := range sessions {
		users[i] = sess.User()
	}
	slices.Sort(users)
	return Load{
		Lobbies: int(s.lobbies.Lobbies.Load()), MaxLobbies: s.cfg.MaxLobbies,
		Matches:  int(s.matches.counters.Matches.Load()),
		Sessions: s.hub.Sessions(), MaxSessions: s.cfg.MaxSessions,
		Users:    slices.Compact(users),
		TickRate: s.cfg.TickRate, Ticks: s.Ticks().Ticks,
	}
}
