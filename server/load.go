package server

import "slices"

// Load is how much a [Server] has to do.
type Load struct {
	Lobbies, MaxLobbies   int
	Matches, MaxMatches   int      // that run, and those that a node of a service runs at most; 0: as many as there are lobbies
	Sessions, MaxSessions int      // connected or away
	Users                 []string // who they are of, and of seats here of players whose sessions are on other nodes; in order, each once
	TickRate              int      // of every match, Hz
	Ticks                 uint64   // run by all matches so far, or not run because this node must not act for a match while the store is away
}

// Load says how much there is to do at the moment.
func (s *Server) Load() Load {
	sessions := s.channels.Sessions()
	users := make([]string, len(sessions))
	for i, sess := range sessions {
		users[i] = sess.User()
	}
	if s.seats != nil {
		users = append(users, s.seats.users()...)
	}
	slices.Sort(users)
	ticks := s.Ticks()
	return Load{
		Lobbies: int(s.lobbies.Lobbies.Load()), MaxLobbies: s.cfg.MaxLobbies,
		Matches: int(s.matches.counters.Matches.Load()), MaxMatches: s.cfg.Cluster.capacity(),
		Sessions: s.hub.Sessions(), MaxSessions: s.cfg.MaxSessions,
		Users:    slices.Compact(users),
		TickRate: s.cfg.TickRate, Ticks: ticks.Ticks + ticks.Held,
	}
}
