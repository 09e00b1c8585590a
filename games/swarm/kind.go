package swarm

import "github.com/deltatick/deltatick/match"

// The names of the settings.
const (
	settingEntities = "entities"
	settingQuarter  = "quarter"
	settingView     = "view"
	settingSteered  = "steered"
)

// Kind describes the swarm to a server.
func Kind() match.Kind {
	return match.Kind{
		Name:       "swarm",
		Title:      "Swarm (load test)",
		MinPlayers: 1,
		MaxPlayers: match.MaxSeats,
		Settings: []match.Setting{
			{Name: settingEntities, Min: 1, Max: 5000, Default: 100, Doc: "How many entities there are"},
			{Name: settingQuarter, Min: 0, Max: 1, Default: 0, Doc: "1: each moves one second and rests three"},
			{Name: settingView, Min: 0, Max: 2000, Default: 0, Doc: "How far a player sees from the own entity; 0: everything"},
			{Name: settingSteered, Min: 0, Max: 1, Default: 0, Doc: "1: each player steers the own entity"},
		},
		New: func() match.Game { return new(Game) },
	}
}
