package simulator

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"slices"
	"time"
)

// Config says what to simulate. The zero value of a field is the default it names.
type Config struct {
	URL         string // default ws://127.0.0.1:8080/ws
	AllowRemote bool   // permit targets other than this machine's loopback

	Bots     int            // default 8
	Game     string         // default "arena"
	RoomSize int            // bots in a lobby, default 8; the rest is spread evenly, and no lobby gets more
	Settings map[string]int // of the lobbies, such as bots or entities

	// Behaviour is a name of [Behaviours], or "" for what suits the game. NewBot overrides it: it makes bot i, whose own
	// randomness is rng.
	Behaviour string
	NewBot    func(i int, rng *rand.Rand) Bot

	For   time.Duration // what is measured, from when all are in; default 30 s
	Ramp  time.Duration // over which the bots start; default 10 ms for each
	Chaos bool          // cut sockets at random while measuring
	Seed  uint64        // of all randomness; default 1

	JoinWithin   time.Duration // from a bot's start to its first snapshot; default 10 s
	ReturnWithin time.Duration // from the end of chaos to everybody being seated; default 5 s
	MinRate      float64       // snapshots a second, while seated, below which a bot was failed; default 50, negative for none

	// NetDial makes the byte stream under a bot's WebSocket; default is TCP.
	NetDial func(ctx context.Context, network, addr string) (net.Conn, error)

	Progress io.Writer    // a line each second; nil for none
	Logger   *slog.Logger // default discards
}

func (cfg Config) withDefaults() (Config, error) {
	cfg.URL = cmp.Or(cfg.URL, "ws://127.0.0.1:8080/ws")
	cfg.Bots = cmp.Or(cfg.Bots, 8)
	cfg.Game = cmp.Or(cfg.Game, "arena")
	cfg.RoomSize = cmp.Or(cfg.RoomSize, 8)
	cfg.For = cmp.Or(cfg.For, 30*time.Second)
	cfg.Ramp = cmp.Or(cfg.Ramp, time.Duration(cfg.Bots)*10*time.Millisecond)
	cfg.Seed = cmp.Or(cfg.Seed, 1)
	cfg.JoinWithin = cmp.Or(cfg.JoinWithin, 10*time.Second)
	cfg.ReturnWithin = cmp.Or(cfg.ReturnWithin, 5*time.Second)
	cfg.MinRate = cmp.Or(cfg.MinRate, 50)
	if cfg.Progress == nil {
		cfg.Progress = io.Discard
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	switch {
	case cfg.Bots < 1 || cfg.Bots > 100_000:
		return cfg, fmt.Errorf("bots: %d is outside 1..100000", cfg.Bots)
	case cfg.RoomSize < 1 || cfg.RoomSize > 1000:
		return cfg, fmt.Errorf("room size: %d is outside 1..1000", cfg.RoomSize)
	case cfg.For < time.Second || cfg.For > 24*time.Hour:
		return cfg, fmt.Errorf("for: %v is outside 1s..24h", cfg.For)
	case cfg.Ramp < 0 || cfg.JoinWithin < 0 || cfg.ReturnWithin < 0:
		return cfg, fmt.Errorf("ramp, join within and return within cannot be negative")
	}
	if cfg.NewBot == nil {
		behaviour := cfg.Behaviour
		if behaviour == "" {
			behaviour = suits(cfg.Game)
		}
		if !slices.Contains(Behaviours(), behaviour) {
			return cfg, fmt.Errorf("behaviour: %q is none of %v", behaviour, Behaviours())
		}
		cfg.NewBot = func(_ int, rng *rand.Rand) Bot { return behaviours[behaviour](rng) }
	}
	return cfg, nil
}
