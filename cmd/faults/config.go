package main

import (
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/deltatick/deltatick/cmd/internal/env"
)

const intro = `
deltatick faults: what becomes of players when parts of a service die.

It starts a service of real processes on this machine, players in matches, and has one fault after another happen,
each as often as wanted. The table that it prints says what the players saw. With -soak it draws faults at random
for a time. It ends with 0 if everything held that is promised, and with 1 if not.`

// config is what the flags say.
type config struct {
	faults    []fault
	reps      int
	players   int
	seats     int // in a lobby
	soak      time.Duration
	seed      uint64
	game      string
	bin       string
	redis     string
	nodeFlags []string
	tickRate  int
	json      string // file
	logFile   string
	timings   bool // hold the promised times, not only what is lost
	patience  time.Duration

	log io.Writer // the nodes' logs go there, if it is not nil
}

func parse(args []string, lookup func(string) (string, bool), out io.Writer) (*config, error) {
	cfg := &config{}
	var names, nodeFlags string
	var all []string
	for _, f := range catalogue {
		all = append(all, f.name)
	}
	fs := flag.NewFlagSet("faults", flag.ContinueOnError)
	fs.StringVar(&names, "faults", "all", "`names`, separated by commas, of: "+strings.Join(all, ", "))
	fs.IntVar(&cfg.reps, "reps", 5, "`times` that each fault happens")
	fs.IntVar(&cfg.players, "players", 16, "`players`, 1 to 1000")
	fs.IntVar(&cfg.seats, "seats", 4, "`players` in a lobby and its match, 1 to 16")
	fs.DurationVar(&cfg.soak, "soak", 0, "`time` for which faults are drawn at random, those of -faults that suit")
	fs.Uint64Var(&cfg.seed, "seed", 0, "`seed` of what is drawn; 0 takes any")
	fs.StringVar(&cfg.game, "game", "arena", "`game` to play")
	fs.IntVar(&cfg.tickRate, "tick-rate", 60, "`ticks` a second")
	fs.StringVar(&cfg.bin, "bin", "", "`folder` with the programs server and matchserver; they are built if it is empty")
	fs.StringVar(&cfg.redis, "redis-server", "redis-server", "`program` to start as Redis")
	fs.StringVar(&nodeFlags, "node-flags", "", "further `flags` of every node, separated by spaces")
	fs.StringVar(&cfg.json, "json", "", "`file` for all outcomes")
	fs.StringVar(&cfg.logFile, "log", "", "`file` for the nodes' logs")
	fs.BoolVar(&cfg.timings, "timings", true, "hold the times that are promised, and not only what may be lost")
	fs.DurationVar(&cfg.patience, "patience", 20*time.Second, "`time` for everybody to come back")
	if err := env.Parse(fs, "DELTATICK_FAULTS_", intro, args, lookup, out); err != nil {
		return nil, err
	}
	for _, name := range strings.Split(names, ",") {
		if name == "all" {
			cfg.faults = catalogue
			break
		}
		f, ok := find(name)
		if !ok {
			return nil, fmt.Errorf("-faults: there is no %q", name)
		}
		cfg.faults = append(cfg.faults, f)
	}
	if cfg.soak > 0 {
		cfg.faults = slices.DeleteFunc(slices.Clone(cfg.faults), func(f fault) bool { return !f.soak })
	}
	switch {
	case len(cfg.faults) == 0:
		return nil, fmt.Errorf("-faults: a soak draws from none of %s", names)
	case cfg.reps < 1:
		return nil, fmt.Errorf("-reps: %d: want 1 or more", cfg.reps)
	case cfg.players < 1 || cfg.players > 1000:
		return nil, fmt.Errorf("-players: %d is outside 1..1000", cfg.players)
	case cfg.seats < 1 || cfg.seats > 16:
		return nil, fmt.Errorf("-seats: %d is outside 1..16", cfg.seats)
	case cfg.tickRate < 10 || cfg.tickRate > 240:
		return nil, fmt.Errorf("-tick-rate: %d is outside 10..240", cfg.tickRate)
	}
	for cfg.seed == 0 {
		cfg.seed = rand.Uint64()
	}
	cfg.nodeFlags = append(strings.Fields(nodeFlags), "-tick-rate", fmt.Sprint(cfg.tickRate), "-max-per-address", "2000")
	return cfg, nil
}

// settings are those of the longest match the game has.
func (cfg *config) settings() map[string]int {
	if cfg.game == "arena" {
		return map[string]int{"seconds": 600, "limit": 0}
	}
	return nil
}

// copyLog is what gets the nodes' logs, line by line; nil if nobody wants them.
func (cfg *config) copyLog() func(string) {
	if cfg.log == nil {
		return nil
	}
	return func(line string) { fmt.Fprintln(cfg.log, line) }
}
