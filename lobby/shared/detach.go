package shared

import (
	"slices"
	"time"

	"github.com/deltatick/deltatick/lobby"
)

// handed is a stay whose member's session another node has taken. Until that node has told the owner, this one must not say that the member is not here: the owner
// would take that for a departure.
type handed struct {
	ref   ref
	until time.Time
}

// handedFor is how long the other node may take.
const handedFor = 10 * time.Second

// upto is up to which stay this node's word counts of who is here. It needs d.mu.
func (d *Directory) upto(now time.Time) ref {
	for len(d.handed) > 0 && now.After(d.handed[0].until) {
		d.handed = d.handed[1:]
	}
	last := d.lastRef
	for _, h := range d.handed {
		last = min(last, h.ref-1)
	}
	return last
}

// hasHanded says whether a stay is one of those. It needs d.mu.
func (d *Directory) hasHanded(stay ref, now time.Time) bool {
	return slices.ContainsFunc(d.handed, func(h handed) bool { return h.ref == stay && now.Before(h.until) })
}

// Detach forgets a member whose session has gone to another node, without telling its lobby: there the member is whom [Directory.Rejoin] brings on that node. It
// returns the member's lobby, "" for none, and the id of the newest chat message that it has had here: Rejoin there is told. If nobody is brought, the lobby is told
// after a while that the member has gone.
func (d *Directory) Detach(m lobby.Member) (in string, said uint32) {
	d.Unwatch(m)
	g := d.guestOf(m)
	if g == nil {
		return "", 0
	}
	g.mu.Lock()
	said = g.said
	g.mu.Unlock()
	in, stay := d.stayOf(m)
	if in != "" {
		d.mu.Lock()
		d.handed = append(d.handed, handed{stay, time.Now().Add(handedFor)})
		d.mu.Unlock()
		d.abandonLater(in, stay)
		d.leave(g, stay)
	}
	d.drop(g)
	return in, said
}

// abandonLater has a lobby give up a stay of this node that by then is nobody's. If this node ends before, its lobby hears that.
func (d *Directory) abandonLater(id string, stay ref) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.over {
		return
	}
	node := ""
	if v := d.visits[id]; v != nil {
		node = v.node
	}
	d.running.Go(func() {
		select {
		case <-d.ctx.Done():
			return
		case <-time.After(handedFor):
		}
		d.mu.Lock()
		if k := d.known[id]; k != nil {
			node = k.node
		}
		d.mu.Unlock()
		// It finds nobody if the member was brought back. If it is lost, the lobby is told by what answers its next event.
		_ = d.cfg.Mesh.Cast(node, castStray, encode(&leaving{Lobby: id, Ref: stay, Why: lobby.Expired}))
	})
}
