package matches

import (
	"context"
	"errors"
	"math/rand/v2"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// create answers match/create. Whoever asks twice gets the same match: its id is chosen by who asks, and its lease sees to it that no two nodes make it.
func (h *Host) create(ctx context.Context, from string, payload []byte) ([]byte, error) {
	var q createRequest
	if err := decode(payload, &q); err != nil {
		return nil, refuse(protocol.CodeBadPayload, "%v", err)
	}
	if err := cluster.CheckName("match", q.Match); err != nil {
		return nil, refuse(protocol.CodeBadPayload, "%v", err)
	}
	if r := h.find(q.Match); r != nil {
		return protocol.MustEncode(&createAnswer{r.held.Lease().Epoch}), nil
	}
	r, err := h.make(ctx, from, &q)
	if err != nil {
		h.cfg.Counters.Refused.Add(1)
		h.cfg.Logger.Warn("match not made", "match", q.Match, "lobby", q.Lobby, "game", q.Kind, "err", err)
		return nil, err
	}
	h.cfg.Counters.Created.Add(1)
	r.logger.Info("match made", "game", q.Kind)
	return protocol.MustEncode(&createAnswer{r.held.Lease().Epoch}), nil
}

func (h *Host) make(ctx context.Context, from string, q *createRequest) (*running, error) {
	if n := h.cfg.Roster.Self().Capacity; h.Load() >= n {
		return nil, refuse(protocol.CodeFull, "%d matches run here already", n)
	}
	if err := h.come(q.Match); err != nil {
		return nil, refuse(protocol.CodeUnavailable, "%v", err)
	}
	defer h.cameToNothing(q.Match)
	held, err := h.lease(ctx, q)
	if err != nil {
		return nil, err
	}
	entry := cluster.Match{Lobby: q.Lobby}
	data := entryData{q.Kind, q.MaxPlayers, q.MaxSpectators, from, q.Term}
	r, err := h.arrive(held, entry, data, func(cfg match.Config) (*match.Match, error) {
		cfg.Settings, cfg.MaxPlayers, cfg.Seed = q.Settings, q.MaxPlayers, rand.Uint64()
		return match.New(cfg)
	})
	if err != nil {
		h.release(held)
		return nil, refuse(protocol.CodeInternal, "%v", err)
	}
	r.settings = q.Settings
	if err := h.run(r); err != nil {
		return nil, refuse(protocol.CodeUnavailable, "%v", err)
	}
	if err := r.enter(ctx); err != nil {
		// Nobody has heard of it, and it has not been saved: nothing is lost with it.
		r.match.Abandon(h.cfg.Close)
		return nil, refuse(protocol.CodeUnavailable, "%v", err)
	}
	return r, nil
}

// lease takes the match's lease, with an epoch that is higher than that of the lobby's match before it.
func (h *Host) lease(ctx context.Context, q *createRequest) (*cluster.Held, error) {
	held, err := h.cfg.Keeper.Acquire(ctx, cluster.KindMatch, q.Match, h.owner)
	for tries := 0; err == nil && held.Lease().Epoch <= q.After; tries++ {
		if tries == maxRaises {
			h.release(held)
			return nil, refuse(protocol.CodeUnavailable, "the store's clock is behind: epoch %d after %d", held.Lease().Epoch, q.After)
		}
		if _, err = h.cfg.Keeper.Transfer(ctx, held, h.owner); err == nil {
			held, err = h.cfg.Keeper.Acquire(ctx, cluster.KindMatch, q.Match, h.owner)
		}
	}
	switch {
	case errors.Is(err, cluster.ErrHeld):
		return nil, refuse(protocol.CodeAlready, "another node makes it")
	case err != nil:
		return nil, refuse(protocol.CodeUnavailable, "%v", err)
	}
	return held, nil
}

// maxRaises is how often an epoch is raised by one: a quarter second each, so a lobby whose matches last no time gains no more on the clock than that.
const maxRaises = 64

// release gives a lease back in vain if the store is away: then it ends by itself.
func (h *Host) release(held *cluster.Held) {
	ctx, cancel := context.WithTimeout(h.ctx, callTimeout)
	defer cancel()
	_ = h.cfg.Keeper.Release(ctx, held)
}

// enter puts a new match into the directory, with its first checkpoint, so that it can be found and does not die with its node from now on.
func (r *running) enter(ctx context.Context) error {
	h := r.host
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	first := make(chan match.Capture, 1)
	if err := r.match.Capture(first); err != nil {
		return err
	}
	select {
	case c := <-first:
		entry := r.listed()
		data, err := c.Bytes()
		if err == nil {
			err = cluster.CheckSize("checkpoint", len(data), cluster.MaxCheckpoint)
		}
		if err != nil { // it cannot be kept, as the next round of saving says
			return h.cfg.Engine.PutMatch(ctx, r.held.Lease(), entry)
		}
		cp := &cluster.Checkpoint{Tick: c.Tick(), Data: data}
		return h.cfg.Engine.Save(ctx, cluster.Save{Lease: r.held.Lease(), Entry: &entry, Checkpoint: cp})[0]
	case <-r.match.Done():
		return match.ErrOver
	case <-ctx.Done():
		return ctx.Err()
	}
}

// listed is the match's entry.
func (r *running) listed() cluster.Match {
	r.mu.Lock()
	defer r.mu.Unlock()
	entry := r.entry
	entry.Data = protocol.MustEncode(&r.data)
	return entry
}
