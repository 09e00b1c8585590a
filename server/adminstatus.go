package server

import (
	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/session"
	"github.com/deltatick/deltatick/session/channel"
)

// status answers "status". Counts are since the start.
type status struct {
	Draining    bool              `msgpack:"draining"`
	Sessions    int               `msgpack:"sessions"`
	Connections int               `msgpack:"connections"`
	Matches     int64             `msgpack:"matches"`
	Players     int64             `msgpack:"players"` // with a seat
	Ticks       uint64            `msgpack:"ticks"`
	Late        uint64            `msgpack:"late"`     // of them
	Slipped     uint64            `msgpack:"slipped"`  // ticks never run
	Lateness    float64           `msgpack:"lateness"` // 99th percentile, ms
	Step        float64           `msgpack:"step"`     // 99th percentile, ms
	Drops       map[string]uint64 `msgpack:"drops"`    // by room and reason, such as "session/late"; those that are not 0
	Lobbies     []lobbyInfo       `msgpack:"lobbies"`  // of all nodes
}

// lobbyInfo is a lobby, as an administrator sees it.
type lobbyInfo struct {
	lobby.Overseen
	Node string `msgpack:"node"` // that has it; "": this server is all there is
}

func (s *Server) adminStatus(*channel.Call, struct{}) (status, error) {
	st := s.statusHere()
	for _, l := range s.directory.Oversee() {
		info := lobbyInfo{Overseen: l}
		if s.nodeOf != nil {
			info.Node = s.nodeOf(l.ID)
		}
		st.Lobbies = append(st.Lobbies, info)
	}
	return st, nil
}

// statusHere is how this node is, without its lobbies.
func (s *Server) statusHere() status {
	ticks, counters := s.Ticks(), s.matches.counters
	st := status{
		Draining: s.draining.Load(), Sessions: s.hub.Sessions(), Connections: s.hub.Connections(),
		Matches: counters.Matches.Load(), Players: counters.Players.Load(),
		Ticks: ticks.Ticks, Late: ticks.Late, Slipped: ticks.Slipped,
		Lateness: ticks.Lateness.Quantile(0.99).Seconds() * 1000, Step: ticks.StepTime.Quantile(0.99).Seconds() * 1000,
		Drops: map[string]uint64{}, Lobbies: []lobbyInfo{},
	}
	for _, reason := range session.Drops() {
		if n := s.sessions.Drops[reason].Load(); n > 0 && reason != session.DropInputRate { // which the match counts
			st.Drops["session/"+reason.String()] = n
		}
	}
	for _, reason := range match.Drops() {
		if n := counters.Drops[reason].Load(); n > 0 {
			st.Drops["match/"+reason.String()] = n
		}
	}
	return st
}

// lobbyAsk is the payload of "stop" and "close".
type lobbyAsk struct {
	Lobby string `msgpack:"lobby"`
}

// adminStop ends the match of a lobby.
func (s *Server) adminStop(c *channel.Call, p lobbyAsk) (any, error) {
	return nil, s.oversee(c, "match stopped", p.Lobby, s.directory.StopMatch(c.Context(), p.Lobby))
}

// adminClose ends a lobby.
func (s *Server) adminClose(c *channel.Call, p lobbyAsk) (any, error) {
	return nil, s.oversee(c, "lobby closed", p.Lobby, s.directory.Close(c.Context(), p.Lobby))
}

// oversee logs what an administrator did, if it was done.
func (s *Server) oversee(c *channel.Call, what, id string, err error) error {
	if err == nil {
		s.cfg.Logger.Info(what, "lobby", id, who(c.Session()))
	}
	return err
}
