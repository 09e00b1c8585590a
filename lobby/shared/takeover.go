package shared

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// This file is how lobbies of nodes that died go on here.

// takeOverLoop looks for them.
func (d *Directory) takeOverLoop() {
	ticker := time.NewTicker(d.cfg.TakeEvery)
	defer ticker.Stop()
	for {
		select {
		case <-d.ctx.Done():
			return
		case <-ticker.C:
			if d.draining.Load() {
				continue
			}
			expired, err := d.cfg.Keeper.Expired(d.ctx, cluster.KindLobby)
			if err != nil {
				continue // not to be trusted, or not there
			}
			for _, lease := range d.dead(expired, time.Now()) {
				d.running.Go(func() {
					defer d.taken(lease.ID)
					d.takeOver(lease)
				})
			}
		}
	}
}

// dead is which of the lobbies whose leases have ended this node is to take over now: those it is the heir of, and others that their heir has left alone for
// a while.
func (d *Directory) dead(expired []cluster.Lease, now time.Time) []cluster.Lease {
	var ours []cluster.Lease
	seen := map[string]time.Time{}
	for _, lease := range expired {
		d.mu.Lock()
		since, before := d.seen[lease.ID]
		if !before {
			since = now
		}
		seen[lease.ID] = since
		_, busy := d.taking[lease.ID]
		busy = busy || d.owned[lease.ID] != nil || len(d.taking) >= handsAtOnce || d.over
		k := d.known[lease.ID]
		foreign := k != nil && k.foreign(d)
		d.mu.Unlock()
		if foreign && !before {
			d.cfg.Counters.LeftAlone.Add(1)
		}
		if busy || foreign {
			// It is here and only late, or a copy that this node has lost is still ending, or it is another version's. A lease of this node
			// without a lobby was given to it, and it has not heard so.
			continue
		}
		heir, known := d.cfg.Roster.Heir(lease.ID, func(n cluster.Node) bool { return n.Lobbies && n.Owner != lease.Owner })
		if known && heir.ID != d.cfg.Node && now.Sub(since) < heirPatience*lease.TTL {
			continue
		}
		d.mu.Lock()
		d.taking[lease.ID] = struct{}{}
		d.mu.Unlock()
		ours = append(ours, lease)
	}
	d.mu.Lock()
	d.seen = seen
	d.mu.Unlock()
	return ours
}

func (d *Directory) offers(game string) bool {
	return slices.ContainsFunc(d.local.Games(), func(g lobby.Game) bool { return g.Name == game })
}

// unsavedMessages is more chat messages than a dead owner can have numbered since it put the lobby's entry for the last time: what all its members may say in the time of a
// lease, after which it accepts none. Their numbers are not given again: who has had one takes another message of that number for the same.
const unsavedMessages = 1024

// heirPatience is for how many TTLs a lobby is left to its heir, who may be dead as well.
const heirPatience = 2

func (d *Directory) taken(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.taking, id)
}

// errNoGame is what a lobby is left alone with whose game is not on offer here.
var errNoGame = errors.New("the game is not on offer here")

// takeOver acquires a lobby of a dead node and brings it back.
func (d *Directory) takeOver(lease cluster.Lease) {
	held, err := d.cfg.Keeper.TakeOver(d.ctx, lease, d.cfg.Owner)
	if err != nil {
		return // somebody else has it, or nobody can say so: seen again
	}
	var entry cluster.Lobby
	for {
		entry, err = d.cfg.Engine.Lobby(d.ctx, lease.ID)
		if !errors.Is(err, cluster.ErrUnavailable) || d.ctx.Err() != nil {
			break
		}
		select {
		case <-held.Lost():
			return
		case <-d.ctx.Done():
			return
		case <-time.After(retryEvery):
		}
	}
	if d.ctx.Err() != nil {
		return
	}
	var r record
	if err == nil {
		r, err = parse(entry)
	}
	if err == nil && !d.offers(r.Saved.Game) {
		err = fmt.Errorf("%w: %q", errNoGame, r.Saved.Game)
	}
	if errors.Is(err, errNewer) || errors.Is(err, errNoGame) {
		d.cfg.Logger.Warn("a lobby of a dead node is left to nodes that can read it", "lobby", lease.ID, "owner", lease.Owner, "err", err)
		d.put(entry) // which the feed has not told yet: it is not tried again
		d.cfg.Keeper.Drop(held)
		return
	}
	if err == nil {
		r.Saved.Code = entry.Code
		r.Saved.Said += unsavedMessages
		err = d.revive(held, r)
	}
	if err != nil {
		d.cfg.Logger.Error("a lobby of a dead node cannot be restored", "lobby", lease.ID, "owner", lease.Owner, "err", err)
		d.giveUp(d.ctx, held, err)
		return
	}
	d.cfg.Counters.TakenOver.Add(1)
	d.cfg.Logger.Info("lobby taken over", "lobby", lease.ID, "from", lease.Owner, "epoch", held.Lease().Epoch)
}

// giveUp is for a lobby that could not be revived. Only where this node is about to end is it left to another one, with its entry.
func (d *Directory) giveUp(ctx context.Context, held *cluster.Held, err error) {
	if isRefusal(err, protocol.CodeUnavailable) {
		d.cfg.Keeper.Drop(held)
		return
	}
	d.cfg.Counters.Lost.Add(1)
	_ = d.cfg.Keeper.Release(ctx, held) // else it ends by itself, and another node tries
}

// revive makes a lobby of what was saved, under a lease of this node. Its members are out of reach until their nodes attach them.
func (d *Directory) revive(held *cluster.Held, r record) error {
	now := time.Now()
	o := d.newOwned(r.Saved.ID, r.Saved.Code, held, time.UnixMilli(r.Opened))
	o.gather = now.Add(d.cfg.GatherFor)
	game := d.resume(r.Saved)
	if !d.begin(o) {
		return errDraining
	}
	err := d.local.Restore(lobby.Restored{Saved: r.Saved, Match: game, Member: func(m lobby.SavedMember) lobby.Member {
		p := &proxy{d: d, user: m.User, name: m.Name, lobby: o.id, epoch: o.epoch, lost: now, away: m.Away, isAway: m.Away}
		o.add(p)
		return p
	}})
	if err != nil {
		close(o.given) // nothing is to be released by it
		d.forget(o)
		return err
	}
	o.mu.Lock()
	o.ready = true
	o.mu.Unlock()
	o.touch()
	d.learn(o.id, d.cfg.Node, o.epoch)
	return nil
}

// resume finds the match of a saved lobby; nil: it had none, or it is no more.
func (d *Directory) resume(s lobby.Saved) lobby.Match {
	if s.Match == "" || d.cfg.ResumeMatch == nil {
		return nil
	}
	q := ResumeRequest{Match: s.Match, Lobby: s.ID}
	for _, m := range s.Members {
		if m.Seated {
			q.Seats = append(q.Seats, ResumedSeat{User: m.User, ID: match.SeatID(m.Seat)})
		}
	}
	ctx, cancel := context.WithTimeout(d.ctx, resumeTimeout)
	defer cancel()
	m, err := d.cfg.ResumeMatch(ctx, q)
	if err != nil {
		d.cfg.Logger.Warn("a lobby's match cannot be found", "lobby", s.ID, "match", s.Match, "err", err)
		return nil
	}
	return m
}
