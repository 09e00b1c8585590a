package matches

import (
	"errors"
	"hash/fnv"
	"slices"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/match"
)

// This file is about matches whose node has died and that a node cannot go on with: other nodes may, and when none can, the lobby is told.

// errUnfit: this node cannot go on with a match, though it has all that is kept of it.
var errUnfit = errors.New("matches: this node cannot go on with the match")

// giveUpAfter is for how long nodes try in vain to go on with a match, at least, before it is given up: one that can may just be started anew. It is avoidFor at
// most, so that the first node that failed gives a match up when it fails again.
const giveUpAfter = avoidFor

// strand takes that a match whose lease is held could not be resumed here, and reports whether it is left to others. Which nodes failed is in its entry, where
// all of them can read it.
func (h *Host) strand(held *cluster.Held, entry cluster.Match, err error) (left bool) {
	switch {
	case entry.ID == "" && errors.Is(err, cluster.ErrNotFound):
		h.release(held) // nobody has ever heard of it
		return false
	case errors.Is(err, cluster.ErrNotFound), errors.Is(err, cluster.ErrMalformed):
		h.giveUp(held, entry, err)
		return false
	case errors.Is(err, errUnfit):
		now := time.Now()
		entry = failedOn(entry, h.owner, now)
		if h.hopeless(&entry, now) {
			h.giveUp(held, entry, err)
			return false
		}
		// Without this word the match is tried for longer.
		_, _ = again(h.ctx, held, func() (struct{}, error) { return struct{}{}, h.cfg.Engine.PutMatch(h.ctx, held.Lease(), entry) })
	}
	h.cfg.Keeper.Drop(held)
	return true
}

// failedOn is a match's entry after one more node could not go on with it.
func failedOn(entry cluster.Match, owner string, now time.Time) cluster.Match {
	if since := entry.FailedSince; since == 0 || since > now.UnixMilli() {
		entry.FailedSince = now.UnixMilli()
	}
	if n := numberOf(owner); !slices.Contains(entry.Failed, n) && len(entry.Failed) < cluster.MaxFailed {
		entry.Failed = append(slices.Clip(entry.Failed), n)
	}
	return entry
}

// numberOf is a run of a node in [cluster.Match.Failed]: after a restart it may be able to do what it was not before.
func numberOf(owner string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(owner)) // it never fails
	return h.Sum64()
}

// hopeless says whether nobody can go on with a match: every node that takes matches has tried, for long enough. A node that is there for ten minutes and has not
// even tried does not count.
func (h *Host) hopeless(entry *cluster.Match, now time.Time) bool {
	tried := now.Sub(time.UnixMilli(entry.FailedSince))
	if tried < giveUpAfter {
		return false
	}
	if tried >= cluster.Retention || len(entry.Failed) == cluster.MaxFailed {
		return true
	}
	for _, n := range h.cfg.Roster.Nodes() {
		if n.Capacity > 0 && !n.Draining && !slices.Contains(entry.Failed, numberOf(n.Owner)) {
			return false
		}
	}
	return true
}

// giveUp removes all that is kept of a match, and then tells its lobby that it is lost: as long as the lease is this node's, nobody else goes on with it. A lobby that
// does not hear it finds the match no more.
func (h *Host) giveUp(held *cluster.Held, entry cluster.Match, why error) {
	if h.releaseSurely(held) != nil {
		return
	}
	h.cfg.Counters.GivenUp.Add(1)
	lease := held.Lease()
	h.cfg.Logger.Error("match given up: no node can go on with it", "match", lease.ID, "lobby", entry.Lobby, "failed", len(entry.Failed), "err", why)
	var data entryData
	if decode(entry.Data, &data) == nil {
		h.tell(data.LobbyNode, &overMessage{Match: lease.ID, Epoch: lease.Epoch, Reason: match.ReasonFailed, Lost: true})
	}
}
