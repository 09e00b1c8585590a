package shared

import (
	"time"

	"github.com/deltatick/deltatick/lobby"
)

// detachedFor is how long the place of a member whose session has gone to another node is kept for whom [Directory.Rejoin] brings there: longer than that
// may take. It may also find nothing, when the store has not heard of the member yet.
const detachedFor = 2 * joinTimeout

// Detach forgets a member whose session has gone to another node, without telling its lobby: there the member is whom [Directory.Rejoin] brings on that node. If
// nobody is brought, the lobby is told after a while that the member has gone.
func (d *Directory) Detach(m lobby.Member) {
	d.Unwatch(m)
	g := d.guestOf(m)
	if g == nil {
		return
	}
	if id, stay := d.stayOf(m); id != "" {
		d.abandonLater(id, stay)
		d.leave(g, stay)
	}
	d.drop(g)
}

// abandonLater has a lobby give up a stay of this node that by then is nobody's. Until then what the lobby tells it is dropped without a word: it would
// be taken for one that is over. If this node ends before, its lobby hears that.
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
	d.detached[stay] = struct{}{}
	d.running.Go(func() {
		select {
		case <-d.ctx.Done():
			return
		case <-time.After(detachedFor):
		}
		d.mu.Lock()
		delete(d.detached, stay)
		if k := d.known[id]; k != nil {
			node = k.node
		}
		d.mu.Unlock()
		// It finds nobody if the member was brought back. If it is lost, the lobby is told by what answers its next event.
		_ = d.cfg.Mesh.Cast(node, castStray, encode(&leaving{Lobby: id, Ref: stay, Why: lobby.Expired}))
	})
}
