package client

import "github.com/deltatick/deltatick/protocol"

// The payloads of channel "lobby" (docs/PROTOCOL.md, section 4.1).

// Summary is a lobby as the list shows it.
type Summary struct {
	ID         string `msgpack:"id"`
	Name       string `msgpack:"name"`
	Game       string `msgpack:"game"`
	Players    int    `msgpack:"players"`
	Spectators int    `msgpack:"spectators"`
	MaxPlayers int    `msgpack:"max_players"`
	Phase      string `msgpack:"phase"` // PhaseOpen or PhasePlaying
	Host       string `msgpack:"host"`  // user
}

// The phases of a lobby.
const (
	PhaseOpen    = "open"
	PhasePlaying = "playing"
)

// The start policies of a lobby.
const (
	StartHost  = "host"  // the host starts
	StartReady = "ready" // starts when enough players are in and all are ready
	StartFull  = "full"  // starts when every place is taken
)

// State is a lobby as its members see it.
type State struct {
	ID         string         `msgpack:"id"`
	Code       string         `msgpack:"code"`
	Name       string         `msgpack:"name"`
	Game       string         `msgpack:"game"`
	Private    bool           `msgpack:"private"`
	MaxPlayers int            `msgpack:"max_players"`
	Start      string         `msgpack:"start"`
	Settings   map[string]int `msgpack:"settings"`
	Host       string         `msgpack:"host"` // user
	Phase      string         `msgpack:"phase"`
	Match      string         `msgpack:"match"` // "" while none runs
	Round      int            `msgpack:"round"`
	Members    []Member       `msgpack:"members"`
	Result     *Result        `msgpack:"result"` // what the last match ended with
}

// Member is somebody in a lobby.
type Member struct {
	User    string `msgpack:"user"`
	Name    string `msgpack:"name"`
	Role    string `msgpack:"role"` // "player" or "spectator"
	Ready   bool   `msgpack:"ready"`
	Rematch bool   `msgpack:"rematch"`
	Away    bool   `msgpack:"away"`
	Seat    int    `msgpack:"seat"`
}

// Result is how a match ended.
type Result struct {
	Reason string       `msgpack:"reason"`
	Data   protocol.Raw `msgpack:"data"` // the game's own, msgpack
}

// Game is a game the server offers.
type Game struct {
	Name       string    `msgpack:"name"`
	Title      string    `msgpack:"title"`
	MinPlayers int       `msgpack:"min_players"`
	MaxPlayers int       `msgpack:"max_players"`
	Settings   []Setting `msgpack:"settings"`
}

// Setting is a number that a lobby of a game can choose.
type Setting struct {
	Name    string `msgpack:"name"`
	Min     int    `msgpack:"min"`
	Max     int    `msgpack:"max"`
	Default int    `msgpack:"default"`
	Doc     string `msgpack:"doc"`
}

// ListChange is what a watcher of the list is told: lobbies that are new or changed, and ids that are gone.
type ListChange struct {
	Upsert  []Summary `msgpack:"upsert"`
	Removed []string  `msgpack:"removed"`
}

// NewLobby is what to create. Only Game is needed; the rest is the server's default when zero.
type NewLobby struct {
	Game       string         `msgpack:"game"`
	Name       string         `msgpack:"name,omitempty"`
	Private    bool           `msgpack:"private,omitempty"`
	MaxPlayers int            `msgpack:"max_players,omitempty"`
	Start      string         `msgpack:"start,omitempty"`
	Settings   map[string]int `msgpack:"settings,omitempty"`
}

// LobbyChange is what a host changes; nil fields stay as they are.
type LobbyChange struct {
	Name       *string        `msgpack:"name,omitempty"`
	Private    *bool          `msgpack:"private,omitempty"`
	MaxPlayers *int           `msgpack:"max_players,omitempty"`
	Start      *string        `msgpack:"start,omitempty"`
	Settings   map[string]int `msgpack:"settings,omitempty"`
}
