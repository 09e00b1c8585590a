package matches

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// scan looks for matches whose nodes have died.
type scan struct {
	host  *Host
	slots chan struct{} // has an element for each takeover under way

	// Owned by the goroutine that scans.
	seen map[string]sighting // by match

	mu    sync.Mutex
	avoid map[string]time.Time // matches that could not be resumed here: until when others have their turn
}

// sighting is when a lease was first seen to have ended.
type sighting struct {
	epoch uint32
	at    time.Time
}

// avoidFor is how long a node leaves a match alone that it could not resume.
const avoidFor = 30 * time.Second

// scanAll takes over what others leave until ctx ends.
func (h *Host) scanAll(ctx context.Context) {
	s := &scan{host: h, slots: make(chan struct{}, parallel), seen: map[string]sighting{}, avoid: map[string]time.Time{}}
	ticker := time.NewTicker(h.cfg.ScanEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		self := h.cfg.Roster.Self()
		if self.Draining || self.Capacity == 0 {
			continue
		}
		expired, err := h.cfg.Keeper.Expired(ctx, cluster.KindMatch)
		if err == nil {
			s.round(expired, time.Now())
		}
	}
}

// round begins to take over what it is this node's turn to. At first that is the heir; when it has not done it after a while, anybody.
func (s *scan) round(expired []cluster.Lease, now time.Time) {
	h := s.host
	seen := make(map[string]sighting, len(expired))
	for _, lease := range expired {
		first, ok := s.seen[lease.ID]
		if !ok || first.epoch != lease.Epoch {
			first = sighting{lease.Epoch, now}
		}
		seen[lease.ID] = first
		heir, ok := h.cfg.Roster.Heir(lease.ID, func(n cluster.Node) bool { return n.Capacity > 0 && n.Owner != lease.Owner })
		if ok && heir.ID != h.node && now.Sub(first.at) < h.cfg.HeirTime || s.avoids(lease.ID, now) {
			continue
		}
		select {
		case s.slots <- struct{}{}:
		default:
			continue // the next round has it again
		}
		// What is here is only late. A lease of this node without a match was given to it, and it has not heard so.
		if h.come(lease.ID) != nil || !h.begin(func() {
			defer func() { <-s.slots }()
			defer h.cameToNothing(lease.ID)
			s.takeOver(lease)
		}) {
			<-s.slots
		}
	}
	s.seen = seen
}

func (s *scan) avoids(id string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if until, ok := s.avoid[id]; ok && now.Before(until) {
		return true
	}
	delete(s.avoid, id)
	return false
}

// takeOver resumes a match whose node has died.
func (s *scan) takeOver(lease cluster.Lease) {
	h := s.host
	began := time.Now()
	held, err := h.cfg.Keeper.TakeOver(h.ctx, lease, h.owner)
	if err != nil {
		return // its owner is back, another node was faster, or the store is away
	}
	entry, err := h.entryOf(held)
	var r *running
	if err == nil {
		r, err = h.resume(held, entry)
	}
	if err == nil {
		h.cfg.Counters.TakenOver.Add(1)
		r.logger.Info("match taken over", "from", lease.Owner, "after", r.after, "took", time.Since(began))
		r.announce()
		return
	}
	h.cfg.Counters.TakeoversFailed.Add(1)
	h.cfg.Logger.Warn("match could not be resumed", "match", lease.ID, "lobby", entry.Lobby, "from", lease.Owner, "err", err)
	if h.strand(held, entry, err) {
		s.mu.Lock()
		s.avoid[lease.ID] = time.Now().Add(avoidFor)
		s.mu.Unlock()
	}
}

// entryOf is the entry of a match whose lease is held. While the store is away it asks again, as long as the lease is not another's. Errors: cluster.ErrNotFound,
// cluster.ErrMalformed, cluster.ErrFenced.
func (h *Host) entryOf(held *cluster.Held) (cluster.Match, error) {
	return again(h.ctx, held, func() (cluster.Match, error) { return h.cfg.Engine.Match(h.ctx, held.Lease().ID) })
}

// resume goes on with a match whose lease is held, from what is kept of it; the store is asked as by entryOf. Errors: cluster.ErrNotFound and
// cluster.ErrMalformed when nothing is kept of it that can be read, cluster.ErrFenced, and errUnfit with why this node cannot run it.
func (h *Host) resume(held *cluster.Held, entry cluster.Match) (*running, error) {
	id := held.Lease().ID
	saved, err := again(h.ctx, held, func() (cluster.Saved, error) { return h.cfg.Engine.Saved(h.ctx, id) })
	if err != nil {
		return nil, err
	}
	var data entryData
	if err := decode(entry.Data, &data); err != nil {
		return nil, fmt.Errorf("%w: %w", errUnfit, err)
	}
	var last uint32
	r, err := h.arrive(held, entry, data, func(cfg match.Config) (*match.Match, error) {
		m, _, err := match.Restore(cfg, saved.Checkpoint.Data, func(seat match.SeatID, user string) match.Outbox {
			return h.outbox(id, seat, user)
		})
		if err != nil {
			return nil, err
		}
		last, err = h.replay(m, &saved)
		return m, err
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUnfit, err)
	}
	r.after, r.saving.next = last, time.Time{}
	if err := h.run(r); err != nil {
		return nil, err
	}
	if err := h.cfg.Engine.PutMatch(h.ctx, held.Lease(), r.listed()); err != nil {
		r.putAgain.Store(true)
	}
	return r, nil
}

// again asks the store until it answers.
func again[T any](ctx context.Context, held *cluster.Held, ask func() (T, error)) (T, error) {
	for {
		answer, err := ask()
		if !errors.Is(err, cluster.ErrUnavailable) {
			return answer, err
		}
		select {
		case <-held.Lost():
			return answer, cluster.ErrFenced
		case <-ctx.Done():
			return answer, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// errGap ends a replay where a chunk is missing.
var errGap = errors.New("matches: a gap in the log of inputs")

// replay makes the ticks after a checkpoint again, as far as they are known without a gap, and returns the last that is made. How the match ended there, if it
// did, Run tells.
func (h *Host) replay(m *match.Match, saved *cluster.Saved) (last uint32, err error) {
	next := saved.Checkpoint.Tick + 1
	for _, chunk := range saved.Inputs {
		err := readLog(chunk, func(t *match.TickRecord) error {
			switch {
			case t.Tick < next:
				return nil
			case t.Tick > next:
				return errGap
			}
			next++
			h.cfg.Counters.Replayed.Add(1)
			return m.Replay(t)
		})
		broken := (*match.PanicError)(nil)
		switch {
		case err == nil:
		case errors.Is(err, match.ErrOver), errors.As(err, &broken):
			return next - 1, nil
		case errors.Is(err, errGap), errors.Is(err, errLog):
			h.cfg.Logger.Warn("the newest ticks of a match are lost", "match", m.ID(), "after", next-1, "err", err)
			return next - 1, nil
		default:
			return next - 1, fmt.Errorf("matches: tick %d of %s could not be made again: %w", next-1, m.ID(), err)
		}
	}
	return next - 1, nil
}

// announce tells the lobby where its match is.
func (r *running) announce() {
	r.mu.Lock()
	to := r.data.LobbyNode
	r.mu.Unlock()
	if to != "" {
		// Whoever does not hear it asks the store.
		_ = r.host.cfg.Peers.Cast(to, methodMoved, protocol.MustEncode(&movedMessage{r.id, r.host.node, r.held.Lease().Epoch}))
	}
}
