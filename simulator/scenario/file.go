package scenario

// file is a scenario as it is written. The fields are those of simulator.Config and simulator.Group, described in docs/scenarios.md.
type file struct {
	Title        string   `yaml:"title"`
	For          duration `yaml:"for"`
	Ramp         duration `yaml:"ramp"`
	Seed         uint64   `yaml:"seed"`
	JoinWithin   duration `yaml:"join_within"`
	ReturnWithin duration `yaml:"return_within"`
	Settle       duration `yaml:"settle"`
	Soak         *soak    `yaml:"soak"`
	LinkTimeout  duration `yaml:"link_timeout"`
	Groups       []group  `yaml:"groups"`
}

type soak struct {
	Settle       duration `yaml:"settle"`
	Memory       float64  `yaml:"memory"`
	Spare        float64  `yaml:"spare"`
	MemoryRise   float64  `yaml:"memory_rise"`
	LatenessRise float64  `yaml:"lateness_rise"`
}

type sends struct {
	Every   duration `yaml:"every"`
	Channel string   `yaml:"channel"`
	Enter   string   `yaml:"enter"`
	Event   string   `yaml:"event"`
	Heard   string   `yaml:"heard"`
}

type group struct {
	Name      string         `yaml:"name"`
	Attack    string         `yaml:"attack"`
	Role      string         `yaml:"role"`
	Bots      int            `yaml:"bots"`
	Game      string         `yaml:"game"`
	RoomSize  int            `yaml:"room_size"`
	Settings  map[string]int `yaml:"settings"`
	Behaviour string         `yaml:"behaviour"`
	Predict   bool           `yaml:"predict"`
	Talk      duration       `yaml:"talk"`
	Sends     sends          `yaml:"sends"`
	Presence  duration       `yaml:"presence"`
	Rejoin    duration       `yaml:"rejoin"`
	Stay      duration       `yaml:"stay"`
	Away      duration       `yaml:"away"`
	Network   string         `yaml:"network"`
	Codecs    []string       `yaml:"codecs"`
	Chaos     bool           `yaml:"chaos"`
	MinRate   *float64       `yaml:"min_rate"`
	Expect    []string       `yaml:"expect"`
}
