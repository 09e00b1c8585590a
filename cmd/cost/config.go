package main

import (
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/deltatick/deltatick/cmd/internal/env"
	"github.com/deltatick/deltatick/protocol"
)

const intro = `
deltatick cost: what a server costs for each player and tick, against the floor: a bare server for the same players.

  go run ./cmd/cost -game arena                # 50 rooms of 8, server and floor in turn
  go run ./cmd/cost -rooms 10 -game swarm -entities 100
  go run ./cmd/cost -redis redis://127.0.0.1   # a server whose matches outlive it, against one whose do not
  go run ./cmd/cost -idle 10000                # memory of connections that wait in a lobby

Everything runs on this machine's loopback, in processes that end with this one. A pair in which
one of the two could not sustain the load is measured again; when none can, that is said, and half of the load is tried.`

// config is what the flags say.
type config struct {
	rooms    int
	size     int
	game     string
	entities int
	codec    string
	pairs    int
	warm     time.Duration
	window   time.Duration
	idle     int
	redis    string
	profile  string
}

// parse reads flags and their twins in the environment. Errors are one line that names the flag.
func parse(args []string, lookup func(string) (string, bool), out io.Writer) (config, error) {
	var cfg config
	fs := flag.NewFlagSet("cost", flag.ContinueOnError)
	fs.IntVar(&cfg.rooms, "rooms", 50, "`rooms`, each with a match")
	fs.IntVar(&cfg.size, "room-size", 8, "`players` in a room")
	fs.StringVar(&cfg.game, "game", "arena", "`game`: arena or swarm")
	fs.IntVar(&cfg.entities, "entities", 8, "`entities` of a swarm")
	fs.StringVar(&cfg.codec, "codec", protocol.CodecPacked, "`codec` of snapshot bodies: packed or mp")
	fs.IntVar(&cfg.pairs, "pairs", 3, "`times` that both are measured, in turn")
	fs.DurationVar(&cfg.warm, "warm", 3*time.Second, "`time` to play before measuring")
	fs.DurationVar(&cfg.window, "for", 10*time.Second, "`time` to measure")
	fs.IntVar(&cfg.idle, "idle", 0, "measure the memory of so many `connections` that wait in lobbies instead")
	fs.StringVar(&cfg.redis, "redis", "", "`url` of a Redis: compare a server that keeps its lobbies and matches there with one that does not, instead of a server with the floor")
	fs.StringVar(&cfg.profile, "profile", "", "`file` for a CPU profile of the server (with -redis, of the one with it) in its last measured time (or, with -idle, of its heap)")
	if err := env.Parse(fs, "DELTATICK_COST_", intro, args, lookup, out); err != nil {
		return cfg, err
	}
	for _, n := range []struct {
		flag            string
		value, min, max int
	}{
		{"rooms", cfg.rooms, 1, 1000}, {"room-size", cfg.size, 1, 64}, {"entities", cfg.entities, 1, 5000},
		{"pairs", cfg.pairs, 1, 100}, {"idle", cfg.idle, 0, maxIdle},
	} {
		if n.value < n.min || n.value > n.max {
			return cfg, fmt.Errorf("-%s: %d is outside %d..%d", n.flag, n.value, n.min, n.max)
		}
	}
	if cfg.warm < 0 || cfg.warm > time.Minute {
		return cfg, fmt.Errorf("-warm: %v is outside 0s..1m", cfg.warm)
	}
	if cfg.window < time.Second || cfg.window > time.Minute {
		return cfg, fmt.Errorf("-for: %v is outside 1s..1m", cfg.window)
	}
	if cfg.codec != protocol.CodecPacked && cfg.codec != protocol.CodecMP {
		return cfg, fmt.Errorf("-codec: %q is not packed or mp", cfg.codec)
	}
	if _, known := games[cfg.game]; !known {
		return cfg, fmt.Errorf("-game: %q is not arena or swarm", cfg.game)
	}
	return cfg, nil
}

// maxIdle is how many connections one loopback address pair has ports for, with room for others.
const maxIdle = 20_000

// games are the settings with which the games never end while they are measured.
var games = map[string]func(cfg config) map[string]int{
	"arena": func(config) map[string]int { return map[string]int{"seconds": 600, "limit": 0} },
	"swarm": func(cfg config) map[string]int { return map[string]int{"entities": cfg.entities} },
}
