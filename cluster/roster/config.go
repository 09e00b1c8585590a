package roster

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/deltatick/deltatick/cluster"
)

// Config is what a [Roster] is made from. Zero values are the stated defaults.
type Config struct {
	Engine cluster.Engine
	Keeper *cluster.Keeper // renews the node's lease
	Node   cluster.Node    // this node as it begins; its epoch, load and lateness are filled in
	// Load says how many matches run here and how late their ticks begin (the 99th percentile of the last seconds). It is called by the goroutine in Run and must
	// not block. Default: nothing runs.
	Load func() (matches int, late time.Duration)

	Every time.Duration // between two looks at the others, and at most between two words about this node; default 500 ms

	Logger *slog.Logger // default: discard
}

func (cfg Config) withDefaults() (Config, error) {
	cfg.Every = cmp.Or(cfg.Every, 500*time.Millisecond)
	if cfg.Load == nil {
		cfg.Load = func() (int, time.Duration) { return 0, 0 }
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Engine == nil || cfg.Keeper == nil {
		return cfg, errors.New("roster: no engine, or no keeper")
	}
	if err := cluster.CheckName("node", cfg.Node.ID); err != nil {
		return cfg, err
	}
	if err := cluster.CheckName("owner", cfg.Node.Owner); err != nil {
		return cfg, err
	}
	if cfg.Every < 0 {
		return cfg, fmt.Errorf("roster: Every %v: want 0 or more", cfg.Every)
	}
	return cfg, nil
}
