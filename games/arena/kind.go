package arena

import "github.com/deltatick/deltatick/match"

// maxShips is the most ships of players and bots together.
const maxShips = 16

// The names of the settings.
const (
	settingSeconds = "seconds"
	settingLimit   = "limit"
	settingBots    = "bots"
	settingRewind  = "rewind"
)

// Kind describes the arena to a server.
func Kind() match.Kind {
	return match.Kind{
		Name:       "arena",
		Title:      "Arena",
		MinPlayers: 1, // the others can be bots
		MaxPlayers: maxShips,
		Settings: []match.Setting{
			{Name: settingSeconds, Min: 10, Max: 600, Default: 120, Doc: "How long a round lasts"},
			{Name: settingLimit, Min: 0, Max: 100, Default: 20, Doc: "Score that ends the round early (0: none)"},
			{Name: settingBots, Min: 0, Max: maxShips, Default: 0, Doc: "Bots fill up to this many ships in all"},
			{Name: settingRewind, Min: 0, Max: 1, Default: 1, Doc: "Shots hit what their players saw, and not what is there when the server hears of them"},
		},
		New: func() match.Game { return new(game) },
	}
}
