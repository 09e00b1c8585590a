package match

import (
	"cmp"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/tick"
)

// Config is what a [Match] is made from. Zero values are the stated defaults.
type Config struct {
	Kind     Kind
	Settings Settings // completed with the kind's defaults

	ID    string // as clients see it; default "match"
	Epoch uint32 // who runs this match now; default 1. Must differ between matches that one client can meet.
	Seed  uint64 // of the match's random source

	TickRate      int           // Hz, 1 to tick.MaxRate; default 60
	Phase         time.Duration // of the loop against others on the node: tick.Phase
	MaxPlayers    int           // 1 to the kind's; default the kind's
	MaxSpectators int           // default 32
	Grace         time.Duration // for which the seat of a player who is away is kept; default 60 s
	HashEvery     int           // ticks between snapshots that carry the world's hash; default the tick rate

	// MaxDivisor is in how many ticks a seat gets one snapshot at least, when its link cannot carry more: 1 (always one in each), 2, 3
	// or 6; default 6.
	MaxDivisor int
	// Budget is how many bytes a snapshot's body may have; default the kind's. What does not fit waits, by [Table.Priority].
	Budget int

	Record Recorder // takes the match down; default: nobody does

	// Gate, if set, says whether the match may act now; it is asked before each tick and before what came of it is sent, by the match's goroutine.
	// While it says no, no tick is made and nobody is sent anything. Who runs a match that another node may take over has it ask whether it is
	// still its own (cluster.Held.Valid).
	Gate func() bool

	Logger   *slog.Logger     // default: discard
	Counters *Counters        // shared by the matches of a node; default: its own
	Stats    *tick.Stats      // shared likewise
	Now      func() time.Time // default time.Now
}

const (
	defaultTickRate      = 60
	defaultMaxSpectators = 32
	defaultGrace         = 60 * time.Second
)

func (cfg Config) withDefaults() (Config, error) {
	kind, err := cfg.Kind.withDefaults()
	if err != nil {
		return cfg, err
	}
	cfg.Kind = kind
	if cfg.Settings, err = kind.Complete(cfg.Settings); err != nil {
		return cfg, err
	}
	cfg.ID = cmp.Or(cfg.ID, "match")
	cfg.Epoch = cmp.Or(cfg.Epoch, 1)
	cfg.TickRate = cmp.Or(cfg.TickRate, defaultTickRate)
	cfg.MaxPlayers = cmp.Or(cfg.MaxPlayers, kind.MaxPlayers)
	cfg.MaxSpectators = cmp.Or(cfg.MaxSpectators, defaultMaxSpectators)
	cfg.Grace = cmp.Or(cfg.Grace, defaultGrace)
	cfg.HashEvery = cmp.Or(cfg.HashEvery, cfg.TickRate)
	cfg.MaxDivisor = cmp.Or(cfg.MaxDivisor, slices.Max(Divisors()))
	cfg.Budget = cmp.Or(cfg.Budget, kind.Budget)
	if cfg.MaxPlayers < 1 || cfg.MaxPlayers > kind.MaxPlayers {
		return cfg, fmt.Errorf("match of %s: %d players, the game takes 1 to %d", kind.Name, cfg.MaxPlayers, kind.MaxPlayers)
	}
	if len(cfg.ID) > protocol.MaxIdentBytes || cfg.MaxSpectators < 0 || cfg.Grace < 0 || cfg.HashEvery < 1 || cfg.Budget < 0 {
		return cfg, fmt.Errorf("match of %s: id, spectators, grace, hash interval or budget out of range", kind.Name)
	}
	if !slices.Contains(Divisors(), cfg.MaxDivisor) {
		return cfg, fmt.Errorf("match of %s: a snapshot in %d ticks: want one of %v", kind.Name, cfg.MaxDivisor, Divisors())
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Counters == nil {
		cfg.Counters = new(Counters)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Gate == nil {
		cfg.Gate = func() bool { return true }
	}
	return cfg, nil
}
