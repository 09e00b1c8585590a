package shared

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/protocol"
)

// This file is how a node that is draining gives its lobbies to others, and how they take them.

// handEvery is how long after an attempt lobbies that nobody took are offered again.
const handEvery = 500 * time.Millisecond

// handOver gives lobbies away until the directory closes: one may still come from a node that does not know yet that this one drains.
func (d *Directory) handOver() {
	for {
		d.handAll(d.ctx)
		select {
		case <-d.ctx.Done():
			return
		case <-time.After(handEvery):
		}
	}
}

// handAll gives away what can be, until ctx ends.
func (d *Directory) handAll(ctx context.Context) {
	d.mu.Lock()
	all := make([]*owned, 0, len(d.owned))
	for _, o := range d.owned {
		all = append(all, o)
	}
	d.mu.Unlock()
	hands := make(chan struct{}, handsAtOnce)
	var busy sync.WaitGroup
	for _, o := range all {
		select {
		case hands <- struct{}{}:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break
		}
		busy.Go(func() {
			defer func() { <-hands }()
			if err := d.hand(ctx, o); err != nil {
				d.cfg.Logger.Debug("a lobby could not be given away", "lobby", o.id, "err", err)
			}
		})
	}
	busy.Wait()
}

var errNoHeir = errors.New("no other node takes lobbies")

// hand gives a lobby to another node. Its members are served by neither for as long as that takes. When it fails, the lobby goes on here.
func (d *Directory) hand(ctx context.Context, o *owned) error {
	heir, ok := d.cfg.Roster.Heir(o.id, func(n cluster.Node) bool { return n.Lobbies && n.ID != d.cfg.Node })
	if !ok {
		return errNoHeir
	}
	if _, err := d.serving(o.id, 0); err != nil {
		return nil // still opening, or gone
	}
	var epoch uint32
	err := d.local.Detach(ctx, o.id, func(saved lobby.Saved) error {
		var err error
		if epoch, err = d.transfer(ctx, o, saved, heir.Owner); err != nil {
			return err
		}
		o.stop()
		// What is asked from here on is answered by the heir. If it does not answer now, the lobby is taken over by its entry.
		take := encode(&taking{Epoch: epoch, Opened: o.opened, Saved: saved, Version: recordVersion})
		calling, cancel := context.WithTimeout(ctx, resumeTimeout+callTimeout)
		defer cancel()
		if _, err := d.cfg.Mesh.Call(calling, heir.ID, callTake, take); err != nil {
			d.cfg.Logger.Warn("the heir of a lobby does not answer", "lobby", o.id, "peer", heir.ID, "err", err)
		}
		return nil
	})
	if isRefusal(err, protocol.CodeNotFound) {
		return nil // it has just ended
	}
	if err != nil {
		return err
	}
	close(o.given)
	d.forget(o)
	d.cfg.Counters.HandedOver.Add(1)
	told := map[string]bool{}
	hint := encode(&moving{Lobby: o.id, Epoch: epoch, Node: heir.ID})
	for _, p := range o.members() {
		if at, _ := p.door(); at.node != "" && !told[at.node] {
			told[at.node] = true
			_ = d.cfg.Mesh.Cast(at.node, castMoved, hint) // else it hears of it from the store
		}
	}
	return nil
}

// transferTries is how often the store is asked.
const transferTries = 3

// transfer puts the entry for the last time, and the lease into another owner's name.
func (d *Directory) transfer(ctx context.Context, o *owned, saved lobby.Saved, owner string) (epoch uint32, err error) {
	if err := o.enter(ctx, saved); err != nil {
		return 0, err
	}
	o.mu.Lock()
	held := o.held
	o.mu.Unlock()
	for range transferTries {
		var lease cluster.Lease
		if lease, err = d.cfg.Keeper.Transfer(ctx, held, owner); err == nil {
			return lease.Epoch, nil
		}
		if !errors.Is(err, cluster.ErrUnavailable) {
			break
		}
	}
	// It may have been done: if so, that shows when the lease is taken up again.
	o.mu.Lock()
	o.unkept = true
	o.mu.Unlock()
	o.wake()
	return 0, err
}

// serveTake takes a lobby that another node gives.
func (d *Directory) serveTake(ctx context.Context, from string, ask *taking) ([]byte, error) {
	id := ask.Saved.ID
	if ask.Version > recordVersion || !d.offers(ask.Saved.Game) {
		d.cfg.Counters.LeftAlone.Add(1)
		return nil, errMoved // who can read it takes it over by its entry
	}
	d.mu.Lock()
	_, busy := d.taking[id]
	busy = busy || d.leaving || d.owned[id] != nil // a copy that is still ending: the lobby is taken over by its entry
	if !busy {
		d.taking[id] = struct{}{}
	}
	d.mu.Unlock()
	if busy {
		return nil, errMoved
	}
	defer d.taken(id)
	held, err := d.cfg.Keeper.Acquire(ctx, cluster.KindLobby, id, d.cfg.Owner)
	if err != nil {
		return nil, err
	}
	if held.Lease().Epoch != ask.Epoch { // the giver was so slow that the lease had ended
		d.cfg.Logger.Warn("a lobby came late", "lobby", id, "from", from, "epoch", ask.Epoch, "now", held.Lease().Epoch)
	}
	began := time.Now()
	if err := d.revive(held, record{Opened: ask.Opened, Saved: ask.Saved}); err != nil {
		d.giveUp(ctx, held, err)
		return nil, err
	}
	d.cfg.Counters.Received.Add(1)
	d.cfg.Logger.Info("lobby received", "lobby", id, "from", from, "epoch", held.Lease().Epoch, "took", time.Since(began))
	return nil, nil
}
