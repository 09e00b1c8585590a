package matches

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/peer"
	"github.com/deltatick/deltatick/cluster/roster"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// Peers is what hosts and placers need of a [peer.Mesh].
type Peers interface {
	Handle(method string, h peer.Handler)
	On(method string, f func(from string, payload []byte))
	OnLost(f func(node string))
	OnConnect(f func(node string))
	Call(ctx context.Context, node, method string, payload []byte) ([]byte, error)
	Cast(node, method string, payload []byte) error
}

var _ Peers = (*peer.Mesh)(nil)

// Config is what a [Host] is made from. Zero values are the stated defaults.
type Config struct {
	Engine cluster.Engine
	Keeper *cluster.Keeper // renews the matches' leases; its Restored tells [Host.Restored]
	Peers  Peers           // not used yet
	Roster *roster.Roster  // says who this node is: owner, address, capacity
	Kinds  []match.Kind    // that matches can be of

	// Match is what all matches here have in common: TickRate, Grace, MaxDivisor, HashEvery, Logger, Counters, Stats, Now. What a match has for itself is filled in.
	Match match.Config
	// Outbox says where the events of who sits in a seat go, or of a spectator, whose seat is 0. It must not block. Default: they are dropped.
	Outbox func(matchID string, seat match.SeatID, user string) match.Outbox
	// Record makes a recorder for a match that begins here or comes here; nil for none. Default: none.
	Record func(matchID, lobby string) match.Recorder
	// Left, if set, is told of matches that run elsewhere, or by nobody, from now on: seats of them that [Host.Attach] has given out are void. It must not block.
	Left func(matchID string)
	// Close is the code with which the connections of a match that goes on elsewhere are closed. 0, the default: they are let go, and Left closes them or
	// gives them what replaces the match here.
	Close protocol.CloseCode

	FlushEvery      time.Duration // between two savings of what matches took in; default 100 ms
	CheckpointEvery time.Duration // between two checkpoints of a match; default 1 s
	ScanEvery       time.Duration // between two looks for matches to take over; default 100 ms
	HeirTime        time.Duration // that the node whose turn it is has to take a match over before any other tries; default 500 ms
	OrphanAfter     time.Duration // beyond the grace of seats: a match without a connection of which no lobby has heard for so long is ended; default 60 s
	ResultFor       time.Duration // that a result is kept for a lobby that cannot be reached; default 60 s

	Logger   *slog.Logger // default: discard
	Counters *Counters    // default: its own
}

// parallel is how many matches a node takes over or moves at once.
const parallel = 16

const defaultGrace = 60 * time.Second // as in package match

func (cfg Config) withDefaults() (Config, error) {
	cfg.FlushEvery = cmp.Or(cfg.FlushEvery, 100*time.Millisecond)
	cfg.CheckpointEvery = cmp.Or(cfg.CheckpointEvery, time.Second)
	cfg.ScanEvery = cmp.Or(cfg.ScanEvery, 100*time.Millisecond)
	cfg.HeirTime = cmp.Or(cfg.HeirTime, 500*time.Millisecond)
	cfg.OrphanAfter = cmp.Or(cfg.OrphanAfter, time.Minute)
	cfg.ResultFor = cmp.Or(cfg.ResultFor, time.Minute)
	cfg.Match.Grace = cmp.Or(cfg.Match.Grace, defaultGrace)
	if cfg.Engine == nil || cfg.Keeper == nil || cfg.Peers == nil || cfg.Roster == nil || len(cfg.Kinds) == 0 {
		return cfg, errors.New("matches: a host needs an engine, a keeper, peers, a roster and kinds")
	}
	for name, d := range map[string]time.Duration{
		"FlushEvery": cfg.FlushEvery, "CheckpointEvery": cfg.CheckpointEvery, "ScanEvery": cfg.ScanEvery,
		"HeirTime": cfg.HeirTime, "OrphanAfter": cfg.OrphanAfter, "ResultFor": cfg.ResultFor,
	} {
		if d < 0 {
			return cfg, fmt.Errorf("matches: %s %v: want 0 or more", name, d)
		}
	}
	if cfg.Outbox == nil {
		cfg.Outbox = func(string, match.SeatID, string) match.Outbox { return nil }
	}
	if cfg.Record == nil {
		cfg.Record = func(string, string) match.Recorder { return nil }
	}
	if cfg.Left == nil {
		cfg.Left = func(string) {}
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Counters == nil {
		cfg.Counters = new(Counters)
	}
	if cfg.Match.Counters == nil {
		cfg.Match.Counters = new(match.Counters)
	}
	return cfg, nil
}
