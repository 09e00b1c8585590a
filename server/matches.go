package server

import (
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/tick"
)

// matchmaker makes the matches that lobbies ask for.
type matchmaker struct {
	cfg      Config
	counters *match.Counters
	stats    *tick.Stats
	records  *recordings
	made     atomic.Uint32
}

// seatMargin is how much longer a match keeps a seat than a session is kept: the session's end gives the seat up, and the
// match's own grace is only there should that fail.
const seatMargin = 10 * time.Second

// newMatch gives every match of this process an epoch of its own, so that a frame meant for one can never pass for another's, and
// its own phase, so that they do not all step at the same moment.
func (k *matchmaker) newMatch(q lobby.MatchRequest) (lobby.Match, error) {
	n := k.made.Add(1)
	log := k.cfg.Logger.With("lobby", q.Lobby)
	cfg := match.Config{
		Kind: q.Kind, Settings: q.Settings, MaxPlayers: q.MaxPlayers, MaxSpectators: q.MaxSpectators,
		ID: "m-" + uuid.NewString(), Epoch: n, Seed: rand.Uint64(),
		TickRate: k.cfg.TickRate, Phase: tick.Phase(uint64(n), k.cfg.TickRate), Grace: k.cfg.Grace + seatMargin,
		MaxDivisor: k.cfg.MaxDivisor,
		Logger:     log, Counters: k.counters, Stats: k.stats,
	}
	recorder := k.records.recorder(log)
	if recorder != nil {
		cfg.Record = recorder
	}
	m, err := match.New(cfg)
	if err != nil {
		return nil, err
	}
	if recorder != nil {
		k.records.run(recorder)
	}
	return lobby.MatchOf(m), nil
}
