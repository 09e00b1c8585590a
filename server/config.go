package server

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/netip"
	"slices"
	"time"

	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/session"
	"github.com/deltatick/deltatick/session/channel"
	"github.com/deltatick/deltatick/tick"
)

// Config is what a [Server] is made from. Zero values are the stated defaults.
type Config struct {
	Kinds []match.Kind // the games it offers; at least one

	TickRate    int           // of every match, Hz, 1 to tick.MaxRate; default 60
	MaxPlayers  int           // in a lobby, at most, whatever the game allows; 1 to match.MaxSeats; default match.MaxSeats
	MaxSessions int           // connected or away; default 10,000
	MaxLobbies  int           // default 1,000
	Grace       time.Duration // for which a dropped player's session, lobby place and seat are kept; default 60 s
	MaxDivisor  int           // ticks in which a player on a poor link gets one snapshot at least: match.Config.MaxDivisor; default 6
	DrainWait   time.Duration // for which Run waits for sessions to end by themselves, once it is told to stop; default 10 s

	// Who may connect: whom Auth knows, such as a jwt.Authenticator of session/jwt, and, with Guests, everybody under a name of their
	// choice. The first of a client's auth strings decides which of the two is asked. At least one is needed.
	Auth   session.Authenticator
	Guests bool

	// Channels are the game's own, none with the name of one of the server's: "lobby", "match", "session", "admin", "chat", "presence".
	Channels []*channel.Channel
	// Middleware is asked about who connects, what they say, and where they join.
	Middleware []Middleware
	// AllowLobby says who may use lobbies, and so play: channel.Config.Allow of the channel "lobby". Default: everyone.
	AllowLobby func(session.Identity) error

	// Pages are the files of the game's own page, served beside the client and before the demo page's: index.html takes its place. None below
	// /ws, /healthz, /readyz or /metrics. A slash at the end of an address means the index.html of that folder. Default: the demo page.
	Pages fs.FS

	Chat lobby.ChatConfig // of every lobby

	// MayWatch says whose presence a user may watch by user id; it is called by many goroutines at once. Default: that of everyone whose id is known.
	MayWatch func(watcher, user string) bool

	// RecordDir is the directory in which every match is recorded, each in a file of its own; it is made if it is not there. Default: none.
	RecordDir      string
	RecordMaxBytes int64 // of one recording, 1 MiB or more; it ends there, and the match goes on; default 1 GiB

	// Limits of what comes from one address, and whose word is taken about addresses: see the fields of these names in session.Config.
	TrustedProxies []netip.Prefix // default none
	MaxPerAddress  int            // open connections; default 64
	HandshakeRate  float64        // handshakes a second; default 10

	Bytes      session.Limit                       // of a session's frames; default 64 KiB/s, burst 256 KiB, 240 strikes
	KindLimits map[session.EventKind]session.Limit // further limits for kinds of requests; default none

	// Cluster makes this server one of several nodes; nil: it is all there is.
	Cluster *Cluster

	Origins []string // hosts whose pages may connect; empty: the server's own; "*": any
	Dev     bool     // serve /debug/pprof, and the page without caching

	Logger *slog.Logger // default: discard
	Name   string       // told to clients in welcome; default "deltatick"
}

func (cfg Config) withDefaults() (Config, error) {
	cfg.TickRate = cmp.Or(cfg.TickRate, tick.DefaultRate)
	cfg.MaxPlayers = cmp.Or(cfg.MaxPlayers, match.MaxSeats)
	cfg.MaxSessions = cmp.Or(cfg.MaxSessions, 10_000)
	cfg.MaxLobbies = cmp.Or(cfg.MaxLobbies, 1_000)
	cfg.Grace = cmp.Or(cfg.Grace, 60*time.Second)
	cfg.MaxDivisor = cmp.Or(cfg.MaxDivisor, slices.Max(match.Divisors()))
	cfg.DrainWait = cmp.Or(cfg.DrainWait, 10*time.Second)
	cfg.RecordMaxBytes = cmp.Or(cfg.RecordMaxBytes, 1<<30)
	cfg.Name = cmp.Or(cfg.Name, "deltatick")
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	switch {
	case cfg.Auth == nil && !cfg.Guests && (cfg.Cluster == nil || !cfg.Cluster.TicketsOnly):
		return cfg, errors.New("server: nobody could connect: set Auth to say who may, or Guests to let everybody in")
	case len(cfg.Kinds) == 0:
		return cfg, errors.New("server: no games")
	case cfg.TickRate < 1 || cfg.TickRate > tick.MaxRate:
		return cfg, fmt.Errorf("server: tick rate %d: want 1 to %d", cfg.TickRate, tick.MaxRate)
	case cfg.MaxPlayers < 1 || cfg.MaxPlayers > match.MaxSeats:
		return cfg, fmt.Errorf("server: %d players: want 1 to %d", cfg.MaxPlayers, match.MaxSeats)
	case !slices.Contains(match.Divisors(), cfg.MaxDivisor):
		return cfg, fmt.Errorf("server: a snapshot in %d ticks: want one of %v", cfg.MaxDivisor, match.Divisors())
	case cfg.MaxSessions < 1 || cfg.MaxLobbies < 1:
		return cfg, fmt.Errorf("server: MaxSessions %d, MaxLobbies %d: want 1 or more", cfg.MaxSessions, cfg.MaxLobbies)
	case cfg.Grace < 0 || cfg.DrainWait < 0:
		return cfg, fmt.Errorf("server: Grace %v, DrainWait %v: want 0 or more", cfg.Grace, cfg.DrainWait)
	case cfg.RecordMaxBytes < 1<<20:
		return cfg, fmt.Errorf("server: recordings of %d bytes: want 1 MiB or more", cfg.RecordMaxBytes)
	}
	if cfg.Cluster != nil {
		if err := cfg.Cluster.check(); err != nil {
			return cfg, err
		}
	}
	for _, ch := range cfg.Channels {
		if slices.Contains(ownChannels, ch.Name()) {
			return cfg, fmt.Errorf("server: channel %q: want a name other than %q", ch.Name(), ownChannels)
		}
	}
	kinds := make([]match.Kind, len(cfg.Kinds))
	for i, k := range cfg.Kinds {
		kind, err := k.Checked()
		if err != nil {
			return cfg, fmt.Errorf("server: %w", err)
		}
		kind.MaxPlayers = min(kind.MaxPlayers, cfg.MaxPlayers)
		if kind.MinPlayers > kind.MaxPlayers {
			return cfg, fmt.Errorf("server: game %s needs %d players, %d are allowed", kind.Name, kind.MinPlayers, cfg.MaxPlayers)
		}
		kinds[i] = kind
	}
	cfg.Kinds = kinds
	return cfg, nil
}
