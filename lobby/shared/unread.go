package shared

import (
	"errors"
	"time"
)

// This file is about lobbies of dead nodes that this node cannot go on with, though another may: while nodes of two versions run, the older ones do not know the form in
// which the newer ones keep a lobby, nor perhaps its game. They are left alone. Their members are told "unavailable" meanwhile, which they may try again.

// errNoGame is what a lobby is left alone with whose game is not on offer here.
var errNoGame = errors.New("the game is not on offer here")

// unread is lobbies by id. Guarded by Directory.mu.
type unread map[string]leftAlone

// leftAlone is a lobby that this node cannot go on with.
type leftAlone struct {
	since time.Time // it is known
	until time.Time // other nodes have their turn
}

const (
	leaveFor  = 30 * time.Second // for which others have their turn, until this node may look again
	maxUnread = 4096             // lobbies left alone that are known of; of more, those known for longest are forgotten, and looked at again
)

// leaves says whether a lobby is left alone at a time: it is neither time to look again, nor has it been kept for too long.
func (u unread) leaves(id string, now time.Time, keep time.Duration) bool {
	left, ok := u[id]
	return ok && now.Before(left.until) && now.Sub(left.since) < keep
}

// leaveUnread leaves a lobby alone for a while, beginning now unless that has begun. It needs mu.
func (d *Directory) leaveUnread(id string, now time.Time) {
	left, ok := d.unread[id]
	switch {
	case ok && now.Before(left.until):
		return
	case !ok:
		left.since = now
		d.unread.makeRoom(now, d.cfg.KeepUnread)
	}
	left.until = now.Add(leaveFor)
	d.unread[id] = left
	d.cfg.Counters.Unread.Add(1)
}

// makeRoom forgets those that must be gone by now, and if there are as many as may be, the one that has been known of for longest.
func (u unread) makeRoom(now time.Time, keep time.Duration) {
	if len(u) < maxUnread {
		return
	}
	oldest := ""
	for id, left := range u {
		if now.Sub(left.since) > 2*keep {
			delete(u, id)
		} else if oldest == "" || left.since.Before(u[oldest].since) {
			oldest = id
		}
	}
	if len(u) >= maxUnread {
		delete(u, oldest)
	}
}

// tooOld says whether no node could go on with a lobby for so long that it is not kept any more.
func (d *Directory) tooOld(id string, now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	left, ok := d.unread[id]
	return ok && now.Sub(left.since) >= d.cfg.KeepUnread
}
