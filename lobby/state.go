package lobby

import (
	"maps"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// Phases of a lobby.
const (
	PhaseOpen    = "open"
	PhasePlaying = "playing"
)

// Roles of its members.
const (
	RolePlayer    = "player"
	RoleSpectator = "spectator"
)

// Start policies.
const (
	StartHost  = "host"  // the host says so
	StartReady = "ready" // enough players are in, and all who are not away are ready
	StartFull  = "full"  // every place is taken
)

// Events on the channel "lobby".
const (
	eventState  = "state"
	eventClosed = "closed"
	eventList   = "list"
)

// The types below travel as the maps of docs/PROTOCOL.md, section 4.1.

// Summary is a lobby as the list shows it.
type Summary struct {
	ID         string `msgpack:"id"`
	Name       string `msgpack:"name"`
	Game       string `msgpack:"game"`
	Players    int    `msgpack:"players"`
	Spectators int    `msgpack:"spectators"`
	MaxPlayers int    `msgpack:"max_players"`
	Phase      string `msgpack:"phase"`
	Host       string `msgpack:"host"` // user
}

// State is a lobby as its members see it.
type State struct {
	ID         string         `msgpack:"id"`
	Code       string         `msgpack:"code"`
	Name       string         `msgpack:"name"`
	Game       string         `msgpack:"game"`
	Private    bool           `msgpack:"private"`
	MaxPlayers int            `msgpack:"max_players"`
	Start      string         `msgpack:"start"`
	Settings   match.Settings `msgpack:"settings"`
	Host       string         `msgpack:"host"` // user
	Phase      string         `msgpack:"phase"`
	Match      string         `msgpack:"match"` // id of the running match, or ""
	Round      uint32         `msgpack:"round"` // matches that are over
	Members    []MemberState  `msgpack:"members"`
	Result     *Result        `msgpack:"result"` // of the last match, or nil
	Rev        uint32         `msgpack:"rev"`    // grows with every change: of two states, the one with more is newer
	Said       uint32         `msgpack:"-"`      // chat messages so far
}

// RoleOf is the role of a user in the lobby, "" for one who is not a member.
func (s *State) RoleOf(user string) string {
	for _, m := range s.Members {
		if m.User == user {
			return m.Role
		}
	}
	return ""
}

// MemberState is a member in a [State]. They are in the order in which they came.
type MemberState struct {
	User    string `msgpack:"user"`
	Name    string `msgpack:"name"`
	Role    string `msgpack:"role"`
	Ready   bool   `msgpack:"ready"`
	Rematch bool   `msgpack:"rematch"`
	Away    bool   `msgpack:"away"`
	Muted   bool   `msgpack:"muted"` // by the host: may not chat
	Seat    uint16 `msgpack:"seat"`  // in the running match; 0: none, or a spectator's
}

// Result is how a lobby's last match ended.
type Result struct {
	Reason string       `msgpack:"reason"` // see [match.Result]
	Data   protocol.Raw `msgpack:"data"`   // what the game said, or msgpack nil
}

// Game is a game on offer.
type Game struct {
	Name       string        `msgpack:"name"`
	Title      string        `msgpack:"title"`
	MinPlayers int           `msgpack:"min_players"`
	MaxPlayers int           `msgpack:"max_players"`
	Settings   []GameSetting `msgpack:"settings"`
}

// GameSetting is a setting of a [Game].
type GameSetting struct {
	Name    string `msgpack:"name"`
	Min     int    `msgpack:"min"`
	Max     int    `msgpack:"max"`
	Default int    `msgpack:"default"`
	Doc     string `msgpack:"doc"`
}

// closed is the payload of the event of that name.
type closed struct {
	ID     string `msgpack:"id"`
	Reason string `msgpack:"reason"`
}

func describe(kind match.Kind) Game {
	game := Game{
		Name: kind.Name, Title: kind.Title, MinPlayers: kind.MinPlayers, MaxPlayers: kind.MaxPlayers,
		Settings: make([]GameSetting, 0, len(kind.Settings)),
	}
	for _, s := range kind.Settings {
		game.Settings = append(game.Settings, GameSetting{s.Name, s.Min, s.Max, s.Default, s.Doc})
	}
	return game
}

func (l *lobby) phase() string {
	if l.round != nil {
		return PhasePlaying
	}
	return PhaseOpen
}

func (l *lobby) summary() Summary {
	players := l.players()
	return Summary{
		ID: l.id, Name: l.name, Game: l.kind.Name, Players: players, Spectators: len(l.members) - players,
		MaxPlayers: l.maxPlayers, Phase: l.phase(), Host: l.host.User(),
	}
}

func (l *lobby) state() State {
	s := State{
		ID: l.id, Code: l.code, Name: l.name, Game: l.kind.Name, Private: l.private, MaxPlayers: l.maxPlayers, Start: l.policy,
		Settings: maps.Clone(l.settings), Host: l.host.User(), Phase: l.phase(), Round: l.rounds,
		Members: make([]MemberState, 0, len(l.members)), Result: l.result, Rev: l.rev, Said: l.messages,
	}
	if l.round != nil {
		s.Match = l.round.match.ID()
	}
	for _, who := range l.members {
		m := MemberState{
			User: who.User(), Name: who.Name(), Role: who.role, Ready: who.ready, Rematch: who.rematch, Away: who.away,
			Muted: l.talkers[who.User()].muted,
		}
		if who.seat != nil {
			m.Seat = uint16(who.seat.ID())
		}
		s.Members = append(s.Members, m)
	}
	return s
}
