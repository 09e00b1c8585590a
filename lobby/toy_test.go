package lobby_test

import "github.com/deltatick/deltatick/match"

// toy is a real game, as small as they come. Its settings make it end, break, or say what they are.
type toy struct {
	settings match.Settings
}

// The settings of toy.
const (
	ticksSetting = "ticks" // the match ends at this tick, or the next; 0: never
	breakSetting = "break" // 1: the next step panics; 2: Setup does
)

var toyKind = match.Kind{
	Name: "toy", Title: "The Toy", MinPlayers: 2, MaxPlayers: 4,
	Settings: []match.Setting{
		{Name: ticksSetting, Min: 0, Max: 1000, Default: 0, Doc: "length"},
		{Name: breakSetting, Min: 0, Max: 2, Default: 0, Doc: "breaks"},
	},
	New: func() match.Game { return &toy{} },
}

// crowdKind is toy for one to 64 players.
var crowdKind = match.Kind{
	Name: "crowd", MaxPlayers: match.MaxSeats, Settings: toyKind.Settings, New: toyKind.New,
}

type thing struct{ N uint8 }

func (g *toy) Setup(s *match.Setup) error {
	match.AddTable[thing](s, "things").Spawn(thing{1})
	g.settings = s.Settings
	if g.settings[breakSetting] == 2 {
		panic("broken from the start")
	}
	return nil
}

func (g *toy) Join(*match.Tick, match.Player) {}

func (g *toy) Leave(*match.Tick, match.Player) {}

func (g *toy) Configure(t *match.Tick, s match.Settings) {
	g.settings = s
	t.Emit("configured", s)
}

func (g *toy) Step(t *match.Tick) {
	if g.settings[breakSetting] == 1 {
		panic("broken, as wished")
	}
	if end := g.settings[ticksSetting]; end > 0 && int(t.Number()) >= end {
		t.End(map[string]int{"ticks": int(t.Number())})
	}
}
