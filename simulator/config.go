package simulator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"time"

	"github.com/deltatick/deltatick/simulator/invariant"
)

// Config says what to simulate. The zero value of a field is the default it names.
type Config struct {
	Title string // of the report; default none

	URL         string // default ws://127.0.0.1:8080/ws
	AllowRemote bool   // permit targets other than this machine's loopback

	Groups []Group // who plays; default is one Group of defaults

	For    time.Duration // what is measured, from when all are in; default 30 s
	Settle time.Duration // between everybody being in and the measured time; default none
	Ramp   time.Duration // over which the bots start; default 10 ms for each
	Seed   uint64        // of all randomness; default 1

	JoinWithin   time.Duration // from a bot's start to its first snapshot; default 10 s
	ReturnWithin time.Duration // from the end of chaos to everybody being seated; default 5 s

	// FreeWithin is how long after the bots' bye lobbies, seats and sessions may take to be free; default is the server's grace period and 5 s.
	FreeWithin time.Duration

	// Meter reads the server's own gauges before and after the run; nil for none. [MeterOf] reads its /metrics.
	Meter invariant.Meter

	// Predictions has, by game, how a bot's own row moves, for groups with Predict.
	Predictions map[string]Prediction

	// LinkTimeout is how long a bot's socket may be silent before it drops it and comes back; default the client's own, 2 s. More of it keeps bots that share a
	// starved machine from all coming anew at once.
	LinkTimeout time.Duration

	// Run names the run in its lobbies and its report: up to 12 letters and digits. The default is made of Seed and At for one part of several, which
	// are told the same, and else at random.
	Run string

	// Part and Parts have several processes share one run, on one machine or several: each makes only the lobbies, and attackers, whose number is Part
	// modulo Parts, with the same randomness that they have in a run of one process. 0 of 0 is the whole. At is when the first bot starts; zero: at once.
	Part, Parts int
	At          time.Time

	Soak *Soak // judge leaks and drifts of the server; nil: do not

	// NetDial makes the byte stream under a bot's WebSocket; default is TCP.
	NetDial func(ctx context.Context, network, addr string) (net.Conn, error)

	// Metrics is the URL of the server's metrics in Prometheus' text format: whether there is room for the bots is asked there, and while measuring they are
	// looked at each lap. The default is /metrics of URL's host, unless there is a NetDial; [NoMetrics] is not to look. PID is the server's process on
	// this machine, by whose number CPU and memory are taken then; default none. A server that cannot be looked at is a note in the report.
	Metrics string
	PID     int

	Progress io.Writer    // a line for each group each lap, which is a second, and more in runs of more than an hour; nil for none
	Terminal bool         // Progress is a terminal that knows ANSI's control sequences: the lines are redrawn in place
	Logger   *slog.Logger // default discards
}

// NoMetrics is a Config.Metrics that has nobody look at the server's.
const NoMetrics = "none"

// Check says what of a configuration cannot be run, as far as can be known without the server.
func (cfg Config) Check() error {
	_, err := cfg.withDefaults()
	return err
}

// maxBots bounds a run, which has a goroutine or two for each.
const maxBots = 100_000

func (cfg Config) withDefaults() (Config, error) {
	cfg.URL = cmp.Or(cfg.URL, "ws://127.0.0.1:8080/ws")
	cfg.For = cmp.Or(cfg.For, 30*time.Second)
	cfg.Seed = cmp.Or(cfg.Seed, 1)
	cfg.JoinWithin = cmp.Or(cfg.JoinWithin, 10*time.Second)
	cfg.ReturnWithin = cmp.Or(cfg.ReturnWithin, 5*time.Second)
	if cfg.Progress == nil {
		cfg.Progress = io.Discard
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if len(cfg.Groups) == 0 {
		cfg.Groups = make([]Group, 1)
	}
	groups, bots := make([]Group, len(cfg.Groups)), 0
	names := map[string]bool{}
	for i, g := range cfg.Groups {
		var err error
		if groups[i], err = g.withDefaults(); err != nil {
			return cfg, cfg.groupError(i, cmp.Or(g.Name, fmt.Sprint(i+1)), err)
		}
		if name := groups[i].Name; names[name] {
			return cfg, cfg.groupError(i, name, errors.New("another one has that name"))
		}
		names[groups[i].Name] = true
		bots += groups[i].Bots
	}
	cfg.Groups = groups
	if cfg.Soak != nil {
		soak, err := cfg.Soak.withDefaults()
		if err != nil {
			return cfg, err
		}
		cfg.Soak = &soak
	}
	cfg.Run = cmp.Or(cfg.Run, newRunID(cfg))
	cfg.Ramp = cmp.Or(cfg.Ramp, time.Duration(bots)*10*time.Millisecond)
	switch {
	case bots > maxBots:
		return cfg, fmt.Errorf("bots: %d in all, at most %d", bots, maxBots)
	case !runIDs.MatchString(cfg.Run):
		return cfg, fmt.Errorf("run: %q is not 1 to 12 letters and digits", cfg.Run)
	case cfg.Metrics != "" && cfg.Metrics != NoMetrics && !strings.HasPrefix(cfg.Metrics, "http://") && !strings.HasPrefix(cfg.Metrics, "https://"):
		return cfg, fmt.Errorf("metrics: %q does not begin with http:// or https://", cfg.Metrics)
	case cfg.Soak != nil && cfg.Metrics == NoMetrics:
		return cfg, fmt.Errorf("soak: it is judged by the server's metrics, which are not to be looked at")
	case cfg.PID < 0:
		return cfg, fmt.Errorf("pid: %d is no process", cfg.PID)
	case cfg.For < time.Second || cfg.For > 24*time.Hour:
		return cfg, fmt.Errorf("for: %v is outside 1s..24h", cfg.For)
	case cfg.LinkTimeout < 0 || cfg.LinkTimeout > time.Minute:
		return cfg, fmt.Errorf("link timeout: %v is outside 0s..1m", cfg.LinkTimeout)
	case cfg.Parts < 0 || cfg.Part < 0 || cfg.Part >= max(cfg.Parts, 1):
		return cfg, fmt.Errorf("part: %d of %d, counted from 0, is none", cfg.Part, cfg.Parts)
	case time.Until(cfg.At) > 24*time.Hour:
		return cfg, fmt.Errorf("at: %v is more than 24h ahead", cfg.At)
	case cfg.Settle < 0 || cfg.Settle > time.Hour:
		return cfg, fmt.Errorf("settle: %v is outside 0s..1h", cfg.Settle)
	case cfg.Ramp < 0 || cfg.JoinWithin < 0 || cfg.ReturnWithin < 0 || cfg.FreeWithin < 0:
		return cfg, fmt.Errorf("ramp, join within, return within and free within cannot be negative")
	}
	return cfg, nil
}

// GroupError is what is wrong with one of Config.Groups.
type GroupError struct {
	Index int
	Name  string // "" where there is only one
	Err   error
}

func (cfg Config) groupError(index int, name string, err error) error {
	if len(cfg.Groups) == 1 {
		name = ""
	}
	return &GroupError{index, name, err}
}

// Error names the group where there are several.
func (e *GroupError) Error() string {
	if e.Name == "" {
		return e.Err.Error()
	}
	return fmt.Sprintf("group %s: %v", e.Name, e.Err)
}

// Unwrap is Err.
func (e *GroupError) Unwrap() error { return e.Err }

// takes reports whether the lobby or attacker of a number is of this part of the run.
func (cfg Config) takes(n int) bool { return cfg.Parts == 0 || n%cfg.Parts == cfg.Part }
