package shared

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/peer"
	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/match"
)

// Mesh is what a [Directory] needs of a [peer.Mesh].
type Mesh interface {
	Handle(method string, h peer.Handler)
	On(method string, f func(from string, payload []byte))
	OnLost(f func(node string))
	OnConnect(f func(node string))
	Call(ctx context.Context, node, method string, payload []byte) ([]byte, error)
	Cast(node, method string, payload []byte) error
}

// Roster is what a [Directory] needs of a roster.Roster.
type Roster interface {
	Heir(thing string, can func(cluster.Node) bool) (cluster.Node, bool)
}

// ResumeRequest is what a lobby wants its match back with, which it had on another node.
type ResumeRequest struct {
	Match string // its id
	Lobby string // id
	Seats []ResumedSeat
}

// ResumedSeat is a seat that a member holds in it.
type ResumedSeat struct {
	User string
	ID   match.SeatID // 0: a spectator's
}

// Config is what a [Directory] is made from. Zero values are the stated defaults.
type Config struct {
	Node   string // this node's id
	Owner  string // this run of it: what its leases are acquired for
	Engine cluster.Engine
	Keeper *cluster.Keeper // Restored of its config leads to [Directory.Restored]
	Mesh   Mesh            // not in use yet
	Roster Roster

	// Lobby is that of the lobbies of this node. Moved is told about the members whose sessions are here, whichever node has their lobby. Claim, Changed and Ended are
	// the directory's.
	Lobby lobby.Config

	// ResumeMatch finds the match of a lobby that comes from another node. Its Join and Watch give those of Seats the seats they have (see [lobby.ResumedOf]). It may wait, until
	// ctx ends. Default: there is none, and the lobby goes on without its match.
	ResumeMatch func(ctx context.Context, r ResumeRequest) (lobby.Match, error)

	Grace       time.Duration // for which the place of a member is kept whose node is gone; default 60 s
	AwayAfter   time.Duration // after which such a member counts as away; default 1 s
	GatherFor   time.Duration // for which a lobby that was taken over takes back members whom it does not know; default 5 s
	PutEvery    time.Duration // least time between two entries of a lobby; default 100 ms
	TakeEvery   time.Duration // between two looks for lobbies of dead nodes; default 200 ms
	AttachEvery time.Duration // after which a node makes sure of its members in others' lobbies unasked; default 10 s

	Logger   *slog.Logger // default: discard
	Counters *Counters    // default: its own
}

const (
	callTimeout    = 500 * time.Millisecond  // of a call that is made again
	requestTimeout = 5 * time.Second         // of a member's request whose context has no end
	joinTimeout    = 4 * time.Second         // for finding whoever has a lobby
	rejoinTimeout  = handedFor - time.Second // the same, for a member who has a place in it until then
	joinWait       = 2 * time.Second         // for one owner's answer, who may be making a match
	joinHold       = 5 * time.Second         // for which the store keeps a place for who is joining
	resumeTimeout  = 3 * time.Second         // for finding a match
	handTimeout    = 3 * time.Second         // for giving all lobbies away
	handsAtOnce    = 16                      // lobbies that are given away or taken over at the same time
	maxSpectators  = 32                      // lobby.Config.MaxSpectators by default
)

func (cfg Config) withDefaults() (Config, error) {
	if cfg.Node == "" || cfg.Owner == "" || cfg.Engine == nil || cfg.Keeper == nil || cfg.Mesh == nil || cfg.Roster == nil {
		return cfg, errors.New("shared lobbies: a node's id, owner, engine, keeper, mesh or roster is missing")
	}
	if cfg.Lobby.Claim != nil || cfg.Lobby.Changed != nil || cfg.Lobby.Ended != nil {
		return cfg, errors.New("shared lobbies: Claim, Changed and Ended are the directory's own")
	}
	for _, d := range []struct {
		value  *time.Duration
		preset time.Duration
	}{
		{&cfg.Grace, time.Minute}, {&cfg.AwayAfter, time.Second}, {&cfg.GatherFor, 5 * time.Second}, {&cfg.PutEvery, 100 * time.Millisecond},
		{&cfg.TakeEvery, 200 * time.Millisecond}, {&cfg.AttachEvery, 10 * time.Second},
	} {
		if *d.value = cmp.Or(*d.value, d.preset); *d.value < 0 {
			return cfg, errors.New("shared lobbies: an interval is negative")
		}
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Counters == nil {
		cfg.Counters = new(Counters)
	}
	if cfg.Lobby.Counters == nil {
		cfg.Lobby.Counters = new(lobby.Counters)
	}
	cfg.Lobby.MaxSpectators = cmp.Or(cfg.Lobby.MaxSpectators, maxSpectators)
	return cfg, nil
}
