package matches

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/roster"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// Drain hands all matches here over to other nodes, and takes no new ones any more. It says so in the roster and returns when no match is left, or
// when ctx ends, or with an error when some could not be moved: those run on here, since no node has room for them or their game cannot be kept.
func (h *Host) Drain(ctx context.Context) error {
	h.mu.Lock()
	h.draining = true
	h.mu.Unlock()
	h.cfg.Roster.Drain()
	slots := make(chan struct{}, parallel)
	for {
		var moves sync.WaitGroup
		var mu sync.Mutex
		var failed []error
		left := 0
		for _, r := range h.all() {
			left++
			if r.over.Load() {
				continue // only its lobby is to be told
			}
			slots <- struct{}{}
			moves.Go(func() {
				defer func() { <-slots }()
				if err := h.move(ctx, r); err != nil {
					h.cfg.Counters.MovesFailed.Add(1)
					mu.Lock()
					defer mu.Unlock()
					failed = append(failed, fmt.Errorf("match %s: %w", r.id, err))
				}
			})
		}
		moves.Wait()
		if err := errors.Join(failed...); err != nil || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		if left == 0 && h.Load() == 0 {
			return nil
		}
		sleep(ctx, 20*time.Millisecond)
	}
}

// move hands a match over.
func (h *Host) move(ctx context.Context, r *running) error {
	target, err := h.cfg.Roster.Pick(roster.Want{Without: []string{h.node}})
	if err != nil {
		return err
	}
	if r.unkept.Load() {
		return errors.New("its state cannot be kept")
	}
	began := time.Now()
	if !r.moving.CompareAndSwap(false, true) {
		return errors.New("it is moved already")
	}
	last, err := r.halt(ctx)
	if err != nil || last == nil {
		r.moving.Store(false)
		if err == nil && r.match.Result().Reason == match.ReasonElsewhere {
			r.abandoned()
		}
		return err // or it is over, as conclude tells the lobby
	}
	lease, err := h.giveAway(ctx, r, last, target.Owner)
	if err != nil {
		// What is kept is whole, and the lease ends by itself if it is still this node's: another node takes the match over.
		h.forget(r, nil)
		return err
	}
	tried := []string{h.node, target.ID}
	for {
		_, err = h.ask(ctx, target.ID, lease)
		if refused := (*protocol.Error)(nil); err == nil || !errors.As(err, &refused) {
			break // it has it, or may have it
		}
		other, none := h.cfg.Roster.Pick(roster.Want{Without: tried})
		if none != nil {
			break
		}
		next, fenced := h.cfg.Engine.Transfer(ctx, lease, other.Owner)
		if fenced != nil {
			break
		}
		target, lease, tried = other, next, append(tried, other.ID)
	}
	h.forget(r, &MovedError{target.ID, target.Address, lease.Epoch})
	if err != nil {
		return fmt.Errorf("asking %s: %w", target.ID, err)
	}
	h.cfg.Counters.MovedOut.Add(1)
	r.logger.Info("match moved", "to", target.ID, "after", last.Tick, "took", time.Since(began))
	return nil
}

func (h *Host) ask(ctx context.Context, node string, lease cluster.Lease) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, takeTimeout)
	defer cancel()
	return h.cfg.Peers.Call(ctx, node, methodTake, protocol.MustEncode(&takeRequest{lease.ID, lease.Epoch}))
}

// takeTimeout is how long a node may take to resume a match that it is given. After a lease's time somebody takes it over anyway.
const takeTimeout = 2 * time.Second

// halt stops a match after its next tick, and returns its state then; nil if it is over. What cannot be kept goes on here: that is the error.
func (r *running) halt(ctx context.Context) (*cluster.Checkpoint, error) {
	captures := make(chan match.Capture, 1)
	if err := r.match.HandOver(captures, r.host.cfg.Close); err != nil {
		<-r.match.Done()
		return nil, nil
	}
	var c match.Capture
	select {
	case c = <-captures:
	case <-ctx.Done():
		// It may stand still because the store is away. Its lease is left to end, so that another node takes it over.
		r.match.Abandon(r.host.cfg.Close)
		<-r.match.Done()
		return nil, nil
	case <-r.match.Done():
		select {
		case c = <-captures:
		default:
			return nil, nil
		}
	}
	if err := c.Err(); err != nil {
		return nil, err // it goes on here
	}
	data, err := c.Bytes()
	if err == nil {
		err = cluster.CheckSize("checkpoint", len(data), cluster.MaxCheckpoint)
	}
	if err != nil {
		// The match has ended here. Its lease is left to end, so that another node goes on from what was saved before.
		r.logger.Error("match could not be packed for another node", "err", err)
		return nil, nil
	}
	return &cluster.Checkpoint{Tick: c.Tick(), Data: data}, nil
}

// giveAway saves the last state and makes another node the owner. While the store is away it asks again: the match could not run here either.
func (h *Host) giveAway(ctx context.Context, r *running, last *cluster.Checkpoint, owner string) (cluster.Lease, error) {
	_, err := again(ctx, r.held, func() (struct{}, error) {
		return struct{}{}, h.cfg.Engine.Save(ctx, cluster.Save{Lease: r.held.Lease(), Checkpoint: last})[0]
	})
	if err != nil {
		h.cfg.Keeper.Drop(r.held)
		return cluster.Lease{}, err
	}
	h.cfg.Keeper.Drop(r.held)
	return again(ctx, r.held, func() (cluster.Lease, error) { return h.cfg.Engine.Transfer(ctx, r.held.Lease(), owner) })
}

// take answers match/take: the lease has been given to this node, which goes on with the match.
func (h *Host) take(_ context.Context, from string, payload []byte) ([]byte, error) {
	var q takeRequest
	if err := decode(payload, &q); err != nil {
		return nil, refuse(protocol.CodeBadPayload, "%v", err)
	}
	if err := cluster.CheckName("match", q.Match); err != nil {
		return nil, refuse(protocol.CodeBadPayload, "%v", err)
	}
	if err := h.come(q.Match); err != nil {
		return nil, refuse(protocol.CodeUnavailable, "%v", err)
	}
	defer h.cameToNothing(q.Match)
	held, err := h.cfg.Keeper.Acquire(h.ctx, cluster.KindMatch, q.Match, h.owner)
	if err != nil {
		return nil, err
	}
	entry, err := h.entryOf(held)
	if err != nil {
		h.cfg.Keeper.Drop(held)
		return nil, err
	}
	r, err := h.resume(held, entry)
	if err != nil {
		h.cfg.Keeper.Drop(held)
		return nil, err
	}
	h.cfg.Counters.MovedIn.Add(1)
	r.logger.Info("match taken", "from", from, "after", r.after)
	r.announce()
	return nil, nil
}
