package lobby

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// Member is a session as lobbies see it. Its methods never block, never call back into this package, and may be called by any
// goroutine. Members are compared with ==, so an implementation is a pointer; it stays the same when a session is resumed.
//
// The calls for one member may overlap, but [Directory.Forget] comes after the last of them has returned: a join that was still on
// its way would let a session in that nobody takes out again.
type Member interface {
	User() string
	Name() string
	// Emit takes a reliable event. The payload is shared and must not be changed.
	Emit(channel, name string, payload []byte, tick uint32)
	// Seated says that the member now holds a seat, to attach its connections to; nil: it holds none any more.
	Seated(seat Seat)
}

// MatchRequest is what a lobby wants a match for.
type MatchRequest struct {
	Lobby         string // its id
	Round         uint32 // matches that the lobby had before
	Kind          match.Kind
	Settings      match.Settings // complete
	MaxPlayers    int            // seats that the match must have
	MaxSpectators int            // likewise
	// After is the epoch of the lobby's match before, if that told it by a method Epoch() uint32; 0: none. That of this one is to be another: clients
	// tell a lobby's matches apart by it.
	After uint32
}

// Config is what a [Directory] is made from. Zero values are the stated defaults.
type Config struct {
	Kinds []match.Kind // the games on offer; at least one

	// NewMatch sets up a match, with the seats asked for, and starts nothing; the lobby runs it. It is called by the
	// lobby's goroutine, which serves nobody meanwhile. Members decide how long a seat is kept for someone who is away,
	// so the match's own grace should be longer than that of sessions. An error that is a [*protocol.Error] goes to whoever
	// asked for the match; of any other they are told no more than [protocol.CodeInternal].
	NewMatch func(MatchRequest) (Match, error)

	MaxLobbies    int           // at the same time; default 1000
	MaxSpectators int           // in a lobby; default 32
	ListEvery     time.Duration // between list updates to watchers; default 250 ms
	StateEvery    time.Duration // least time between two state events of a lobby; default 50 ms

	Chat    ChatConfig
	KickFor time.Duration // for which someone whom the host removed may not come back; default 60 s

	// AwayWait is for how long a match that nobody starts waits for a player who is away: a tab that is reloaded is back in seconds.
	// Who stays away for longer is passed over, and keeps the place. Default 15 s.
	AwayWait time.Duration

	// Moved, if set, is told that a member is in the lobby of that id now, or, with "", in none. Calls for one member come in order; like the
	// methods of [Member], it must not block or call back into this package.
	Moved func(m Member, lobby string)

	// What follows is for a directory whose lobbies others know of, too (package lobby/shared). None of it is called when nil, all of it by lobbies'
	// goroutines or who creates one.

	// Claim is asked before a lobby opens, and may wait. Its error refuses it; with [ErrCodeTaken] another join code is drawn.
	Claim func(ctx context.Context, m Member, id, code string) error
	// Changed is told that what [Directory.Export] gives has changed. It must not block.
	Changed func(id string)
	// Ended is told that a lobby is no more, once its members have been told, or that one that was claimed did not open. It must not block. A lobby that was
	// detached has not ended.
	Ended func(id string)

	Rand     io.Reader    // for ids and join codes, must be unpredictable; read by several goroutines; default crypto/rand
	Logger   *slog.Logger // default: discard
	Counters *Counters    // default: its own
}

const (
	defaultMaxLobbies    = 1000
	defaultMaxSpectators = 32
	defaultListEvery     = 250 * time.Millisecond
	defaultStateEvery    = 50 * time.Millisecond
	defaultKickFor       = 60 * time.Second
	defaultAwayWait      = 15 * time.Second
)

func (cfg Config) withDefaults() (Config, error) {
	if len(cfg.Kinds) == 0 || cfg.NewMatch == nil {
		return cfg, errors.New("lobbies: no games, or no way to make matches of them")
	}
	if cfg.MaxLobbies < 0 || cfg.MaxSpectators < 0 || cfg.ListEvery < 0 || cfg.StateEvery < 0 || cfg.KickFor < 0 || cfg.AwayWait < 0 {
		return cfg, fmt.Errorf("lobbies: a limit or an interval is negative: %d lobbies, %d spectators, list every %v, state every %v, "+
			"kicked for %v, waiting for %v", cfg.MaxLobbies, cfg.MaxSpectators, cfg.ListEvery, cfg.StateEvery, cfg.KickFor, cfg.AwayWait)
	}
	cfg.MaxLobbies = cmp.Or(cfg.MaxLobbies, defaultMaxLobbies)
	cfg.MaxSpectators = cmp.Or(cfg.MaxSpectators, defaultMaxSpectators)
	cfg.ListEvery = cmp.Or(cfg.ListEvery, defaultListEvery)
	cfg.StateEvery = cmp.Or(cfg.StateEvery, defaultStateEvery)
	cfg.KickFor = cmp.Or(cfg.KickFor, defaultKickFor)
	cfg.AwayWait = cmp.Or(cfg.AwayWait, defaultAwayWait)
	var err error
	if cfg.Chat, err = cfg.Chat.withDefaults(); err != nil {
		return cfg, err
	}
	if cfg.Rand == nil {
		cfg.Rand = rand.Reader
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Counters == nil {
		cfg.Counters = new(Counters)
	}
	return cfg, nil
}

// checkedKinds validates the games and describes them to clients, in the order given.
func checkedKinds(kinds []match.Kind) (map[string]match.Kind, []Game, error) {
	byName := make(map[string]match.Kind, len(kinds))
	games := make([]Game, 0, len(kinds))
	for _, kind := range kinds {
		kind, err := kind.Checked()
		if err != nil {
			return nil, nil, fmt.Errorf("lobbies: %w", err)
		}
		if _, twice := byName[kind.Name]; twice {
			return nil, nil, fmt.Errorf("lobbies: two games are called %s", kind.Name)
		}
		byName[kind.Name] = kind
		games = append(games, describe(kind))
	}
	return byName, games, nil
}

// refuse makes an error that the client is told. It returns the interface, so that no typed nil can come of it.
func refuse(code, format string, args ...any) error {
	return protocol.Refuse(code, fmt.Sprintf(format, args...))
}

func refuseField(field, format string, args ...any) error {
	return protocol.RefuseField(field, fmt.Sprintf(format, args...))
}
