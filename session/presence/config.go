package presence

import (
	"cmp"
	"fmt"
	"time"
)

// Config is what a [Registry] is made from. Zero values are the stated defaults.
type Config struct {
	Grace      time.Duration // for which a session that dropped or ended still counts; default 3 s
	MaxWatched int           // users that a session can watch by id; default 100
	MaxWatches int           // users watched by id in all sessions together; default 100,000

	SetRate  float64 // how often a session may set whether it is away, a second, above 0; default 1
	SetBurst int     // at once; default 5

	// MayWatch says whether a user may watch another by id. It is called by many goroutines at once. Default: everyone may watch everyone
	// whose id they know.
	MayWatch func(watcher, user string) bool

	// Changed, if set, hears what the users with sessions on this node are, of each again when it changes, for [Registry.Abroad] on other nodes. It is called
	// under the registry's lock: it must neither block nor call back.
	Changed func(Told)

	Counters *Counters        // default: its own; users are counted by their sessions on this node
	Now      func() time.Time // the clock told to clients; default time.Now
}

func (cfg Config) withDefaults() (Config, error) {
	cfg.Grace = cmp.Or(cfg.Grace, 3*time.Second)
	cfg.MaxWatched = cmp.Or(cfg.MaxWatched, 100)
	cfg.MaxWatches = cmp.Or(cfg.MaxWatches, 100_000)
	cfg.SetRate = cmp.Or(cfg.SetRate, 1)
	cfg.SetBurst = cmp.Or(cfg.SetBurst, 5)
	if cfg.MayWatch == nil {
		cfg.MayWatch = func(string, string) bool { return true }
	}
	if cfg.Counters == nil {
		cfg.Counters = new(Counters)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Grace < 0 || cfg.MaxWatched < 1 || cfg.MaxWatches < 1 || !(cfg.SetRate > 0) || cfg.SetBurst < 1 {
		return cfg, fmt.Errorf("presence: below 0: one of Grace %v, MaxWatched %d, MaxWatches %d, SetRate %v, SetBurst %d",
			cfg.Grace, cfg.MaxWatched, cfg.MaxWatches, cfg.SetRate, cfg.SetBurst)
	}
	return cfg, nil
}
